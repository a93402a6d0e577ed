#pragma once
// A request as bytes, with the member patched in place: nothing is formatted between two sends.

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "couponload/profile/profile.hpp"
#include "net/http/client.hpp"

namespace coupon::load {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// Whom and what a request is for, to be put in the places of {member} and {code}.
struct Subject {
  std::string_view code;
  std::string_view member;
};

/// `text` with its placeholders replaced by percent-encoded or JSON-escaped values. Braces around anything else stay.
[[nodiscard]] std::string fill_path(std::string_view text, const Subject& subject);
[[nodiscard]] std::string fill_body(std::string_view text, const Subject& subject);

/// The question behind a shape, for asking once.
[[nodiscard]] net::http::Question make_question(const RequestShape& shape, const Subject& subject,
                                                const Headers& headers);

/// Not thread-safe: one per thread.
class RequestTemplate {
 public:
  RequestTemplate(RequestShape shape, std::string code, net::http::Url url, Headers headers);

  /// The whole request of `member`; valid until the next call.
  [[nodiscard]] std::string_view render(std::string_view member);

 private:
  [[nodiscard]] bool can_patch(std::string_view member) const;
  void build(std::string_view member);

  RequestShape shape_;
  std::string code_;
  net::http::Url url_;
  Headers headers_;
  std::string text_;
  std::vector<std::size_t> places_;  // where the member stands in text_
  std::size_t patch_size_ = 0;       // its length there; 0 when it must not be overwritten
};

}  // namespace coupon::load
