#include "couponload/report/html/svg.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <iterator>
#include <numeric>

#include "couponload/report/render.hpp"

namespace coupon::load::html {

namespace {

using Out = std::back_insert_iterator<std::string>;

constexpr double kWidth = 960;
constexpr double kLeft = 64;
constexpr double kRight = 924;
constexpr double kTop = 26;
constexpr double kLineBottom = 296;
constexpr double kBarBottom = 166;
constexpr double kBelow = 44;  // for the names of the ticks and of the axis
constexpr int kTicksUp = 5;
constexpr int kTicksAcross = 10;

void open_chart(const Caption& caption, double bottom, Out out) {
  fmt::format_to(
      out,
      "<svg viewBox=\"0 0 {:g} {:g}\" role=\"img\" aria-labelledby=\"{}-t {}-d\"><title id=\"{}-t\">{}</title>"
      "<desc id=\"{}-d\">{}</desc>\n",
      kWidth, bottom + kBelow, caption.id, caption.id, caption.id, xml_escape(caption.title), caption.id,
      xml_escape(caption.text));
}

void add_text(double x, double y, std::string_view style, std::string_view text, Out out) {
  fmt::format_to(out, "<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"{}\">{}</text>", x, y, style, xml_escape(text));
}

void add_up_axis(const Axis& up, std::string_view name, Out out) {
  for (const auto value : ticks(up.to, kTicksUp)) {
    if (value > up.to) break;
    const auto y = up.at(value);
    fmt::format_to(out, "<path class=\"grid\" d=\"M{:g} {:.1f}H{:g}\"/>", kLeft, y, kRight);
    add_text(kLeft - 8, y + 4, "end", fmt::format("{:g}", value), out);
  }
  add_text(kLeft, kTop - 12, "name", name, out);
  fmt::format_to(out, "\n");
}

void add_across_axis(const Axis& across, const std::vector<Tick>& marks, double bottom, std::string_view name,
                     Out out) {
  fmt::format_to(out, "<path class=\"axis\" d=\"M{:g} {:g}H{:g}\"/>", kLeft, bottom, kRight);
  for (const auto& mark : marks) {
    const auto x = across.at(mark.value);
    if (x > kRight + 1) break;
    fmt::format_to(out, "<path class=\"axis\" d=\"M{:.1f} {:g}v5\"/>", x, bottom);
    add_text(x, bottom + 19, "mid", mark.label, out);
  }
  add_text(kRight, bottom + 38, "name end", name, out);
  fmt::format_to(out, "\n");
}

double highest_of(const std::vector<Line>& lines) {
  double highest = 0;
  for (const auto& line : lines) {
    for (const auto& point : line.points) highest = std::max(highest, point.second);
  }
  return highest;
}

// The whole bars' heights.
std::vector<double> stack(const std::vector<Layer>& layers) {
  std::vector<double> sums(layers.front().heights.size());
  for (const auto& layer : layers) {
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += layer.heights[i];
  }
  return sums;
}

std::vector<Tick> number_marks(double highest) {
  std::vector<Tick> marks;
  for (const auto value : ticks(highest, kTicksAcross)) marks.push_back({value, fmt::format("{:g}", value)});
  return marks;
}

}  // namespace

double Axis::at(double value) const { return begin + (value - from) / (to - from) * (end - begin); }

std::vector<double> ticks(double highest, int count) {
  if (!(highest > 0)) highest = 1;
  const auto rough = highest / count;
  const auto magnitude = std::pow(10.0, std::floor(std::log10(rough)));
  double step = magnitude * 10;
  for (const double factor : {5.0, 2.0, 1.0}) {
    if (magnitude * factor >= rough * (1 - 1e-9)) step = magnitude * factor;
  }
  std::vector<double> out;
  for (int i = 0; out.empty() || out.back() < highest * (1 - 1e-9); ++i) out.push_back(step * i);
  return out;
}

std::string line_chart(const Caption& caption, const std::vector<Line>& lines, const std::vector<Tick>& across,
                       std::string_view across_name, std::string_view up_name) {
  std::string text;
  const auto out = std::back_inserter(text);
  const Axis up{.from = 0, .to = ticks(highest_of(lines), kTicksUp).back(), .begin = kLineBottom, .end = kTop};
  const Axis x{.from = 0, .to = across.back().value, .begin = kLeft, .end = kRight};
  open_chart(caption, kLineBottom, out);
  add_up_axis(up, up_name, out);
  add_across_axis(x, across, kLineBottom, across_name, out);
  for (const auto& line : lines) {
    fmt::format_to(out, "<path class=\"line {}\" d=\"", line.style);
    char command = 'M';
    for (const auto& [at, height] : line.points) {
      fmt::format_to(out, "{}{:.1f} {:.1f}", command, x.at(at), up.at(height));
      command = 'L';
    }
    fmt::format_to(out, "\"><title>{}</title></path>\n", xml_escape(line.name));
  }
  return text + "</svg>\n";
}

std::string bar_chart(const Caption& caption, const std::vector<Layer>& layers, double width,
                      std::string_view across_name, std::string_view up_name) {
  std::string text;
  const auto out = std::back_inserter(text);
  const auto sums = stack(layers);
  const auto span = width * static_cast<double>(sums.size());
  const Axis up{
      .from = 0, .to = ticks(*std::ranges::max_element(sums), kTicksUp).back(), .begin = kBarBottom, .end = kTop};
  const Axis x{.from = 0, .to = span, .begin = kLeft, .end = kRight};
  open_chart(caption, kBarBottom, out);
  add_up_axis(up, up_name, out);
  std::vector<double> below(sums.size());
  const auto gap = std::min(1.0, (kRight - kLeft) / static_cast<double>(sums.size()) / 6);
  for (const auto& layer : layers) {
    fmt::format_to(out, "<path class=\"bar {}\" d=\"", layer.style);
    for (std::size_t i = 0; i < sums.size(); ++i) {
      if (layer.heights[i] <= 0) continue;
      const auto left = x.at(width * static_cast<double>(i)) + gap;
      const auto right = x.at(width * static_cast<double>(i + 1));
      const auto foot = up.at(below[i]);
      below[i] += layer.heights[i];
      fmt::format_to(out, "M{:.1f} {:.1f}V{:.1f}H{:.1f}V{:.1f}z", left, foot, up.at(below[i]), right, foot);
    }
    fmt::format_to(out, "\"><title>{}</title></path>\n", xml_escape(layer.name));
  }
  add_across_axis(x, number_marks(span), kBarBottom, across_name, out);
  return text + "</svg>\n";
}

std::string legend(const std::vector<std::pair<std::string, std::string>>& styles_and_names) {
  std::string text = "<p class=\"legend\">";
  for (const auto& [style, name] : styles_and_names) {
    text += fmt::format(
        "<span><svg viewBox=\"0 0 26 10\" aria-hidden=\"true\"><path class=\"line {}\" d=\"M1 5H25\"/></svg>"
        "{}</span> ",
        style, xml_escape(name));
  }
  return text + "</p>\n";
}

}  // namespace coupon::load::html
