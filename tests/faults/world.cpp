#include "faults/world.hpp"

#include <csignal>
#include <gtest/gtest.h>
#include <sstream>
#include <utility>

#include "functional/pipeline_tools.hpp"
#include "functional/pipeline_truth.hpp"

namespace coupon::test {

namespace {

// The broker tells who comes by its second listener to go on at the second of these ports.
std::pair<std::uint16_t, std::uint16_t> proxied_ports(const Stack& stack) {
  std::istringstream in(read_file(stack.folder() + "/kafka/proxied"));
  int own = 0;
  int told = 0;
  in >> own >> told;
  return {static_cast<std::uint16_t>(own), static_cast<std::uint16_t>(told)};
}

std::set<std::string> of_one(const std::string& answer) {
  if (answer.empty()) return {};
  return {answer};
}

}  // namespace

World::World(WorldSetup setup)
    : Scenario("servers", of_one(setup.may_be_told)),
      setup_(std::move(setup)),
      pipeline_({.redis_options = setup_.redis_options, .own_servers = setup_.own_servers}),
      service_ways_(pipeline_),
      worker_ways_(pipeline_) {
  if (setup_.kafka_proxy) {
    const auto [own, told] = proxied_ports(setup_.own_servers ? pipeline_.servers() : shared_stack());
    kafka_.emplace(own, told);
  }
  pipeline_.create(setup_.quota);
  for (int i = 0; i < setup_.workers; ++i) add_worker();
  for (int i = 0; i < setup_.services; ++i) add_service();
}

World::~World() { over(); }

std::vector<std::string> World::through(const Ways& ways) const {
  std::vector<std::string> flags{"--gate", "redis://" + endpoint(ways.redis.port()), "--ledger",
                                 "mysql://root@" + endpoint(ways.mysql.port()) + "/" + pipeline_.database()};
  if (kafka_) {
    flags.insert(flags.end(), {"--journal", "kafka://" + endpoint(kafka_->port()) + "/" + pipeline_.topic()});
  }
  return flags;
}

void World::start_redis() {
  pipeline_.start_redis();
  for (auto* ways : {&service_ways_, &worker_ways_}) ways->redis.lead_to(pipeline_.redis_port());
}

Service& World::add_service(const std::vector<std::string>& more) {
  auto arguments = through(service_ways_);
  arguments.insert(arguments.end(), more.begin(), more.end());
  arguments.insert(arguments.end(), setup_.service_arguments.begin(), setup_.service_arguments.end());
  services_.push_back(&pipeline_.serve(arguments, setup_.grace));
  return *services_.back();
}

Worker& World::add_worker() {
  auto arguments = through(worker_ways_);
  arguments.insert(arguments.end(), setup_.worker_arguments.begin(), setup_.worker_arguments.end());
  workers_.push_back(&pipeline_.work(arguments));
  return *workers_.back();
}

void World::kill_service(std::size_t index) {
  auto* const service = services_.at(index);
  service->process().signal(SIGKILL);
  EXPECT_EQ(pipeline_.end_of(*service), 128 + SIGKILL);
  services_.erase(services_.begin() + static_cast<std::ptrdiff_t>(index));
}

void World::stop_service(std::size_t index) {
  auto* const service = services_.at(index);
  service->process().signal(SIGTERM);
  EXPECT_EQ(pipeline_.end_of(*service), 0);
  services_.erase(services_.begin() + static_cast<std::ptrdiff_t>(index));
}

void World::kill_worker(std::size_t index) {
  auto* const worker = workers_.at(index);
  worker->process.signal(SIGKILL);
  EXPECT_EQ(pipeline_.end_of(*worker), 128 + SIGKILL);
  workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(index));
}

std::vector<std::uint16_t> World::ports() const {
  std::vector<std::uint16_t> ports;
  for (const auto* service : services_) ports.push_back(service->port());
  return ports;
}

void World::judge(const Told& told, bool lost) { expect_truth(pipeline_, setup_.quota, told, lost); }

void World::forgive_revoked(Told& told) {
  std::istringstream lines(pipeline_.ctl({"issues", "export", kCode, "-o", "json"}).out);
  for (std::string line; std::getline(lines, line);) {
    const auto row = nlohmann::json::parse(line, nullptr, false);
    if (row.value("state", "") != "REVOKED") continue;
    const auto place = told.issued.find(row.value("member", ""));
    if (place == told.issued.end() || place->second != row.value("issue_id", "")) continue;
    told.unsure.insert(place->first);
    told.issued.erase(place);
  }
}

void World::show_logs() {
  for (auto* service : services_) show_log("couponsrv", service->process().err());
  for (auto* worker : workers_) show_log("couponworker", worker->process.err());
}

}  // namespace coupon::test
