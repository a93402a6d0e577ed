#include "faults/embedded_world.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <stdexcept>
#include <sys/resource.h>
#include <utility>

#include "base/ids.hpp"
#include "functional/books.hpp"

namespace coupon::test {

namespace {

constexpr std::int64_t kSharedByte = 0x40000002;  // who has it for itself may write the file: SQLite's os.h

template <class T>
void forget(std::vector<std::unique_ptr<T>>& all, std::size_t index) {
  all.erase(all.begin() + static_cast<std::ptrdiff_t>(index));
}

void expect_end(Process& process, int signal, int code) {
  process.signal(signal);
  EXPECT_EQ(process.wait(), code) << process.err();
}

// All of its threads: one may still be in a system call.
bool stopped(pid_t pid) {
  const auto threads = std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task");
  return std::ranges::all_of(threads, [](const auto& thread) {
    const auto stat = read_file(thread.path().string() + "/stat");
    const auto name_end = stat.rfind(')');
    return name_end != std::string::npos && stat.compare(name_end, 4, ") T ") == 0;
  });
}

// SQLite's locks on byte ranges of the file that a process has; `exclusive`: alone.
bool locks_the_file(pid_t pid, bool exclusive) {
  std::istringstream locks(read_file("/proc/locks"));
  for (std::string line; std::getline(locks, line);) {
    std::istringstream words(line);
    std::string number;
    std::string type;
    std::string strength;
    std::string mode;
    std::string file;
    std::int64_t holder = 0;
    std::int64_t first = 0;
    std::int64_t last = 0;
    words >> number >> type >> strength >> mode >> holder >> file >> first >> last;
    if (!words || holder != pid || last < kSharedByte) continue;
    if (!exclusive || (mode == "WRITE" && first <= kSharedByte)) return true;
  }
  return false;
}

std::map<std::string, std::string> held_in_gate(const std::string& file) {
  std::map<std::string, std::string> held;
  ForeignConnection store(file);
  for (const auto& row :
       store.run("SELECT member, grant_id FROM gate_grants WHERE code = '" + std::string(kCode) + "'")) {
    const auto id = base::Ulid::from_bytes(row.at(1));
    EXPECT_TRUE(id.has_value()) << row.at(0);
    if (id) held[row.at(0)] = id->text();
  }
  return held;
}

}  // namespace

EmbeddedWorld::EmbeddedWorld(EmbeddedSetup setup)
    : Scenario("embedded", setup.may_be_told),
      setup_(std::move(setup)),
      file_((setup_.folder.empty() ? folder_.path() : setup_.folder) + "/coupon.db"),
      store_("sqlite:" + file_) {
  if (setup_.moves_clock) move_clock(0);
  std::vector<std::string> create{"coupon", "create", kCode, "--quota", std::to_string(setup_.quota), "--seed"};
  create.insert(create.end(), setup_.coupon_arguments.begin(), setup_.coupon_arguments.end());
  const auto made = ctl(create);
  if (made.code != 0) throw std::runtime_error("coupon: " + made.err);
  for (int i = 0; i < setup_.workers; ++i) add_worker();
  for (int i = 0; i < setup_.services; ++i) add_service();
}

EmbeddedWorld::~EmbeddedWorld() {
  over();
  for (auto* process : processes()) process->signal(SIGTERM);
  for (auto* process : processes()) EXPECT_EQ(process->wait(), 0) << process->err();
}

std::vector<std::string> EmbeddedWorld::prefix() const {
  if (!setup_.moves_clock) return {};
  return {"env", "LD_PRELOAD=" COUPON_MOVED_CLOCK, "COUPON_MOVED_CLOCK=" + folder_.file("clock")};
}

std::string EmbeddedWorld::program_folder() {
  auto folder = folder_.file("program" + std::to_string(++programs_));
  std::filesystem::create_directory(folder);
  return folder;
}

Service& EmbeddedWorld::add_service() {
  std::vector<std::string> arguments{"--store", store_};
  arguments.insert(arguments.end(), setup_.service_arguments.begin(), setup_.service_arguments.end());
  services_.push_back(std::make_unique<Service>(program_folder(), std::move(arguments), prefix()));
  return *services_.back();
}

Worker& EmbeddedWorld::add_worker() {
  const auto port_file = program_folder() + "/health";
  auto command = prefix();
  command.insert(command.end(), {program("couponworker"), "--store", store_, "--log-format", "human",
                                 "--health-port-file", port_file});
  command.insert(command.end(), setup_.worker_arguments.begin(), setup_.worker_arguments.end());
  workers_.push_back(std::make_unique<Worker>(std::move(command), port_file));
  return *workers_.back();
}

void EmbeddedWorld::kill_service(std::size_t index) {
  expect_end(service(index).process(), SIGKILL, 128 + SIGKILL);
  forget(services_, index);
}

void EmbeddedWorld::kill_worker(std::size_t index) {
  expect_end(worker(index).process, SIGKILL, 128 + SIGKILL);
  forget(workers_, index);
}

void EmbeddedWorld::stop_service(std::size_t index) {
  expect_end(service(index).process(), SIGTERM, 0);
  forget(services_, index);
}

std::vector<Process*> EmbeddedWorld::processes() const {
  std::vector<Process*> all;
  for (const auto& service : services_) all.push_back(&service->process());
  for (const auto& worker : workers_) all.push_back(&worker->process);
  return all;
}

void EmbeddedWorld::freeze_in_commit(Process& process) const {
  const auto hot = [this] {
    const auto journal = read_file(file_ + "-journal");
    return !journal.empty() && journal.front() != '\0';
  };
  EXPECT_TRUE(eventually([&] {
    process.signal(SIGSTOP);
    if (!eventually([&] { return stopped(process.pid()); })) return false;
    if (locks_the_file(process.pid(), true) && hot()) return true;
    process.signal(SIGCONT);
    return false;
  })) << "it never writes";
}

void EmbeddedWorld::freeze_without_lock(Process& process) const {
  EXPECT_TRUE(eventually([&] {
    process.signal(SIGSTOP);
    if (!eventually([&] { return stopped(process.pid()); })) return false;
    if (!locks_the_file(process.pid(), false)) return true;
    process.signal(SIGCONT);
    return false;
  })) << "it never lets go";
}

void EmbeddedWorld::limit_files(std::optional<std::uint64_t> bytes) const {
  for (auto* process : processes()) {
    rlimit limit{};
    ASSERT_EQ(prlimit(process->pid(), RLIMIT_FSIZE, nullptr, &limit), 0) << std::strerror(errno);
    limit.rlim_cur = bytes ? *bytes : limit.rlim_max;
    ASSERT_EQ(prlimit(process->pid(), RLIMIT_FSIZE, &limit, nullptr), 0) << std::strerror(errno);
  }
}

void EmbeddedWorld::move_clock(std::int64_t seconds) const {
  const auto path = folder_.file("clock");
  std::fstream clock(path, std::ios::binary | std::ios::in | std::ios::out);
  if (!clock.is_open()) clock.open(path, std::ios::binary | std::ios::out);
  clock.write(reinterpret_cast<const char*>(&seconds), sizeof seconds);
  EXPECT_TRUE(clock.flush().good()) << path;
}

Finished EmbeddedWorld::ctl(std::vector<std::string> arguments) const {
  return test::ctl(store_, std::move(arguments));
}

std::unique_ptr<Process> EmbeddedWorld::start_ctl(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), {program("couponctl"), "--store", store_});
  return std::make_unique<Process>(std::move(arguments));
}

