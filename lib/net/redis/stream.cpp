#include "net/redis/stream.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include "base/log.hpp"

namespace coupon::net::redis {

namespace ssl = boost::asio::ssl;

Stream::Stream(boost::asio::io_context& io, const Config& config) : config_(config), resolver_(io), socket_(io) {}

void Stream::open(Handler done) {
  resolver_.async_resolve(config_.host, std::to_string(config_.port),
                          [this, done = std::move(done)](const ErrorCode& error, Tcp::resolver::results_type found) {
                            if (error) return done(error);
                            // It would open the socket once more.
                            if (closed_) return done(boost::asio::error::operation_aborted);
                            boost::asio::async_connect(
                                socket_, found, [this, done](const ErrorCode& failed, const Tcp::endpoint& /*peer*/) {
                                  if (failed) return done(failed);
                                  on_connected(done);
                                });
                          });
}

void Stream::on_connected(Handler done) {
  ErrorCode error;
  socket_.set_option(Tcp::no_delay(true), error);
  if (error) return done(error);
  if (!config_.tls) return done({});
  if (error = prepare_tls(); error) return done(error);
  tls_->async_handshake(ssl::stream_base::client, std::move(done));
}

Stream::ErrorCode Stream::prepare_tls() {
  ErrorCode error;
  tls_context_.emplace(ssl::context::tls_client);
  tls_context_->set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1,
                            error);
  if (!error && config_.tls_ca.empty()) tls_context_->set_default_verify_paths(error);
  if (!error && !config_.tls_ca.empty()) tls_context_->load_verify_file(config_.tls_ca, error);
  if (error) return error;
  tls_.emplace(socket_, *tls_context_);
  tls_->set_verify_mode(ssl::verify_peer, error);
  if (!error) tls_->set_verify_callback(ssl::host_name_verification(config_.host), error);
  if (error) return error;
  ErrorCode not_an_address;
  boost::asio::ip::make_address(config_.host, not_an_address);
  if (!not_an_address) return {};  // only names may be asked for (RFC 6066)
  auto name = config_.host;        // the macro for this has a cast that our warnings refuse
  if (SSL_ctrl(tls_->native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) != 1) {
    return boost::asio::error::invalid_argument;
  }
  return {};
}

void Stream::read_some(ReadHandler done) {
  const auto buffer = boost::asio::buffer(in_);
  auto taken = [this, done = std::move(done)](const ErrorCode& error, std::size_t size) {
    done(error, std::string_view(in_.data(), size));
  };
  tls_ ? tls_->async_read_some(buffer, std::move(taken)) : socket_.async_read_some(buffer, std::move(taken));
}

void Stream::write_all(const std::string& bytes, Handler done) {
  const auto buffer = boost::asio::buffer(bytes);
  auto written = [done = std::move(done)](const ErrorCode& error, std::size_t /*size*/) { done(error); };
  tls_ ? boost::asio::async_write(*tls_, buffer, std::move(written))
       : boost::asio::async_write(socket_, buffer, std::move(written));
}

void Stream::close() {
  closed_ = true;
  resolver_.cancel();
  if (!socket_.is_open()) return;
  ErrorCode error;
  socket_.close(error);
  if (error) base::log::debug("Redis: closing: {}", error.message());
}

base::Error Stream::error_of(const ErrorCode& error, std::string_view address) {
  auto message = fmt::format("{}: {}", address, error.message());
  if (error.category() != boost::asio::error::get_ssl_category()) {
    if (error == boost::asio::error::connection_refused) message += " (is Redis up, and is its address right?)";
    return {base::Errc::kUnavailable, std::move(message), true};
  }
  if (tls_) {
    const auto verified = SSL_get_verify_result(tls_->native_handle());
    if (verified != X509_V_OK) message += fmt::format(", {}", X509_verify_cert_error_string(verified));
  }
  message += " (check the file of trusted certificates, and that the server's is for this host)";
  return {base::Errc::kUnavailable, std::move(message), false};
}

}  // namespace coupon::net::redis
