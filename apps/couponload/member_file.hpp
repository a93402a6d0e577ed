#pragma once
// Members from a file, one a line.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace coupon::load {

inline constexpr std::size_t kMembersMax = 2'000'000;
inline constexpr std::size_t kMemberBytesMax = 256;
inline constexpr std::size_t kMemberFileBytesMax = std::size_t{128} * 1024 * 1024;

/// Never changes once read. Neither copied nor moved: its lines point into it.
class MemberFile {
 public:
  /// Blocks. kIo when it cannot be read; kInvalid, with the line, for what is empty, too long, no UTF-8, has a control
  /// character or was there before. A carriage return at the end of a line is no part of it.
  [[nodiscard]] static base::Result<std::shared_ptr<const MemberFile>> read(const std::string& path);

  MemberFile(const MemberFile&) = delete;
  MemberFile& operator=(const MemberFile&) = delete;
  [[nodiscard]] const std::vector<std::string_view>& lines() const { return lines_; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  MemberFile() = default;
  [[nodiscard]] base::Result<> split();
  std::string path_;
  std::string text_;
  std::vector<std::string_view> lines_;
};

}  // namespace coupon::load