nlohmann::json EmbeddedWorld::stock() const {
  return nlohmann::json::parse(ctl({"stock", "show", kCode, "-o", "json"}).out, nullptr, false);
}

std::int64_t EmbeddedWorld::lag() const {
  const auto said = ctl({"status"}).err;
  const std::string before = "journal lag ";
  const auto at = said.find(before);
  return at == std::string::npos ? -1 : std::strtoll(said.c_str() + at + before.size(), nullptr, 10);
}

std::vector<std::uint16_t> EmbeddedWorld::ports() const {
  std::vector<std::uint16_t> ports;
  for (const auto& service : services_) ports.push_back(service->port());
  return ports;
}

void EmbeddedWorld::judge(const Told& told, bool lost) {
  EXPECT_TRUE(eventually([&] {
    const auto now = stock();
    return now.is_object() && now["gate"] == "serving" && now["pending"] == 0 && lag() == 0;
  })) << stock()
      << " lag " << lag();
  const Ctl read = [this](std::vector<std::string> arguments) { return ctl(std::move(arguments)); };
  expect_promises(read_books(read, held_in_gate(file_)), setup_.quota, told, lost);
  expect_nothing_to_reconcile(read);
  ForeignConnection store(file_);
  EXPECT_EQ(store.run("PRAGMA integrity_check").at(0).at(0), "ok");
  EXPECT_EQ(store.number("SELECT sum(held) - (SELECT count(*) FROM gate_grants) FROM gate_coupons"), 0);
}

void EmbeddedWorld::show_logs() {
  for (const auto& service : services_) show_log("couponsrv", service->process().err());
  for (const auto& worker : workers_) show_log("couponworker", worker->process.err());
}

}  // namespace coupon::test
