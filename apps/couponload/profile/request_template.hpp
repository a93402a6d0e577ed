#pragma once
// A request as bytes, with what changes from one to the next patched in place: nothing is formatted between two sends
// as long as the values keep their lengths and need no escaping.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "couponload/profile/placeholders.hpp"
#include "net/http/client.hpp"

namespace coupon::load {

/// The question behind a shape. A field of `headers` replaces one of the shape with the same name.
[[nodiscard]] net::http::Question make_question(const RequestShape& shape, const Subject& subject,
                                                const Headers& headers);

/// Not thread-safe: one per thread. Copies are independent.
class RequestTemplate {
 public:
  /// `code` may be empty when `variables` has it. `same_key` requests behind one another share {key}; at least 1.
  RequestTemplate(RequestShape shape, std::string code, net::http::Url url, Headers headers, Variables variables = {},
                  std::uint32_t same_key = 1);

  /// The whole request; valid until the next call. `seq` is 0-based, `attempt` 1-based.
  [[nodiscard]] std::string_view render(std::string_view member, std::uint64_t seq = 0, std::uint32_t attempt = 1);

 private:
  static constexpr std::size_t kSlots = 5;  // member, seq, attempt, uuid, key
  using Values = std::array<std::string_view, kSlots>;
  struct Place {
    std::size_t offset;
    std::size_t slot;
  };
  struct Use {
    bool anywhere = false;
    bool in_path = false;
  };
  void note_uses(std::string_view text, bool in_path);
  [[nodiscard]] bool all_plain(const Values& values) const;
  [[nodiscard]] bool fits(const Values& values) const;
  void build_places(const Values& values);
  void patch(const Values& values);

  RequestShape shape_;
  std::string code_;
  net::http::Url url_;
  Headers headers_;
  Variables variables_;
  std::uint32_t same_key_;
  std::array<Use, kSlots> uses_{};
  std::string text_;
  std::vector<Place> places_;                // where the values stand in text_
  std::array<std::size_t, kSlots> sizes_{};  // their lengths there
  bool patchable_ = false;
};

}  // namespace coupon::load
