#pragma once
// One answer out of bytes that arrive in any pieces, bounded. Knows no socket.

#include <cstddef>
#include <memory>
#include <string_view>

#include "net/http/client.hpp"

namespace coupon::net::http {

/// One per answer. Interim answers (1xx) are skipped. Not thread-safe.
class ResponseReader {
 public:
  enum class State {
    kNeedMore,
    kDone,
    kMalformed,  ///< this is no HTTP, or it ended in the middle
    kTooLarge,   ///< header or body beyond the bound
  };

  /// `bytes_max` bounds the header and the body, each.
  explicit ResponseReader(std::size_t bytes_max);
  ~ResponseReader();
  ResponseReader(ResponseReader&&) noexcept;
  ResponseReader& operator=(ResponseReader&&) noexcept;

  /// Takes the next bytes; they need not live longer. After kDone, kMalformed or kTooLarge nothing changes any more.
  [[nodiscard]] State feed(std::string_view bytes);
  /// The server closed its side: the end of a body without a length, a broken answer otherwise.
  [[nodiscard]] State finish();
  /// When kDone.
  [[nodiscard]] Answer& answer();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace coupon::net::http
