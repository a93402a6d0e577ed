#pragma once
// TLS as a client speaks it, without a socket and without a loop: bytes in, bytes out. TLS 1.2 and 1.3, HTTP/1.1.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace coupon::net::http {

struct TlsSettings {
  std::string server_name;  ///< asked for and expected in the certificate; empty: the host of the URL
  std::string ca_file;      ///< PEM file of the only authorities to trust; empty: the system's
  bool insecure = false;    ///< any certificate will do: nobody knows who answers
};

/// What all connections to one server share: whom to trust and what name to expect. One per process is enough: threads
/// may read it at the same time. Must outlive its filters. Sessions are never resumed, so that every handshake costs
/// what a new user's costs.
class TlsContext {
 public:
  /// `host` is the URL's, a name or a numeric address. kInvalid when the file of authorities is no such thing. Reads
  /// files: some milliseconds.
  [[nodiscard]] static base::Result<TlsContext> make(const TlsSettings& settings, const std::string& host);

  /// The name or address that the certificate must be for, unless anything goes.
  [[nodiscard]] const std::string& expected_name() const { return expected_name_; }

 private:
  friend class TlsFilter;
  struct Free {
    void operator()(ssl_ctx_st* context) const;
  };
  TlsContext() = default;

  std::unique_ptr<ssl_ctx_st, Free> native_;
  std::string expected_name_;
  bool name_is_address_ = false;
};

/// One connection's TLS. What must be sent and what was received is appended to the caller's strings; the filter itself
/// keeps at most one incomplete record (17 KB), and nothing while none is under way. Not thread-safe. Never throws: a
/// process out of memory ends.
class TlsFilter {
 public:
  enum class State : std::uint8_t {
    kHandshaking,  ///< nothing can be sealed yet
    kOpen,
    kClosed,  ///< the server said that nothing more will come
    kFailed,  ///< see reason(); what is still to be sent tells the server
  };

  explicit TlsFilter(const TlsContext& context) noexcept;
  ~TlsFilter();
  TlsFilter(TlsFilter&&) noexcept;
  TlsFilter& operator=(TlsFilter&&) noexcept;

  /// The first bytes to send. Once, before everything else.
  [[nodiscard]] State start(std::string& to_send) noexcept;
  /// Takes all of what came from the network, in any pieces. `plaintext` grows by at most as much as was fed since the
  /// last whole record; also a call that ends in kClosed or kFailed may have added to it.
  [[nodiscard]] State feed(std::string_view ciphertext, std::string& plaintext, std::string& to_send) noexcept;
  /// Encrypts everything. Nothing happens unless the state is kOpen. Sealed bytes must be sent in the order of the
  /// calls.
  [[nodiscard]] State seal(std::string_view plaintext, std::string& to_send) noexcept;
  /// The connection ended. Without the server's word before it this is a failure: somebody may have cut the answer.
  [[nodiscard]] State end() noexcept;

  [[nodiscard]] State state() const { return state_; }
  /// When kFailed: what happened and what helps against it.
  [[nodiscard]] const std::string& reason() const { return reason_; }
  /// kFailed because of the server's certificate: no further attempt will do better.
  [[nodiscard]] bool distrusts() const { return distrusts_; }

 private:
  struct Free {
    void operator()(ssl_st* connection) const;
  };
  State shake() noexcept;
  State read(std::string& plaintext) noexcept;
  State judge(int result) noexcept;
  State fail(std::string reason) noexcept;

  const TlsContext* context_;
  std::unique_ptr<ssl_st, Free> native_;
  std::string reason_;
  State state_ = State::kHandshaking;
  bool heard_ = false;
  bool distrusts_ = false;
};

}  // namespace coupon::net::http
