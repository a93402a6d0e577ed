#include "functional/pipeline.hpp"

#include <algorithm>
#include <csignal>
#include <gtest/gtest.h>
#include <iostream>
#include <stdexcept>
#include <utility>

#include "functional/pipeline_tools.hpp"
#include "integration/kafka_topic.hpp"

namespace coupon::test {

namespace {

// Waits of the programs that a test would otherwise wait for, and patience with servers that something else keeps busy.
const std::vector<std::string> kFast{"--gate-isolation", "100ms", "--start-timeout", "60s"};
const std::vector<std::string> kFastWorker{"--poll-wait",        "50ms",  "--relay-interval",  "100ms",
                                           "--rebuild-interval", "100ms", "--relay-retry",     "500ms",
                                           "--backoff-max",      "300ms", "--journal-session", "6s"};

void must_work(const Finished& done, const std::string& what) {
  if (done.code != 0) throw std::runtime_error(what + ": " + done.err);
}

}  // namespace

Pipeline::Pipeline(PipelineSetup setup) : setup_(std::move(setup)) {
  redis_port_ = stack_.up("redis", setup_.redis_options);
  kafka_port_ = home().up("kafka");
  mysql_port_ = home().up("mysql");
  must_work(run(mariadb(mysql_port_, "CREATE DATABASE " + database_)), "database");
  if (!setup_.prepared) return;
  must_work(ctl({"migrate", "up"}), "schema");
  Finished topics;
  // What exists stays as it is, so that a broker that is short of time may be asked again.
  static_cast<void>(eventually([&] {
    topics = ctl({"topics", "create", "--partitions", std::to_string(kTopicPartitions), "-o", "json"});
    return topics.code == 0;
  }));
  must_work(topics, "topics");
  for (const auto& one : nlohmann::json::parse(topics.out)) topics_.push_back(one["topic"]);
}

Pipeline::~Pipeline() {
  stop();
  stack_.kill("redis");
  if (setup_.own_servers) {
    stack_.kill("kafka");
    stack_.kill("mysql");
    return;
  }
  const auto kafka = kafka_config(kafka_port_);
  for (const auto& topic : topics_) test::remove_topic(kafka, topic);
  if (const auto dropped = run(mariadb(mysql_port_, "DROP DATABASE " + database_)); dropped.code != 0) {
    std::cerr << "database " << database_ << " was left behind: " << dropped.err;
  }
}

void Pipeline::create(std::int64_t quota) {
  must_work(ctl({"coupon", "create", kCode, "--quota", std::to_string(quota), "--seed"}), "coupon");
}

Service& Pipeline::serve(const std::vector<std::string>& arguments, const std::string& grace) {
  auto all = flags();
  all.insert(all.end(), {"--gate-grace", grace});
  const bool hasty = std::ranges::find(arguments, "--deadline") != arguments.end();
  if (!hasty) all.insert(all.end(), {"--deadline", "10s"});  // the machine is shared: no 202 for being slow
  all.insert(all.end(), kFast.begin(), kFast.end());
  return services_.emplace_back(OnServers{all, folder_.file("port" + std::to_string(++port_files_))}, arguments);
}

Worker& Pipeline::work(const std::vector<std::string>& arguments) {
  const auto port_file = folder_.file("health" + std::to_string(++port_files_));
  std::vector<std::string> command{program("couponworker"), "--log-format", "human", "--health-port-file", port_file};
  for (const auto& part : {flags(), kFast, kFastWorker, arguments}) {
    command.insert(command.end(), part.begin(), part.end());
  }
  return workers_.emplace_back(std::move(command), port_file);
}

void Pipeline::stop() {
  for (auto& service : services_) service.process().signal(SIGTERM);
  for (auto& worker : workers_) worker.process.signal(SIGTERM);
  for (auto& service : services_) EXPECT_EQ(service.process().wait(), 0) << "couponsrv: " << service.process().err();
  for (auto& worker : workers_) EXPECT_EQ(worker.process.wait(), 0) << "couponworker: " << worker.process.err();
  services_.clear();
  workers_.clear();
}

int Pipeline::end_of(Service& service) {
  const auto code = service.process().wait();
  services_.remove_if([&service](const Service& one) { return &one == &service; });
  return code;
}

int Pipeline::end_of(Worker& worker) {
  const auto code = worker.process.wait();
  workers_.remove_if([&worker](const Worker& one) { return &one == &worker; });
  return code;
}

std::vector<std::string> Pipeline::flags() const {
  return {"--gate",          "redis://" + endpoint(redis_port_),
          "--journal",       "kafka://" + endpoint(kafka_port_) + "/" + topic_,
          "--journal-group", group_,
          "--ledger",        "mysql://root@" + endpoint(mysql_port_) + "/" + database_};
}

Finished Pipeline::ctl(std::vector<std::string> arguments) const {
  std::vector<std::string> command{program("couponctl")};
  const auto all = flags();
  command.insert(command.end(), all.begin(), all.end());
  command.insert(command.end(), {"--gate-timeout", "30s"});
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run(std::move(command));
}

nlohmann::json Pipeline::ctl_json(std::vector<std::string> arguments) const {
  const auto what = arguments.front();
  arguments.insert(arguments.end(), {"-o", "json"});
  const auto done = ctl(std::move(arguments));
  EXPECT_EQ(done.code, 0) << what << ": " << done.err;
  return nlohmann::json::parse(done.out, nullptr, false);
}

void Pipeline::remove_topic(const std::string& suffix) const {
  test::remove_topic(kafka_config(kafka_port_), topic_ + suffix);
}

nlohmann::json Pipeline::lags() const {
  Finished asked;
  // A broker that is short of time answers later.
  EXPECT_TRUE(eventually([&] {
    asked = ctl({"topics", "lag", "-o", "json"});
    return asked.code == 0;
  })) << asked.err;
  return nlohmann::json::parse(asked.out, nullptr, false);
}

std::int64_t Pipeline::lag() const {
  std::int64_t sum = 0;
  for (const auto& partition : lags()) sum += partition.value("lag", std::int64_t{0});
  return sum;
}

}  // namespace coupon::test
