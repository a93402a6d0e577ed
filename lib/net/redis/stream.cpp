#include "net/redis/stream.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "base/log.hpp"

namespace coupon::net::redis {

namespace ssl = boost::asio::ssl;

Stream::Stream(boost::asio::io_context& io, const Config& config)
    : config_(config), resolver_(io), socket_(io), tls_context_(ssl::context::tls_client) {}

void Stream::open(std::function<void(const ErrorCode&)> done) {
  resolver_.async_resolve(config_.host, std::to_string(config_.port),
                          [this, done = std::move(done)](const ErrorCode& error, Tcp::resolver::results_type found) {
                            if (error) return done(error);
                            boost::asio::async_connect(
                                socket_, found, [this, done](const ErrorCode& failed, const Tcp::endpoint& /*peer*/) {
                                  if (failed) return done(failed);
                                  on_connected(done);
                                });
                          });
}

void Stream::on_connected(std::function<void(const ErrorCode&)> done) {
  ErrorCode error;
  socket_.set_option(Tcp::no_delay(true), error);
  if (error) return done(error);
  if (!config_.tls) return done({});
  tls_context_.set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1,
                           error);
  if (!error && config_.tls_ca.empty()) tls_context_.set_default_verify_paths(error);
  if (!error && !config_.tls_ca.empty()) tls_context_.load_verify_file(config_.tls_ca, error);
  if (error) return done(error);
  tls_.emplace(socket_, tls_context_);
  tls_->set_verify_mode(ssl::verify_peer, error);
  if (!error) tls_->set_verify_callback(ssl::host_name_verification(config_.host), error);
  if (error) return done(error);
  auto name = config_.host;  // the macro for this has a cast that our warnings refuse
  if (SSL_ctrl(tls_->native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) != 1) {
    return done(boost::asio::error::invalid_argument);
  }
  tls_->async_handshake(ssl::stream_base::client, std::move(done));
}

void Stream::read_some(char* to, std::size_t size, Handler done) {
  const auto buffer = boost::asio::buffer(to, size);
  tls_ ? tls_->async_read_some(buffer, std::move(done)) : socket_.async_read_some(buffer, std::move(done));
}

void Stream::write_all(const std::string& bytes, Handler done) {
  const auto buffer = boost::asio::buffer(bytes);
  tls_ ? boost::asio::async_write(*tls_, buffer, std::move(done))
       : boost::asio::async_write(socket_, buffer, std::move(done));
}

void Stream::close() {
  resolver_.cancel();
  if (!socket_.is_open()) return;
  ErrorCode error;
  socket_.close(error);
  if (error) base::log::debug("Redis: closing: {}", error.message());
}

}  // namespace coupon::net::redis
