#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <vector>

#include "couponload/report/threshold.hpp"
#include "couponload/units.hpp"

namespace coupon::load {

using base::Errc;
using base::Result;

namespace {

template <class T>
struct Word {
  std::string_view text;
  T value;
};

constexpr std::array kMetrics{Word<Metric>{"latency", Metric::kLatency}, Word<Metric>{"service", Metric::kService},
                              Word<Metric>{"ttfb", Metric::kTtfb}, Word<Metric>{"connect", Metric::kConnect},
                              Word<Metric>{"skew", Metric::kSkew}};
constexpr std::array kAggregates{Word<Aggregate>{"avg", Aggregate::kAverage}, Word<Aggregate>{"min", Aggregate::kMin},
                                 Word<Aggregate>{"med", Aggregate::kMedian},  Word<Aggregate>{"max", Aggregate::kMax},
                                 Word<Aggregate>{"count", Aggregate::kCount}, Word<Aggregate>{"rate", Aggregate::kRate},
                                 Word<Aggregate>{"rps", Aggregate::kRps}};
constexpr std::array kComparisons{
    Word<Comparison>{"<", Comparison::kBelow},  Word<Comparison>{"<=", Comparison::kAtMost},
    Word<Comparison>{">", Comparison::kAbove},  Word<Comparison>{">=", Comparison::kAtLeast},
    Word<Comparison>{"==", Comparison::kEqual}, Word<Comparison>{"!=", Comparison::kDiffers}};
constexpr std::array kUnits{Word<double>{"us", 1e3}, Word<double>{"ms", 1e6}, Word<double>{"s", 1e9}};

constexpr std::string_view kOperatorChars = "<>=!";
constexpr std::string_view kAggregateWords = "p(N), avg, min, med, max, count, rate or rps";

template <class Words>
auto find(const Words& words, std::string_view text) {
  const auto found = std::ranges::find(words, text, [](const auto& word) { return word.text; });
  return found == words.end() ? nullptr : &*found;
}

std::optional<Outcome> outcome_of(std::string_view text) {
  for (const auto outcome : kOutcomes) {
    if (name_of(outcome) == text) return outcome;
  }
  return std::nullopt;
}

std::string outcome_words() {
  std::vector<std::string_view> names;
  names.reserve(kOutcomeCount);
  for (const auto outcome : kOutcomes) names.push_back(name_of(outcome));
  return fmt::format("{}, all", fmt::join(names, ", "));
}

// Blanks separate words; an operator needs none around it.
std::vector<std::string_view> split(std::string_view text) {
  const auto is_operator = [](char c) { return kOperatorChars.find(c) != std::string_view::npos; };
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = at;
    if (text[at] == ' ' || text[at] == '\t') {
      ++at;
      continue;
    }
    const bool kind = is_operator(text[at]);
    while (at < text.size() && text[at] != ' ' && text[at] != '\t' && is_operator(text[at]) == kind) ++at;
    words.push_back(text.substr(begin, at - begin));
  }
  return words;
}

// A finite decimal number from 0 on at the start of the text; nothing when there is none. `rest` is what follows.
std::optional<double> number_at_start(std::string_view text, std::string_view& rest) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc{} || !(number >= 0) || number > 1e18) return std::nullopt;
  rest = text.substr(static_cast<std::size_t>(end - text.data()));
  return number;
}

// p(99.9), or p99.9 as people write it.
std::optional<double> percentile_of(std::string_view word) {
  if (!word.starts_with('p')) return std::nullopt;
  word.remove_prefix(1);
  if (word.starts_with('(') != word.ends_with(')')) return std::nullopt;
  if (word.starts_with('(')) word = word.substr(1, word.size() - 2);
  std::string_view rest;
  const auto number = number_at_start(word, rest);
  return number && rest.empty() && *number <= kPercent ? number : std::nullopt;
}

bool is_aggregate(std::string_view word) { return find(kAggregates, word) != nullptr || percentile_of(word); }

class Parser {
 public:
  explicit Parser(std::string_view text) : words_(split(text)) { threshold_.text = text; }

  Result<Threshold> parse() {
    read_class();
    read_metric();
    COUPON_TRY(read_aggregate());
    COUPON_TRY(read_comparison());
    COUPON_TRY(read_limit());
    if (at_ < words_.size()) return wrong("nothing after the number");
    COUPON_TRY(check());
    return threshold_;
  }

 private:
  [[nodiscard]] std::string_view word() const { return at_ < words_.size() ? words_[at_] : std::string_view(); }

  [[nodiscard]] std::unexpected<base::Error> refuse(std::string_view why) const {
    return base::fail(Errc::kInvalid, fmt::format("threshold '{}': {}", threshold_.text, why));
  }
  [[nodiscard]] std::unexpected<base::Error> wrong(std::string_view allowed) const {
    if (at_ >= words_.size()) return refuse(fmt::format("ends too early; expected {}", allowed));
    return refuse(fmt::format("'{}' must be {}", word(), allowed));
  }

  void read_class() {
    threshold_.outcome = outcome_of(word());
    named_class_ = threshold_.outcome || word() == "all";
    if (named_class_) ++at_;
  }

  void read_metric() {
    const auto* metric = find(kMetrics, word());
    named_metric_ = metric != nullptr;
    if (!named_metric_) return;
    threshold_.metric = metric->value;
    ++at_;
  }

  Result<> read_aggregate() {
    if (!is_aggregate(word())) {
      if (named_metric_) return wrong(kAggregateWords);
      const auto metrics = fmt::format("a metric (latency, service, ttfb, connect, skew) or {}", kAggregateWords);
      return wrong(named_class_ ? metrics : fmt::format("a class ({}), {}", outcome_words(), metrics));
    }
    if (const auto percentile = percentile_of(word())) {
      threshold_.percentile = *percentile;
    } else {
      threshold_.aggregate = find(kAggregates, word())->value;
    }
    ++at_;
    return {};
  }

  Result<> read_comparison() {
    const auto* comparison = find(kComparisons, word());
    if (comparison == nullptr) return wrong("< <= > >= == or !=");
    threshold_.comparison = comparison->value;
    ++at_;
    return {};
  }

  Result<> read_limit() {
    const bool time = is_time(threshold_.aggregate);
    const std::string_view allowed = time ? "a time such as 50ms, 800us or 1.5s" : "a number without a unit";
    std::string_view unit;
    const auto number = number_at_start(word(), unit);
    if (!number) return wrong(allowed);
    ++at_;
    if (unit.empty() && at_ < words_.size()) unit = words_[at_++];
    const auto* known = find(kUnits, unit);
    const bool fits = time ? known != nullptr || (unit.empty() && *number == 0) : unit.empty();
    if (!fits) {
      --at_;
      return wrong(allowed);
    }
    threshold_.limit = *number * (known == nullptr ? 1 : known->value);
    return {};
  }

  Result<> check() const {
    const bool of_all = threshold_.metric == Metric::kConnect || threshold_.metric == Metric::kSkew;
    if (of_all && threshold_.outcome) return refuse("connect and skew are of all requests: leave the class out");
    if (of_all && (threshold_.aggregate == Aggregate::kRate || threshold_.aggregate == Aggregate::kRps)) {
      return refuse("rate and rps are of requests: leave connect or skew out");
    }
    return {};
  }

  std::vector<std::string_view> words_;
  std::size_t at_ = 0;
  bool named_class_ = false;
  bool named_metric_ = false;
  Threshold threshold_;
};

}  // namespace

Result<Threshold> parse_threshold(std::string_view text) { return Parser(text).parse(); }

}  // namespace coupon::load
