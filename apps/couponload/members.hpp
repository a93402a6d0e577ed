#pragma once
// Who asks.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace coupon::load {

/// A name with one number in it: "m{:08d}", "user-{}", "{:d}@shop".
class MemberFormat {
 public:
  /// Exactly one {}, {:d} or {:0Nd} with N at most 18; the rest is printable ASCII without braces.
  [[nodiscard]] static base::Result<MemberFormat> parse(std::string_view text);
  [[nodiscard]] std::string name(std::uint64_t number) const;

 private:
  std::string before_;
  std::string after_;
  std::size_t width_ = 0;
};

/// The members of a run, in the order in which they ask. The same seed gives the same order.
class Members {
 public:
  /// `requests` requests, `same` of each member right behind one another (the last member may ask less often).
  Members(MemberFormat format, std::uint32_t requests, std::uint32_t same, std::uint64_t seed);
  /// The member of request `seq` (0-based).
  [[nodiscard]] std::string name(std::uint32_t seq) const { return format_.name(numbers_.at(seq / same_)); }
  [[nodiscard]] std::uint32_t distinct() const { return static_cast<std::uint32_t>(numbers_.size()); }

 private:
  MemberFormat format_;
  std::uint32_t same_;
  std::vector<std::uint32_t> numbers_;
};

}  // namespace coupon::load
