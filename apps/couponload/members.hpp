#pragma once
// Who asks.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "couponload/profile/profile.hpp"

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

class MemberFile;

/// A row of different names. Cheap to copy; thread-safe.
class MemberSource {
 public:
  /// Numbers from `start` on.
  MemberSource(MemberFormat format, std::uint64_t start = 1);
  /// Reads the file of kFile: blocks, kIo or kInvalid with the line. `seed` decides the names of kUuid.
  [[nodiscard]] static base::Result<MemberSource> make(const MemberShape& shape, std::uint64_t seed);

  /// The name at a 0-based place; below size() when there is one.
  [[nodiscard]] std::string name(std::uint64_t index) const;
  /// How many there are; nothing when as many as one likes.
  [[nodiscard]] std::optional<std::uint64_t> size() const;
  /// kInvalid with the remedy when there are fewer than `needed`.
  [[nodiscard]] base::Result<> ensure(std::uint64_t needed) const;

 private:
  MemberSource() = default;
  MemberShape::Kind kind_ = MemberShape::Kind::kSeq;
  MemberFormat format_;
  std::uint64_t start_ = 1;
  std::uint64_t seed_ = 1;
  std::shared_ptr<const MemberFile> file_;
};

/// The members of a run, in the order in which they ask. The same seed gives the same order.
class Members {
 public:
  /// `requests` requests, `same` of each member right behind one another (the last member may ask less often). The
  /// first member is the one at place `first` of the source: shards ask for different ones.
  Members(MemberSource source, std::uint32_t requests, std::uint32_t same, std::uint64_t seed, std::uint64_t first = 0);
  /// The member of request `seq` (0-based).
  [[nodiscard]] std::string name(std::uint32_t seq) const { return source_.name(first_ + places_.at(seq / same_)); }
  [[nodiscard]] std::uint32_t distinct() const { return static_cast<std::uint32_t>(places_.size()); }

 private:
  MemberSource source_;
  std::uint32_t same_;
  std::uint64_t first_;
  std::vector<std::uint32_t> places_;
};

}  // namespace coupon::load
