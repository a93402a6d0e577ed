#include "coupon/event.hpp"

#include <charconv>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/append.hpp"

namespace coupon {

using base::Errc;
using base::fail;

namespace {
constexpr std::size_t kUsualValue = 160;  // bytes of an encoded event without its names
}

GrantEvent make_event(const CouponCode& code, const Grant& grant, std::uint32_t epoch) {
  return {code, grant.member, grant.id, grant.rank, grant.issued_ms, epoch};
}

std::string encode_value(const GrantEvent& event) {
  // Names and ids have no character that JSON escapes.
  std::string value;
  value.reserve(kUsualValue + event.code.text().size() + event.member.text().size());
  base::append(value, R"({"v":)", kEventVersion, R"(,"code":")", event.code.text(), R"(","user":")",
               event.member.text(), R"(","id":")", event.id, R"(","rank":)", event.rank, R"(,"issuedMs":)",
               event.issued_ms, R"(,"epoch":)", event.epoch, '}');
  return value;
}

JournalRecord encode(const GrantEvent& event) {
  std::vector<Header> headers;
  headers.reserve(5);
  headers.push_back({"v", std::to_string(kEventVersion)});
  headers.push_back({"code", event.code.text()});
  headers.push_back({"user", event.member.text()});
  headers.push_back({"id", event.id.text()});
  headers.push_back({"epoch", std::to_string(event.epoch)});
  return {event.member.text(), encode_value(event), std::move(headers)};
}

namespace {

// A length, a colon, the bytes: names and values may contain anything.
void append_part(std::string& out, std::string_view part) { base::append(out, part.size(), ':', part); }

std::optional<std::string> take_part(std::string_view& packed) {
  std::size_t size = 0;
  const auto* const end = packed.data() + packed.size();
  const auto [colon, error] = std::from_chars(packed.data(), end, size);
  if (error != std::errc{} || colon == end || *colon != ':') return std::nullopt;
  packed.remove_prefix(static_cast<std::size_t>(colon - packed.data()) + 1);
  if (size > packed.size()) return std::nullopt;
  std::string part(packed.substr(0, size));
  packed.remove_prefix(size);
  return part;
}

base::Result<std::string> text_field(const nlohmann::json& object, const char* name) {
  const auto it = object.find(name);
  if (it == object.end() || !it->is_string()) return fail(Errc::kInvalid, fmt::format("'{}' is not a string", name));
  return it->get<std::string>();
}

base::Result<std::int64_t> number_field(const nlohmann::json& object, const char* name, std::int64_t min,
                                        std::int64_t max) {
  const auto it = object.find(name);
  const bool whole = it != object.end() && it->is_number_integer() &&
                     (!it->is_number_unsigned() || it->get<std::uint64_t>() <= INT64_MAX);
  if (!whole || it->get<std::int64_t>() < min || it->get<std::int64_t>() > max) {
    return fail(Errc::kInvalid, fmt::format("'{}' is not a whole number between {} and {}", name, min, max));
  }
  return it->get<std::int64_t>();
}

base::Result<GrantEvent> read_fields(const nlohmann::json& object) {
  const auto code_text = text_field(object, "code");
  if (!code_text) return std::unexpected(code_text.error());
  const auto member_text = text_field(object, "user");
  if (!member_text) return std::unexpected(member_text.error());
  const auto id_text = text_field(object, "id");
  if (!id_text) return std::unexpected(id_text.error());
  auto code = CouponCode::parse(*code_text);
  if (!code) return std::unexpected(code.error());
  auto member = MemberId::parse(*member_text);
  if (!member) return std::unexpected(member.error());
  const auto id = GrantId::parse(*id_text);
  if (!id) return std::unexpected(id.error().in("'id'"));
  const auto rank = number_field(object, "rank", 1, kRankMax);
  if (!rank) return std::unexpected(rank.error());
  const auto issued = number_field(object, "issuedMs", 0, kInstantMaxMs);
  if (!issued) return std::unexpected(issued.error());
  const auto epoch = number_field(object, "epoch", 0, UINT32_MAX);
  if (!epoch) return std::unexpected(epoch.error());
  return GrantEvent{std::move(*code), std::move(*member), *id, *rank, *issued, static_cast<std::uint32_t>(*epoch)};
}

// Takes the parts of a text one by one; once a part is not as expected, all that follow are refused.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}
  [[nodiscard]] bool literal(std::string_view expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }
  [[nodiscard]] bool text(std::string_view& value) {
    const auto end = rest_.find('"');
    if (end == std::string_view::npos) return false;
    value = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return true;
  }
  template <class Number>
  [[nodiscard]] bool number(Number& value) {
    const bool spelled = !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
    const bool padded = rest_.size() > 1 && rest_[0] == '0' && rest_[1] >= '0' && rest_[1] <= '9';
    if (!spelled || padded) return false;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc{}) return false;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return true;
  }
  [[nodiscard]] bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

