#pragma once
// Profiles as TOML. Every mistake is named with file:line, the key and the remedy, all of them at once (the first 20).

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "couponload/profile/profile.hpp"

namespace coupon::load {

inline constexpr std::size_t kProfileBytesMax = std::size_t{64} * 1024;
inline constexpr std::size_t kBodyBytesMax = std::size_t{16} * 1024;

/// The name of a built-in profile, or else the path of a file. kNotFound, kIo or kInvalid.
[[nodiscard]] base::Result<Profile> load_profile(const std::string& name_or_path);

/// `file` is what mistakes are named by; a path of a members file is taken relative to its folder.
[[nodiscard]] base::Result<Profile> parse_profile(std::string_view text, const std::string& file);

struct BuiltinProfile {
  std::string_view name;
  std::string_view text;
};
/// In order of their names.
[[nodiscard]] const std::vector<BuiltinProfile>& builtin_profiles();
/// What `couponload init` writes.
[[nodiscard]] std::string_view commented_profile();

}  // namespace coupon::load
