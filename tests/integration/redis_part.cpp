#include <stdexcept>

#include "base/metrics.hpp"
#include "gate/redis_gate.hpp"
#include "integration/server_parts.hpp"
#include "net/redis/client.hpp"
#include "support/stack.hpp"
#include "support/temp_folder.hpp"

namespace coupon::test {

namespace {

class OwnRedis final : public RedisPart {
 public:
  OwnRedis() : stack_(folder_.path()) {
    config_.port = stack_.up("redis");
    config_.call_timeout_ms = 30'000;  // its disk may be busy
  }
  ~OwnRedis() override { stack_.kill("redis"); }
  OwnRedis(const OwnRedis&) = delete;
  OwnRedis& operator=(const OwnRedis&) = delete;

  std::unique_ptr<Gate> gate() override {
    return std::make_unique<gate::RedisGate>(loop_, config_, gate::RedisGateConfig{}, executor_, metrics_);
  }
  std::int64_t now_ms() override {
    const auto time = call({"TIME"});
    return std::stoll(std::string(time.view()[0].text())) * 1'000 +
           std::stoll(std::string(time.view()[1].text())) / 1'000;
  }
  void change_identity() override { call({"DEBUG", "CHANGE-REPL-ID"}); }

 private:
  net::redis::Reply call(const net::redis::Arguments& command) {
    auto reply = base::wait<net::redis::Reply>([&](auto done) { meddler().call(command, std::move(done)); });
    if (!reply) throw std::runtime_error(reply.error().message);
    return std::move(*reply);
  }
  net::redis::Client& meddler() {
    if (!meddler_) meddler_ = std::make_unique<net::redis::Client>(loop_, config_, metrics_);
    return *meddler_;
  }

  TempFolder folder_;
  Stack stack_;
  net::redis::Config config_;
  base::Metrics metrics_;
  base::InlineExecutor executor_;
  net::redis::Loop loop_;
  std::unique_ptr<net::redis::Client> meddler_;
};

}  // namespace

std::unique_ptr<RedisPart> make_redis_part() { return std::make_unique<OwnRedis>(); }

}  // namespace coupon::test
