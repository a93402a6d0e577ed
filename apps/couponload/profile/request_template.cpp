#include "couponload/profile/request_template.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <functional>

#include "couponload/profile/header_field.hpp"

namespace coupon::load {

namespace {

// In the places of values that change while a request is laid out: bytes that a profile's texts cannot hold.
constexpr char kFirstMark = '\x01';

std::size_t slot_of(Piece::Kind kind) { return static_cast<std::size_t>(kind) - 1; }
constexpr std::size_t kUuidSlot = static_cast<std::size_t>(Piece::Kind::kUuid) - 1;
constexpr std::size_t kKeySlot = static_cast<std::size_t>(Piece::Kind::kKey) - 1;

bool is_plain_in_path(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

bool is_plain_in_body(char c) { return c >= ' ' && c < '\x7f' && c != '"' && c != '\\'; }

using Fill = std::function<std::string(std::string_view)>;

// The question behind a shape, its texts filled by three functions.
net::http::Question assemble(const RequestShape& shape, const Headers& extra, const Fill& path, const Fill& body,
                             const Fill& header) {
  net::http::Question question{shape.method, path(shape.path), body(shape.body), {}};
  for (const auto& [name, value] : shape.headers) {
    const bool replaced = std::ranges::any_of(extra, [&](const auto& field) { return same_field(field.first, name); });
    if (!replaced) question.headers.emplace_back(name, header(value));
  }
  question.headers.insert(question.headers.end(), extra.begin(), extra.end());
  return question;
}

}  // namespace

net::http::Question make_question(const RequestShape& shape, const Subject& subject, const Headers& headers) {
  return assemble(
      shape, headers, [&](std::string_view text) { return fill_path(text, subject); },
      [&](std::string_view text) { return fill_body(text, subject); },
      [&](std::string_view text) { return fill_header(text, subject); });
}

RequestTemplate::RequestTemplate(RequestShape shape, std::string code, net::http::Url url, Headers headers,
                                 Variables variables, std::uint32_t same_key)
    : shape_(std::move(shape)),
      code_(std::move(code)),
      url_(std::move(url)),
      headers_(std::move(headers)),
      variables_(std::move(variables)),
      same_key_(same_key) {
  note_uses(shape_.path, true);
  note_uses(shape_.body, false);
  for (const auto& [name, value] : shape_.headers) note_uses(value, false);
}

void RequestTemplate::note_uses(std::string_view text, bool in_path) {
  for (const auto& piece : split_placeholders(text)) {
    if (piece.kind == Piece::Kind::kText || piece.kind == Piece::Kind::kNamed) continue;
    auto& use = uses_[slot_of(piece.kind)];
    use.anywhere = true;
    use.in_path = use.in_path || in_path;
  }
}

std::string_view RequestTemplate::render(std::string_view member, std::uint64_t seq, std::uint32_t attempt) {
  const fmt::format_int seq_text(seq);
  const fmt::format_int attempt_text(attempt);
  const auto found = variables_.find("run");
  const auto run = found == variables_.end() ? std::string_view() : std::string_view(found->second);
  const auto uuid = uses_[kUuidSlot].anywhere ? request_uuid(run, seq, attempt) : std::string();
  const auto key = uses_[kKeySlot].anywhere ? request_key(run, seq / same_key_) : std::string();
  const Values values{member,
                      {seq_text.data(), seq_text.size()},
                      {attempt_text.data(), attempt_text.size()},
                      std::string_view(uuid),
                      std::string_view(key)};
  if (!all_plain(values)) {
    const Subject subject{code_, member, &variables_, seq, attempt, seq / same_key_};
    text_ = net::http::serialize(url_, make_question(shape_, subject, headers_));
    patchable_ = false;
    return text_;
  }
  if (!fits(values)) build_places(values);
  patch(values);
  return text_;
}

bool RequestTemplate::all_plain(const Values& values) const {
  for (std::size_t slot = 0; slot < kSlots; ++slot) {
    if (!uses_[slot].anywhere) continue;
    if (!std::ranges::all_of(values[slot], uses_[slot].in_path ? is_plain_in_path : is_plain_in_body)) return false;
  }
  return true;
}

bool RequestTemplate::fits(const Values& values) const {
  if (!patchable_) return false;
  for (std::size_t slot = 0; slot < kSlots; ++slot) {
    if (uses_[slot].anywhere && values[slot].size() != sizes_[slot]) return false;
  }
  return true;
}

void RequestTemplate::build_places(const Values& values) {
  const Subject subject{code_, {}, &variables_, 0, 0, 0};
  const auto marked = [&](std::string_view text, auto fill_named) {
    std::string out;
    for (const auto& piece : split_placeholders(text)) {
      if (piece.kind == Piece::Kind::kText) {
        out += piece.text;
      } else if (piece.kind == Piece::Kind::kNamed) {
        out += fill_named(fmt::format("{{{}}}", piece.text), subject);
      } else {
        const auto slot = slot_of(piece.kind);
        out.append(values[slot].size(), static_cast<char>(kFirstMark + static_cast<char>(slot)));
      }
    }
    return out;
  };
  text_ =
      net::http::serialize(url_, assemble(
                                     shape_, headers_, [&](std::string_view text) { return marked(text, fill_path); },
                                     [&](std::string_view text) { return marked(text, fill_body); },
                                     [&](std::string_view text) { return marked(text, fill_header); }));
  places_.clear();
  for (std::size_t at = 0; at < text_.size();) {
    const auto slot = static_cast<std::size_t>(static_cast<unsigned char>(text_[at]) - kFirstMark);
    if (slot >= kSlots) {
      ++at;
      continue;
    }
    places_.push_back({at, slot});
    at += values[slot].size();
  }
  for (std::size_t slot = 0; slot < kSlots; ++slot) sizes_[slot] = values[slot].size();
  patchable_ = true;
}

void RequestTemplate::patch(const Values& values) {
  for (const auto& place : places_) {
    std::ranges::copy(values[place.slot], text_.begin() + static_cast<std::ptrdiff_t>(place.offset));
  }
}

}  // namespace coupon::load
