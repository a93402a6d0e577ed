// What the embedded gate can do alone: grants and sold-out decisions a second in merged calls, and rows of the worker.
//   bench_embedded [FOLDER [THREADS [MERGED]]]
// The store is made in FOLDER (default: the working one) and removed afterwards. Each of THREADS (2) has one call of
// MERGED asks (default: 64, 256 and 512 in turn) in flight, as the loops of couponsrv have. Read the figures against
// the first line: a commit costs several synchronizations of the disk.

#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <fmt/core.h>
#include <future>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "base/ids.hpp"
#include "gate/sqlite_gate.hpp"
#include "integration/gate_calls.hpp"
#include "journal/sqlite_journal.hpp"
#include "ledger/migrations.hpp"
#include "ledger/sqlite_ledger.hpp"
#include "support/embedded_store.hpp"

namespace {

namespace base = coupon::base;
namespace sql = coupon::net::sql;
using coupon::test::GateCalls;

constexpr std::int64_t kGrants = 100'000;
constexpr std::int64_t kRefusals = 400'000;
constexpr int kSyncs = 100;
constexpr std::size_t kPage = 4096;

class Stopwatch {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

struct Bench {
  Bench(const std::string& file, int loops)
      : path(file), threads_max(loops), store(open(), {}, metrics), ledger(store, clock) {}

  [[nodiscard]] std::unique_ptr<sql::Database> open() const {
    auto database = coupon::test::open_database(path);
    if (!coupon::ledger::migrate(*database)) throw std::runtime_error("no schema");
    return database;
  }

  // As couponsrv does: one call in flight for each thread.
  void ask_all(const coupon::CouponCode& code, std::int64_t begin, std::int64_t end, std::size_t merged) {
    const auto one = [&](std::int64_t first) {
      coupon::gate::SqliteGate gate(store, clock, executor);
      GateCalls calls(gate, code);
      base::UlidGenerator ids(clock);
      for (std::int64_t at = begin + first; at < end; at += static_cast<std::int64_t>(merged) * threads_max) {
        std::vector<coupon::Ask> asks;
        for (std::size_t i = 0; i < merged; ++i) {
          // Members do not come in order.
          const auto number = (at + static_cast<std::int64_t>(i)) * 7'919 % 1'000'003;
          asks.push_back({*coupon::MemberId::parse(fmt::format("member-{}", number)), ids.next(), 0});
        }
        calls.issue(std::move(asks));
      }
    };
    std::vector<std::jthread> threads;
    for (int i = 0; i < threads_max; ++i) threads.emplace_back(one, static_cast<std::int64_t>(merged) * i);
  }

  void measure(std::size_t merged) {
    const auto code = *coupon::CouponCode::parse(fmt::format("BENCH-{}", merged));
    if (!ledger.create({code, "bench", kGrants, coupon::CouponState::kOpen, {}, 1, 0, 0})) {
      throw std::runtime_error("no coupon");
    }
    coupon::gate::SqliteGate gate(store, clock, executor);
    GateCalls(gate, code).seed({1, kGrants, coupon::CouponState::kOpen, {}}, 1);
    const Stopwatch granting;
    ask_all(code, 0, kGrants, merged);
    const auto granted = granting.seconds();
    const auto status = GateCalls(gate, code).status();
    const Stopwatch refusing;
    ask_all(code, kGrants, kGrants + kRefusals, merged);
    const auto refused = refusing.seconds();
    fmt::print("merged {:>4}: {:>8.0f} grants/s  {:>8.0f} sold-out decisions/s  (held {})\n", merged, kGrants / granted,
               kRefusals / refused, status.held);
    persist(code);
  }

  void persist(const coupon::CouponCode& code) {
    coupon::journal::SqliteJournalReader reader(store, "bench");
    std::int64_t rows = 0;
    const Stopwatch persisting;
    for (;;) {
      const auto records = reader.poll(1000, 0);
      if (!records || records->empty()) break;
      std::vector<coupon::PersistItem> items;
      for (const auto& record : *records) items.push_back({*coupon::decode(record.value), record});
      if (!ledger.persist(items, {})) throw std::runtime_error("not stored");
      if (!reader.commit({{0, records->back().offset + 1}})) throw std::runtime_error("not committed");
      rows += static_cast<std::int64_t>(items.size());
    }
    const auto persisted = persisting.seconds();
    const Stopwatch counting;
    const auto counts = ledger.counts(code);
    const auto counted = counting.seconds();
    const Stopwatch snapping;
    const auto snapshot = ledger.snapshot(code);
    fmt::print(
        "             {:>8.0f} rows/s by the worker in batches of 1000; counts {:.1f} ms, snapshot {:.1f} ms of {}\n",
        static_cast<double>(rows) / persisted, counted * 1e3, snapping.seconds() * 1e3, counts->issued);
  }

  std::string path;
  int threads_max;
  base::SystemClock clock;
  base::InlineExecutor executor;
  base::Metrics metrics;
  sql::GroupCommit store;
  coupon::ledger::SqliteLedger ledger;
};

// The price of one durable write of one page.
void print_sync_cost(const std::filesystem::path& folder) {
  const auto name = (folder / "bench_embedded.sync").string();
  const int file = open(name.c_str(), O_CREAT | O_RDWR | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) throw std::runtime_error("cannot write " + name);
  const std::string page(kPage, 'x');
  const Stopwatch syncing;
  for (int i = 0; i < kSyncs; ++i) {
    if (pwrite(file, page.data(), page.size(), 0) < 0 || fdatasync(file) < 0) throw std::runtime_error("cannot sync");
  }
  fmt::print("one page written and synchronized: {:.2f} ms\n", syncing.seconds() * 1e3 / kSyncs);
  close(file);
  std::filesystem::remove(name);
}

}  // namespace

int main(int argc, char** argv) {
  const std::filesystem::path folder = argc > 1 ? argv[1] : ".";
  const int threads = argc > 2 ? std::stoi(argv[2]) : 2;
  const auto sizes = argc > 3 ? std::vector<std::size_t>{std::stoul(argv[3])} : std::vector<std::size_t>{64, 256, 512};
  print_sync_cost(folder);
  for (const std::size_t merged : sizes) {
    const auto file = (folder / "bench_embedded.db").string();
    Bench(file, threads).measure(merged);
    for (const auto* suffix : {"", "-journal", "-wal", "-shm"}) std::filesystem::remove(file + suffix);
  }
  return 0;
}
