#include "couponload/profile/request_template.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace coupon::load {

namespace {

constexpr std::string_view kCode = "{code}";
constexpr std::string_view kMember = "{member}";

using Encode = std::string (*)(std::string_view);

// One pass, so that a placeholder inside a value stays as it is.
std::string fill(std::string_view text, const Subject& subject, Encode encode) {
  std::string out;
  while (!text.empty()) {
    if (text.starts_with(kCode)) {
      out += encode(subject.code);
      text.remove_prefix(kCode.size());
    } else if (text.starts_with(kMember)) {
      out += encode(subject.member);
      text.remove_prefix(kMember.size());
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

// Looks the same in a path and in a JSON body.
bool is_plain(std::string_view member) {
  return std::ranges::all_of(member, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  });
}

// The places where two texts of equal length differ in a run of `size` bytes.
std::vector<std::size_t> differing_runs(std::string_view a, std::string_view b, std::size_t size) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i]) continue;
    places.push_back(i);
    i += size - 1;
  }
  return places;
}

}  // namespace

std::string fill_path(std::string_view text, const Subject& subject) {
  return fill(text, subject, net::http::percent_encode);
}

std::string fill_body(std::string_view text, const Subject& subject) { return fill(text, subject, base::json_escape); }

net::http::Question make_question(const RequestShape& shape, const Subject& subject, const Headers& headers) {
  return {shape.method, fill_path(shape.path, subject), fill_body(shape.body, subject), headers};
}

RequestTemplate::RequestTemplate(RequestShape shape, std::string code, net::http::Url url, Headers headers)
    : shape_(std::move(shape)), code_(std::move(code)), url_(std::move(url)), headers_(std::move(headers)) {}

std::string_view RequestTemplate::render(std::string_view member) {
  if (can_patch(member)) {
    for (const auto place : places_) std::ranges::copy(member, text_.begin() + static_cast<std::ptrdiff_t>(place));
  } else {
    build(member);
  }
  return text_;
}

bool RequestTemplate::can_patch(std::string_view member) const {
  return patch_size_ != 0 && member.size() == patch_size_ && is_plain(member);
}

void RequestTemplate::build(std::string_view member) {
  const auto whole = [&](std::string_view name) {
    return net::http::serialize(url_, make_question(shape_, {code_, name}, headers_));
  };
  text_ = whole(member);
  patch_size_ = is_plain(member) ? member.size() : 0;
  if (patch_size_ == 0) return;
  // Two names that differ in every byte show where the name stands.
  const auto first = whole(std::string(member.size(), 'x'));
  const auto second = whole(std::string(member.size(), 'y'));
  places_ = differing_runs(first, second, member.size());
}

}  // namespace coupon::load
