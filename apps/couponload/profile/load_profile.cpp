#include "couponload/profile/load_profile.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <openssl/sha.h>

#include "base/text.hpp"
#include "couponload/profile/profile_reader.hpp"

namespace coupon::load {

using base::Errc;
using base::fail;
using base::Result;

namespace {

constexpr std::string_view kExtension = ".toml";

std::string sha256_hex(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return fmt::format("{:02x}", fmt::join(digest, ""));
}

base::Error unknown_profile(const std::string& name) {
  std::vector<std::string_view> names;
  std::string hint;
  for (const auto& builtin : builtin_profiles()) {
    names.push_back(builtin.name);
    if (base::looks_like(name, builtin.name)) hint = fmt::format("; did you mean {}?", builtin.name);
  }
  return {
      .code = Errc::kNotFound,
      .message = fmt::format("there is neither a profile nor a file called '{}'{} Built in are {}; `couponload init` "
                             "writes a file to begin with",
                             name, hint.empty() ? "." : hint, fmt::join(names, ", ")),
      .retryable = false};
}

Result<std::string> read_text(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return std::unexpected(unknown_profile(path));
  if (std::filesystem::is_directory(path, error)) return fail(Errc::kInvalid, fmt::format("{} is a folder", path));
  // A FIFO would be waited for.
  if (!std::filesystem::is_regular_file(path, error))
    return fail(Errc::kInvalid, fmt::format("{} is no regular file", path));
  std::ifstream in(path, std::ios::binary);
  std::string text(kProfileBytesMax + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in && !in.eof()) return fail(Errc::kIo, fmt::format("cannot read {}: {}", path, std::strerror(errno)));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

Result<Profile> read_table(const toml::table& table, const std::string& file) {
  Mistakes mistakes(file);
  const auto folder = std::filesystem::path(file).parent_path().string();
  auto profile = ProfileReader(table, folder, mistakes).read();
  if (!mistakes.empty()) return std::unexpected(mistakes.error());
  if (profile.name.empty()) profile.name = std::filesystem::path(file).stem().string();
  return profile;
}

}  // namespace

Result<Profile> parse_profile(std::string_view text, const std::string& file) {
  if (text.size() > kProfileBytesMax) {
    return fail(Errc::kInvalid,
                fmt::format("{}:1: the profile has more than {} bytes; is it one?", file, kProfileBytesMax));
  }
  try {
    auto profile = read_table(toml::parse(text), file);
    if (profile) profile->sha256 = sha256_hex(text);
    return profile;
  } catch (const toml::parse_error& error) {
    const auto place = error.source().begin;
    return fail(Errc::kInvalid, fmt::format("{}:{}: column {}: this is no TOML: {}", file, place.line, place.column,
                                            error.description()));
  }
}

Result<Profile> load_profile(const std::string& name_or_path) {
  const auto& builtins = builtin_profiles();
  const auto builtin = std::ranges::find(builtins, name_or_path, &BuiltinProfile::name);
  if (builtin != builtins.end()) return parse_profile(builtin->text, name_or_path + std::string(kExtension));
  const auto text = read_text(name_or_path);
  if (!text) return std::unexpected(text.error());
  return parse_profile(*text, name_or_path);
}

RequestShape reading(const Profile& profile, std::string path) {
  return {.method = "GET", .path = std::move(path), .body = {}, .headers = profile.headers};
}

const Profile& couponsrv_profile() {
  static const Profile kProfile = load_profile("couponsrv").value();
  return kProfile;
}

}  // namespace coupon::load
