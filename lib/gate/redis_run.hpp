#pragma once
// RedisGate's templates, for its own files.

#include <fmt/format.h>
#include <utility>

#include "gate/redis_gate.hpp"
#include "gate/redis_values.hpp"

namespace coupon::gate {

template <class T, class Read>
void RedisGate::run(const net::redis::Script& script, net::redis::Arguments arguments, Read read, base::Done<T> done) {
  auto code = code_in(arguments);
  client_.run(script, std::move(arguments),
              [this, code = std::move(code), read = std::move(read),
               done = std::move(done)](base::Result<net::redis::Reply> reply) mutable {
                executor_.post([code = std::move(code), read = std::move(read), done = std::move(done),
                                reply = std::move(reply)]() mutable {
                  base::Result<T> result = reply ? base::Result<T>(read(reply->view()))
                                                 : base::Result<T>(std::unexpected(std::move(reply.error())));
                  if (!result) result = std::unexpected(named(std::move(result.error()), code));
                  done(std::move(result));
                });
              });
}

template <class T>
bool RedisGate::refuses(std::size_t count, base::Done<T>& done) {
  if (count <= kGateBatchMax) return false;
  auto error = base::fail(base::Errc::kInvalid, fmt::format("a call to the gate takes at most {}", kGateBatchMax));
  executor_.post([error = std::move(error), done = std::move(done)]() mutable { done(std::move(error)); });
  return true;
}

}  // namespace coupon::gate
