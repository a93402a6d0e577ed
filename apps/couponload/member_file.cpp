#include "couponload/member_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fmt/core.h>
#include <fstream>
#include <unordered_map>

#include "base/text.hpp"
#include "couponload/profile/placeholders.hpp"

namespace coupon::load {

using base::Errc;
using base::fail;
using base::Result;

namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

bool is_utf8(std::string_view text) {
  return text.find(kReplacement) != std::string_view::npos ||
         base::json_escape(text).find(kReplacement) == std::string::npos;
}

Result<> check_member(std::string_view line) {
  if (line.empty()) return fail(Errc::kInvalid, "there is no member; remove the empty line");
  if (line.size() > kMemberBytesMax) {
    return fail(Errc::kInvalid, fmt::format("the member has {} bytes, {} are allowed", line.size(), kMemberBytesMax));
  }
  if (has_control_character(line)) return fail(Errc::kInvalid, "the member has a control character; remove it");
  if (!is_utf8(line)) return fail(Errc::kInvalid, "the member is not UTF-8; convert the file");
  return {};
}

Result<std::string> read_text(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) return fail(Errc::kIo, fmt::format("cannot read members from {}: {}", path, error.message()));
  if (size > kMemberFileBytesMax) {
    return fail(Errc::kInvalid,
                fmt::format("{} has {} bytes, {} are allowed; split it", path, size, kMemberFileBytesMax));
  }
  std::ifstream in(path, std::ios::binary);
  std::string text(size, '\0');
  if (!in.read(text.data(), static_cast<std::streamsize>(size))) {
    return fail(Errc::kIo, fmt::format("cannot read members from {}: {}", path, std::strerror(errno)));
  }
  return text;
}

}  // namespace

Result<std::shared_ptr<const MemberFile>> MemberFile::read(const std::string& path) {
  auto text = read_text(path);
  if (!text) return std::unexpected(std::move(text).error());
  std::shared_ptr<MemberFile> file(new MemberFile);
  file->path_ = path;
  file->text_ = std::move(*text);
  COUPON_TRY(file->split());
  return file;
}

Result<> MemberFile::split() {
  std::unordered_map<std::string_view, std::size_t> seen;
  std::string_view rest = text_;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const auto end = std::min(rest.find('\n'), rest.size());
    auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto place = fmt::format("{}:{}", path_, number);
    if (const auto good = check_member(line); !good) return std::unexpected(good.error().in(place));
    const auto [entry, fresh] = seen.emplace(line, number);
    if (!fresh) {
      return fail(Errc::kInvalid,
                  fmt::format("{}: '{}' is in line {} already; remove one of them", place, line, entry->second));
    }
    if (lines_.size() == kMembersMax) {
      return fail(Errc::kInvalid, fmt::format("{}: more than {} members; split the file", place, kMembersMax));
    }
    lines_.push_back(line);
  }
  if (lines_.empty()) return fail(Errc::kInvalid, fmt::format("{} is empty; write one member a line", path_));
  return {};
}

}  // namespace coupon::load