// The text that encode_value writes, read without a JSON document: most of what a worker reads is of this form, and
// the document was 40 % of its time. Nothing: something else, perhaps as good, for the reader of any JSON to judge.
std::optional<GrantEvent> decode_own(std::string_view value) {
  static_assert(kEventVersion == 1, "the scanner names the version");
  Scanner scanner(value);
  std::string_view code_text;
  std::string_view member_text;
  std::string_view id_text;
  std::int64_t rank = 0;
  std::int64_t issued_ms = 0;
  std::uint32_t epoch = 0;
  const bool read = scanner.literal(R"({"v":1,"code":")") && scanner.text(code_text) &&
                    scanner.literal(R"(,"user":")") && scanner.text(member_text) && scanner.literal(R"(,"id":")") &&
                    scanner.text(id_text) && scanner.literal(R"(,"rank":)") && scanner.number(rank) &&
                    scanner.literal(R"(,"issuedMs":)") && scanner.number(issued_ms) &&
                    scanner.literal(R"(,"epoch":)") && scanner.number(epoch) && scanner.literal("}") && scanner.done();
  if (!read || rank < 1 || rank > kRankMax || issued_ms > kInstantMaxMs) return std::nullopt;
  auto code = CouponCode::parse(code_text);
  auto member = MemberId::parse(member_text);
  const auto id = GrantId::parse(id_text);
  if (!code || !member || !id) return std::nullopt;
  return GrantEvent{std::move(*code), std::move(*member), *id, rank, issued_ms, epoch};
}

}  // namespace

std::string pack_headers(const std::vector<Header>& headers) {
  std::string packed;
  for (const auto& header : headers) {
    append_part(packed, header.name);
    append_part(packed, header.value);
  }
  return packed;
}

std::vector<Header> unpack_headers(std::string_view packed) {
  std::vector<Header> headers;
  while (!packed.empty()) {
    auto name = take_part(packed);
    if (!name) break;
    auto value = take_part(packed);
    if (!value) break;
    headers.push_back({std::move(*name), std::move(*value)});
  }
  return headers;
}

base::Result<GrantEvent> decode(std::string_view value) {
  if (value.size() > kEventBytesMax) {
    return fail(Errc::kInvalid, fmt::format("a grant event has at most {} bytes", kEventBytesMax));
  }
  if (auto own = decode_own(value)) return std::move(*own);
  const auto object = nlohmann::json::parse(value, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return fail(Errc::kInvalid, "not a JSON object");
  const auto version = number_field(object, "v", 1, INT64_MAX);
  if (!version) return std::unexpected(version.error());
  if (*version > kEventVersion) {
    return fail(Errc::kUnsupported,
                fmt::format("event version {} is newer than {}: upgrade this program first", *version, kEventVersion));
  }
  return read_fields(object);
}

}  // namespace coupon
