#include "couponload/compare/rank_test.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <numeric>

namespace coupon::load {

namespace {

// Twice the rank of each value among all, equal values sharing their mean rank: whole numbers also with ties.
std::vector<std::int64_t> doubled_ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
  std::vector<std::int64_t> ranks(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    auto end = begin + 1;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (auto i = begin; i < end; ++i) ranks[order[i]] = static_cast<std::int64_t>(begin + 1 + end);
    begin = end;
  }
  return ranks;
}

// ways[s]: how many choices of `size` ranks have the sum s.
std::vector<double> ways_by_sum(const std::vector<std::int64_t>& ranks, std::size_t size) {
  const auto most = static_cast<std::size_t>(std::accumulate(ranks.begin(), ranks.end(), std::int64_t{0}));
  std::vector<std::vector<double>> ways(size + 1, std::vector<double>(most + 1, 0.0));
  ways[0][0] = 1;
  for (const auto rank : ranks) {
    const auto step = static_cast<std::size_t>(rank);
    for (auto chosen = size; chosen > 0; --chosen) {
      for (auto sum = most; sum >= step; --sum) ways[chosen][sum] += ways[chosen - 1][sum - step];
    }
  }
  return ways[size];
}

std::vector<double> together(const std::vector<double>& a, const std::vector<double>& b) {
  auto all = a;
  all.insert(all.end(), b.begin(), b.end());
  return all;
}

}  // namespace

double mann_whitney_p(const std::vector<double>& a, const std::vector<double>& b) {
  const auto ranks = doubled_ranks(together(a, b));
  const auto size = static_cast<std::int64_t>(a.size());
  const auto total = static_cast<std::int64_t>(ranks.size());
  const auto sum = std::accumulate(ranks.begin(), ranks.begin() + size, std::int64_t{0});
  const auto mean = size * (total + 1);  // of doubled ranks
  const auto distance = std::abs(sum - mean);
  const auto ways = ways_by_sum(ranks, a.size());
  double extreme = 0;
  double all = 0;
  for (std::size_t s = 0; s < ways.size(); ++s) {
    all += ways[s];
    if (std::abs(static_cast<std::int64_t>(s) - mean) >= distance) extreme += ways[s];
  }
  return extreme / all;
}

double mann_whitney_u(const std::vector<double>& a, const std::vector<double>& b) {
  double u = 0;
  for (const auto x : a) {
    for (const auto y : b) u += x > y ? 1 : x == y ? 0.5 : 0;
  }
  return u;
}

std::vector<double> holm(const std::vector<double>& p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return p[i]; });
  std::vector<double> corrected(p.size());
  double highest = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    highest = std::max(highest, std::min(1.0, p[order[i]] * static_cast<double>(p.size() - i)));
    corrected[order[i]] = highest;
  }
  return corrected;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const auto middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace coupon::load
