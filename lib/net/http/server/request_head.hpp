#pragma once
// The header of a request, taken apart by Beast's parser without copying: every view points into the received bytes.

#include <boost/beast/http/basic_parser.hpp>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "net/http/message.hpp"
#include "net/http/server/refusal.hpp"

namespace coupon::net::http {

struct HeadField {
  boost::beast::http::field id;
  std::string_view name;
  std::string_view value;
};

/// Reused from request to request, so that its vector keeps its memory.
struct RequestHead {
  Method method = Method::kOther;
  std::string_view target;
  int version = 11;
  bool keep_alive = true;
  bool chunked = false;
  bool expects_continue = false;
  std::uint64_t content_length = 0;
  std::vector<HeadField> fields;

  /// The first value of a field, any case, or empty.
  [[nodiscard]] std::string_view value(std::string_view name) const;
  [[nodiscard]] const HeadField* find(boost::beast::http::field id) const;
  [[nodiscard]] std::size_t count(boost::beast::http::field id) const;
};

/// Beast's parser with the storage of ours: fields as views into `head`. Bodies are not its business.
class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  using ErrorCode = boost::beast::error_code;
  using View = boost::beast::string_view;

  explicit RequestParser(RequestHead& head) : head_(&head) {}

 private:
  void on_request_impl(boost::beast::http::verb verb, View method, View target, int version, ErrorCode& error) override;
  void on_response_impl(int code, View reason, int version, ErrorCode& error) override;
  void on_field_impl(boost::beast::http::field id, View name, View value, ErrorCode& error) override;
  void on_header_impl(ErrorCode& error) override;
  void on_body_init_impl(boost::optional<std::uint64_t> const& length, ErrorCode& error) override;
  std::size_t on_body_impl(View bytes, ErrorCode& error) override;
  void on_chunk_header_impl(std::uint64_t size, View extensions, ErrorCode& error) override;
  std::size_t on_chunk_body_impl(std::uint64_t remaining, View bytes, ErrorCode& error) override;
  void on_finish_impl(ErrorCode& error) override;

  RequestHead* head_;
};

/// Takes a complete header (through its empty line) apart; what Beast refuses comes back as a refusal.
[[nodiscard]] std::optional<Refusal> parse_head(std::string_view bytes, RequestHead& head);

}  // namespace coupon::net::http
