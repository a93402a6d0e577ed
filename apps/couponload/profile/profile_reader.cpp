#include "couponload/profile/profile_reader.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fmt/format.h>

#include "couponload/members.hpp"
#include "couponload/profile/condition.hpp"
#include "net/http/client/url.hpp"

namespace coupon::load {

namespace {

constexpr std::int64_t kVersion = 1;
constexpr std::size_t kNameBytesMax = 64;
constexpr std::size_t kUrlBytesMax = 2048;
constexpr std::size_t kPathBytesMax = 2048;
constexpr std::size_t kValueBytesMax = 4096;
constexpr std::int64_t kQuotaMax = 1'000'000'000'000;
constexpr std::int64_t kNumberMax = 1'000'000'000'000'000;

}  // namespace

ProfileReader::ProfileReader(const toml::table& root, const std::string& folder, Mistakes& mistakes)
    : root_(root, "", 1, mistakes,
            {"version", "name", "url", "vars", "headers", "members", "request", "grant", "quota", "count", "readback",
             "prime", "outcome", "setup", "teardown"}),
      folder_(folder) {}

Profile ProfileReader::read() {
  read_heading();
  read_vars();
  read_headers();
  read_steps("setup", profile_.setup);  // before all that may use what it captures
  read_request();
  read_members();
  read_grant();
  read_quota();
  read_count();
  read_readback();
  read_prime();
  read_outcomes();
  read_steps("teardown", profile_.teardown);
  return std::move(profile_);
}

PlaceholderScope ProfileReader::scope(bool member, bool request) const {
  return {.member = member, .request = request, .code = true, .captured = captured_};
}

void ProfileReader::read_heading() {
  std::int64_t version = kVersion;
  root_.require("version", "write version = 1");
  if (root_.number("version", version, 0, kNumberMax) && version != kVersion) {
    root_.refuse("version", fmt::format("version {} is not known; this couponload reads version = 1", version));
  }
  if (root_.text("name", profile_.name, kNameBytesMax) && has_control_character(profile_.name)) {
    root_.refuse("name", "has a control character; remove it");
  }
  if (!root_.text("url", profile_.url, kUrlBytesMax)) return;
  if (const auto url = net::http::parse_url(profile_.url); !url) root_.refuse("url", url.error().message);
}

void ProfileReader::read_vars() {
  Headers vars;
  const bool good = root_.pairs("vars", vars, kValueBytesMax);
  for (const auto& [name, value] : vars) {
    if (good && !is_placeholder_name(name)) {
      root_.refuse("vars", fmt::format("'{}' is not a name; use letters, digits, _ and -", name));
    }
    profile_.vars[name] = value;
  }
}

void ProfileReader::read_headers() {
  read_fields(root_, {.member = false, .request = false, .code = false, .captured = {}}, profile_.headers);
}

void ProfileReader::read_members() {
  const auto section = root_.section("members", {"kind", "format", "start", "path"});
  if (!section) return;
  constexpr std::array<std::string_view, 3> kKinds{"seq", "uuid", "file"};
  std::string kind = "seq";
  if (section->text("kind", kind, kNameBytesMax)) {
    const auto found = std::ranges::find(kKinds, kind);
    if (found == kKinds.end()) return section->refuse("kind", fmt::format("'{}' must be seq, uuid or file", kind));
    profile_.members.kind = static_cast<MemberShape::Kind>(found - kKinds.begin());
  }
  if (section->text("format", profile_.members.format, kNameBytesMax)) {
    const auto format = MemberFormat::parse(profile_.members.format);
    if (!format) section->refuse("format", format.error().message);
    if (kind != "seq") section->refuse("format", fmt::format("means nothing with kind = \"{}\"; remove it", kind));
  }
  std::int64_t start = 1;
  if (section->number("start", start, 0, kNumberMax)) {
    profile_.members.start = static_cast<std::uint64_t>(start);
    if (kind != "seq") section->refuse("start", fmt::format("means nothing with kind = \"{}\"; remove it", kind));
  }
  std::string path;
  if (section->text("path", path, kPathBytesMax)) {
    if (kind != "file") section->refuse("path", "is for kind = \"file\" only; remove it, or write that");
    profile_.members.path = (std::filesystem::path(folder_) / path).string();
  } else if (kind == "file") {
    section->require("path", "write the file that has one member a line");
  }
}

void ProfileReader::read_grant() {
  const auto section = root_.section("grant", {"id", "rank", "code"});
  if (!section) return;
  read_pointer(*section, "id", profile_.grant.id);
  read_pointer(*section, "rank", profile_.grant.rank);
  read_pointer(*section, "code", profile_.grant.code);
}

void ProfileReader::read_quota() {
  const auto section = root_.section("quota", {"value", "path", "pointer"});
  if (!section) return;
  if (section->has("value")) {
    if (section->has("path")) section->refuse("path", "there is a value already; keep one of the two");
    std::int64_t value = 0;
    if (section->is_text("value")) {
      if (!section->text("value", profile_.quota.text, kValueBytesMax)) return;
      const auto good = check_placeholders(profile_.quota.text, {});
      if (!good) section->refuse("value", good.error().message);
    } else if (section->number("value", value, 0, kQuotaMax)) {
      profile_.quota.value = value;
    }
    return;
  }
  section->require("path", "write value = 100, or path and pointer of an answer that has it");
  section->require("pointer", "write where the answer has the quota: pointer = \"/data/quota\"");
  read_path(*section, scope(false, false), profile_.quota.path);
  read_pointer(*section, "pointer", profile_.quota.pointer);
}

void ProfileReader::read_count() {
  const auto section = root_.section("count", {"path", "pointer", "quota", "recorded"});
  if (!section) return;
  section->require("path", "write the path whose answer has the count");
  section->require("pointer", "write where the answer has the number issued: pointer = \"/data/issued\"");
  read_path(*section, scope(false, false), profile_.count.path);
  read_pointer(*section, "pointer", profile_.count.issued);
  read_pointer(*section, "quota", profile_.count.quota);
  read_pointer(*section, "recorded", profile_.count.recorded);
  if (section->has("quota") && root_.has("quota")) {
    section->refuse("quota", "there is a table [quota] already; keep one of the two");
  }
}

void ProfileReader::read_readback() {
  const auto section = root_.section("readback", {"path", "pointer", "recorded"});
  if (!section) return;
  section->require("path", "write the path of one member's grant");
  read_path(*section, scope(true, false), profile_.readback.path);
  read_pointer(*section, "pointer", profile_.readback.id);
  read_pointer(*section, "recorded", profile_.readback.recorded);
}

void ProfileReader::read_prime() {
  const auto section = root_.section("prime", {"path"});
  if (!section) return;
  section->require("path", "write a path that changes nothing: path = \"/healthz\"");
  read_path(*section, scope(false, false), profile_.prime);
}

void ProfileReader::read_pointer(const TomlSection& section, const char* key, std::string& pointer) const {
  if (!section.text(key, pointer, kValueBytesMax)) return;
  if (const auto good = check_pointer(pointer); !good) section.refuse(key, good.error().message);
}

void ProfileReader::read_path(const TomlSection& section, const PlaceholderScope& allowed, std::string& path) const {
  if (!section.text("path", path, kPathBytesMax)) return;
  const bool visible = std::ranges::all_of(path, [](char c) { return c > ' ' && c < '\x7f' && c != '#'; });
  if (!path.starts_with('/')) return section.refuse("path", fmt::format("'{}' must begin with /", path));
  if (!visible) return section.refuse("path", "has a space or another character that must be written as %XX");
  if (const auto good = check_placeholders(path, allowed); !good) section.refuse("path", good.error().message);
}

}  // namespace coupon::load
