#include "integration/service/site.hpp"

#include <cstdint>
#include <fmt/format.h>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "integration/kafka_topic.hpp"
#include "integration/mysql_store.hpp"
#include "profile/topics.hpp"
#include "support/process.hpp"
#include "support/stack.hpp"
#include "support/temp_folder.hpp"

namespace coupon::test {

namespace {

constexpr std::int64_t kPatienceMs = 30'000;  // the servers are shared

class FileSite final : public Site {
 public:
  FileSite() { config_.store = "sqlite:" + folder_.file("coupon.db"); }

 private:
  TempFolder folder_;
};

// A Redis of its own; a topic and a database of its own on the shared servers.
class ServerSite final : public Site {
 public:
  ServerSite() {
    config_.gate = fmt::format("redis://127.0.0.1:{}", redis_.up("redis"));
    config_.journal = fmt::format("kafka://{}/{}", kafka_.brokers, topic_);
    config_.journal_group = topic_;
    config_.ledger = fmt::format("mysql://root@127.0.0.1:{}/{}", mysql_.config().port, mysql_.config().database);
    config_.gate_timeout_ms = kPatienceMs;
    config_.journal_timeout_ms = kPatienceMs;
    config_.ledger_timeout_ms = kPatienceMs;
    base::Result<std::vector<profile::TopicMade>> made = base::fail(base::Errc::kInternal, "never asked");
    static_cast<void>(eventually([&] {
      made = profile::create_topics(config_, {.partitions = kTopicPartitions});
      return made.has_value();
    }));
    if (!made) throw std::runtime_error(made.error().message);
    topics_ = std::move(*made);
  }
  ~ServerSite() override {
    redis_.kill("redis");
    for (const auto& topic : topics_) remove_topic(kafka_, topic.name);
  }
  ServerSite(const ServerSite&) = delete;
  ServerSite& operator=(const ServerSite&) = delete;

 private:
  TempFolder folder_;
  Stack redis_{folder_.path()};
  net::kafka::Config kafka_ = kafka_config(shared_stack().up("kafka"));
  std::string topic_ = unique_word();
  std::vector<profile::TopicMade> topics_;
  MysqlStore mysql_;
};

template <class T>
std::unique_ptr<Site> make() {
  return std::make_unique<T>();
}

}  // namespace

std::vector<EngineChoice> engine_choices() { return {{"Sqlite", make<FileSite>}, {"Servers", make<ServerSite>}}; }

}  // namespace coupon::test
