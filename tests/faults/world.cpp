#include "faults/world.hpp"

#include <algorithm>
#include <csignal>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <iostream>
#include <sstream>
#include <utility>

#include "faults/scenario.hpp"
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

}  // namespace

World::World(WorldSetup setup)
    : setup_(std::move(setup)),
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

World::~World() {
  crowd_.reset();
  EXPECT_TRUE(concluded_ || testing::Test::HasFailure()) << "a scenario without an end";
}

std::vector<std::string> World::through(const Ways& ways) const {
  std::vector<std::string> flags{"--gate", "redis://" + endpoint(ways.redis.port()), "--ledger",
                                 "mysql://root@" + endpoint(ways.mysql.port()) + "/" + pipeline_.database()};
  if (kafka_) {
    flags.insert(flags.end(), {"--journal", "kafka://" + endpoint(kafka_->port()) + "/" + pipeline_.topic()});
  }
  return flags;
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

void World::start_crowd() {
  CrowdPlan plan;
  plan.ports.clear();
  for (const auto* service : services_) plan.ports.push_back(service->port());
  plan.prefix = "m" + std::to_string(++crowds_) + "-";
  crowd_ = std::make_unique<PatientCrowd>(std::move(plan));
}

void World::begin() {
  start_crowd();
  expect_grants();
}

void World::ask_the_others() {
  crowd_->stop();
  told_.add(crowd_->join());
  start_crowd();
}

RawResponse World::ask(const std::string& member) {
  told_.unsure.insert(member);
  return service().issue(kCode, member, {"Idempotency-Key: " + member});
}

void World::fault(const std::string& name, const std::function<void()>& act) {
  faults_.push_back(name);
  act();
}

void World::expect_grants(int more) {
  const auto before = crowd_->issued();
  EXPECT_TRUE(eventually([&] { return crowd_->issued() >= before + more; }))
      << crowd_->issued() - before << " of " << more << " were issued";
}

void World::conclude(End end) {
  if (crowd_ && !end.sold_out) {
    expect_grants();
    crowd_->stop();
  }
  if (crowd_) told_.add(crowd_->join());
  if (end.revoked) forgive_revoked();
  told_.others.erase(setup_.may_be_told);
  expect_truth(pipeline_, setup_.quota, told_, end.lost);
  leave_row(faults_, told_);
  if (testing::Test::HasFailure()) show_logs();
  concluded_ = true;
}

// I3 is kept by a row in any state; from here on these members hold nothing.
void World::forgive_revoked() {
  std::istringstream lines(pipeline_.ctl({"issues", "export", kCode, "-o", "json"}).out);
  for (std::string line; std::getline(lines, line);) {
    const auto row = nlohmann::json::parse(line, nullptr, false);
    if (row.value("state", "") != "REVOKED") continue;
    const auto told = told_.issued.find(row.value("member", ""));
    if (told == told_.issued.end() || told->second != row.value("issue_id", "")) continue;
    told_.unsure.insert(told->first);
    told_.issued.erase(told);
  }
}

std::string World::figures() const {
  return fmt::format("{} issued, {} pending, {} sold out, {} unsure, {} told later", told_.issued.size(),
                     told_.pending.size(), told_.refused.size(), told_.unsure.size(), told_later(told_));
}

void World::show_logs() {
  constexpr std::size_t kShown = 4'000;
  const auto show = [](const char* program, const std::string& log) {
    std::cerr << "--- " << program << '\n' << log.substr(log.size() > kShown ? log.size() - kShown : 0);
  };
  for (auto* service : services_) show("couponsrv", service->process().err());
  for (auto* worker : workers_) show("couponworker", worker->process.err());
}

}  // namespace coupon::test
