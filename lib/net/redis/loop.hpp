#pragma once
// The inside of Loop. Part of net/redis, used by nothing else.

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>

#include "net/redis/client.hpp"

namespace coupon::net::redis {

struct Loop::Impl {
  boost::asio::io_context io{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{io.get_executor()};
  std::thread thread;

  void run();
};

}  // namespace coupon::net::redis
