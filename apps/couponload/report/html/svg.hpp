#pragma once
// Inline SVG charts for a page without script.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace coupon::load::html {

/// A straight axis: `from` and `to` in the data's unit are at `begin` and `end` in the picture's.
struct Axis {
  double from = 0;
  double to = 1;
  double begin = 0;
  double end = 1;
  [[nodiscard]] double at(double value) const;
};

/// Up to `count` round steps (1, 2 or 5 times a power of ten) from 0 to the first at or above `highest`.
[[nodiscard]] std::vector<double> ticks(double highest, int count);

struct Line {
  std::string style;  ///< CSS class
  std::string name;
  std::vector<std::pair<double, double>> points;
};
struct Tick {
  double value;
  std::string label;
};

/// What a chart is, for eyes and for screen readers.
struct Caption {
  std::string id;     ///< unique on the page
  std::string title;  ///< a few words
  std::string text;   ///< what it shows, in a sentence
};

/// Lines over two axes from 0; steps between points are straight.
[[nodiscard]] std::string line_chart(const Caption& caption, const std::vector<Line>& lines,
                                     const std::vector<Tick>& across, std::string_view across_name,
                                     std::string_view up_name);

struct Layer {
  std::string style;
  std::string name;
  std::vector<double> heights;
};
/// Bars with their layers on top of one another; all layers are equally long. `width` is that of a bar.
[[nodiscard]] std::string bar_chart(const Caption& caption, const std::vector<Layer>& layers, double width,
                                    std::string_view across_name, std::string_view up_name);

/// Coloured names, in one line.
[[nodiscard]] std::string legend(const std::vector<std::pair<std::string, std::string>>& styles_and_names);

}  // namespace coupon::load::html
