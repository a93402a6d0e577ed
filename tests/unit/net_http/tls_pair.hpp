#pragma once
// A filter and a server, joined by strings.

#include <string>
#include <string_view>
#include <utility>

#include "net/http/client/tls.hpp"
#include "tls_peer.hpp"

namespace coupon::test {

class TlsPair {
 public:
  using State = net::http::TlsFilter::State;

  TlsPair(const net::http::TlsContext& context, std::shared_ptr<SSL_CTX> server)
      : filter(context), peer(std::move(server)) {}

  /// Until both sides have said what they have to say. `piece`: how many bytes at a time reach the filter.
  State shake(std::size_t piece = std::string::npos) {
    std::string to_peer;
    auto state = filter.start(to_peer);
    while (!to_peer.empty()) state = give(peer.feed(std::exchange(to_peer, {})), to_peer, piece);
    return state;
  }

  /// To the filter; what came out is in `received`.
  State give(std::string_view ciphertext, std::string& to_peer, std::size_t piece = std::string::npos) {
    for (; !ciphertext.empty(); ciphertext.remove_prefix(std::min(piece, ciphertext.size()))) {
      if (filter.feed(ciphertext.substr(0, piece), received, to_peer) == State::kFailed) break;
    }
    return filter.state();
  }
  State give(std::string_view ciphertext, std::size_t piece = std::string::npos) {
    std::string to_peer;
    return give(ciphertext, to_peer, piece);
  }
  /// From the filter to the server.
  State tell(std::string_view plaintext) {
    std::string to_peer;
    const auto state = filter.seal(plaintext, to_peer);
    return state == State::kOpen ? give(peer.feed(to_peer)) : state;
  }

  net::http::TlsFilter filter;
  TlsPeer peer;
  std::string received;
};

}  // namespace coupon::test
