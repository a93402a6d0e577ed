#include "service/persister.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <future>
#include <iterator>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "coupon/event.hpp"

namespace coupon::service {

using base::Errc;
using base::Result;

namespace {

constexpr std::string_view kSource = "couponworker";

std::string_view header(const ConsumedRecord& record, std::string_view name) {
  for (const auto& one : record.headers) {
    if (one.name == name) return one.value;
  }
  return {};
}

// What the headers still say of a record whose value cannot be read.
DeadLetter unreadable(ConsumedRecord record, const base::Error& error) {
  DeadLetter letter;
  if (auto code = CouponCode::parse(header(record, "code"))) letter.code = std::move(*code);
  if (auto member = MemberId::parse(header(record, "user"))) letter.member = std::move(*member);
  if (const auto id = GrantId::parse(header(record, "id"))) letter.grant = *id;
  const auto epoch = header(record, "epoch");
  if (std::from_chars(epoch.data(), epoch.data() + epoch.size(), letter.epoch).ec != std::errc{}) letter.epoch = 0;
  letter.error_class = "unreadable";
  letter.error = error.message;
  letter.record = std::move(record);
  return letter;
}

DeadLetter lost(const PersistItem& item, std::string error_class, std::string error) {
  DeadLetter letter;
  letter.record = item.record;
  letter.error_class = std::move(error_class);
  letter.error = std::move(error);
  letter.code = item.event.code;
  letter.member = item.event.member;
  letter.grant = item.event.id;
  letter.epoch = item.event.epoch;
  return letter;
}

// Is it a record that the ledger refuses, rather than the ledger that does not work?
bool blames_a_record(const base::Error& error) {
  return !error.retryable && (error.code == Errc::kInvalid || error.code == Errc::kConflict);
}

}  // namespace

Persister::Persister(JournalReader& reader, Ledger& ledger, PersisterConfig config, base::Metrics& metrics,
                     Announcer* announcer)
    : reader_(reader),
      ledger_(ledger),
      config_(config),
      announcer_(announcer),
      dead_(metrics.counter("persist_dead_letters_total", "Records that were unreadable or rejected")),
      failures_(metrics.counter("persist_failures_total", "Passes that ended in an error and are repeated")),
      blocked_(metrics.gauge("persist_blocked", "1 while a record of a newer version waits for a newer program")) {
  for (int i = 0; i < kPersistOutcomeCount; ++i) {
    const std::string name(name_of(static_cast<PersistOutcome>(i)));
    outcomes_.push_back(
        metrics.counter("persist_records_total", "Records by what became of them", {{"outcome", name.c_str()}}));
  }
}

Result<PersistPass> Persister::pass(std::int64_t wait_ms) {
  Result<PersistPass> done;
  if (ahead_) {
    done = store_with_next(*std::exchange(ahead_, std::nullopt));
  } else if (auto batch = read(wait_ms)) {
    done = store_with_next(std::move(*batch));
  } else {
    done = std::unexpected(std::move(batch.error()));
  }
  if (!done) {
    failures_.add();
    ahead_.reset();
    stored_.clear();  // delivered again, and absorbed
    due_ = {};
    fresh_ = {};
    {
      const std::scoped_lock lock(mutex_);
      held_.clear();  // all of it comes again
    }
    if (const auto back = reader_.rewind(); !back) done.error().message += "; " + back.error().message;
    return done;
  }
  count(*done);
  return done;
}

Result<Persister::Batch> Persister::read(std::int64_t wait_ms) {
  auto records = reader_.poll(config_.batch_max, wait_ms);
  if (!records) return std::unexpected(std::move(records.error()));
  return sort(std::move(*records));
}

Result<PersistPass> Persister::store_with_next(Batch batch) {
  PersistPass pass;
  // A batch that meets one of these is not read ahead of: what is behind it must not be delivered.
  const bool backlog = batch.full && batch.blocked.empty();
  std::future<Result<Batch>> next;
  if (backlog) {
    next = std::async(std::launch::async, [this]() -> Result<Batch> {
      auto heard = announce();
      auto ahead = read(0);
      COUPON_TRY(heard.wait());
      COUPON_TRY(commit());
      return ahead;
    });
  }
  const auto stored = store(batch.items, batch.dead, pass);
  std::optional<Result<Batch>> ahead;
  if (backlog) ahead = next.get();
  if (!stored) return std::unexpected(stored.error());
  if (ahead && !*ahead) return std::unexpected(std::move(ahead->error()));
  for (const auto& [partition, offset] : batch.next) stored_[partition] = offset;
  std::ranges::move(fresh_.issued, std::back_inserter(due_.issued));
  std::ranges::move(fresh_.dead, std::back_inserter(due_.dead));
  fresh_ = {};
  if (ahead) {
    ahead_ = std::move(**ahead);
    return pass;
  }
  COUPON_TRY(finish());
  for (const auto partition : batch.blocked) COUPON_TRY(reader_.hold(partition));
  {
    const std::scoped_lock lock(mutex_);
    held_.insert(batch.blocked.begin(), batch.blocked.end());
    pass.blocked = !held_.empty();
  }
  return pass;
}

std::string Persister::trouble() const {
  const std::scoped_lock lock(mutex_);
  if (held_.empty()) return {};
  return fmt::format("{} partitions wait at a record of a newer version: upgrade this program", held_.size());
}

Result<> Persister::finish() {
  COUPON_TRY(announce().wait());
  return commit();
}

Announcer::Pending Persister::announce() {
  auto due = std::exchange(due_, {});
  return announcer_ == nullptr ? Announcer::Pending{} : announcer_->start(std::move(due.issued), std::move(due.dead));
}

// model: Commit
Result<> Persister::commit() {
  if (stored_.empty()) return {};
  return reader_.commit(std::exchange(stored_, {}));
}

Persister::Batch Persister::sort(std::vector<ConsumedRecord> records) {
  Batch batch;
  batch.full = records.size() == config_.batch_max;
  for (auto& record : records) {
    if (batch.blocked.contains(record.partition)) continue;
    auto event = decode(record.value);
    if (!event && event.error().code == Errc::kUnsupported) {
      base::log::error("journal: partition {} waits at offset {}: {}", record.partition, record.offset,
                       event.error().message);
      batch.blocked.insert(record.partition);
      continue;
    }
    batch.next[record.partition] = record.offset + 1;
    if (event) {
      batch.items.push_back({std::move(*event), std::move(record)});
    } else {
      batch.dead.push_back(unreadable(std::move(record), event.error()));
    }
  }
  return batch;
}

// What the ledger committed, as others will hear of it. Also of rows that were there: a crash may have come between.
void Persister::note(std::vector<PersistItem>& items, const std::vector<PersistOutcome>& outcomes,
                     const std::vector<DeadLetter>& dead) {
  const auto now_ms = base::SystemClock().wall_ms();
  for (std::size_t i = 0; i < items.size(); ++i) {
    switch (outcomes[i]) {
      case PersistOutcome::kInserted:
      case PersistOutcome::kPresent: fresh_.issued.push_back(news_of(items[i].event, items[i].record)); break;
      case PersistOutcome::kOrphan:
      case PersistOutcome::kDisplaced:
        fresh_.dead.push_back(copy_of(lost(items[i], std::string(name_of(outcomes[i])), {}), kSource, now_ms));
        break;
      case PersistOutcome::kLateCopy:
      case PersistOutcome::kStale: break;
    }
  }
  for (const auto& letter : dead) fresh_.dead.push_back(copy_of(letter, kSource, now_ms));
}

// The records of what is stored are moved away.
Result<> Persister::store(std::vector<PersistItem>& items, const std::vector<DeadLetter>& dead, PersistPass& pass) {
  if (items.empty() && dead.empty()) return {};
  // model: Store
  const auto outcomes = ledger_.persist(items, dead);
  if (outcomes) {
    pass.records += items.size() + dead.size();
    pass.dead += dead.size();
    for (const auto outcome : *outcomes) ++pass.outcomes.at(static_cast<std::size_t>(outcome));
    if (announcer_ != nullptr) note(items, *outcomes, dead);
    return {};
  }
  if (!blames_a_record(outcomes.error()) || items.empty()) return std::unexpected(outcomes.error());
  std::vector<PersistItem> none;
  if (!dead.empty()) {
    COUPON_TRY(store(items, {}, pass));
    return store(none, dead, pass);
  }
  if (items.size() > 1) return store_halves(items, pass);
  base::log::error("ledger: a record was rejected: {}", outcomes.error().message);
  return store(none, {lost(items.front(), "rejected", outcomes.error().message)}, pass);
}

// The halves commit by themselves; the position moves only when all of them are stored.
Result<> Persister::store_halves(std::vector<PersistItem>& items, PersistPass& pass) {
  const auto middle = items.begin() + static_cast<std::ptrdiff_t>(items.size() / 2);
  std::vector<PersistItem> second(std::make_move_iterator(middle), std::make_move_iterator(items.end()));
  items.erase(middle, items.end());
  COUPON_TRY(store(items, {}, pass));
  return store(second, {}, pass);
}

void Persister::count(const PersistPass& pass) {
  for (std::size_t i = 0; i < pass.outcomes.size(); ++i) {
    if (pass.outcomes.at(i) > 0) outcomes_[i].add(static_cast<double>(pass.outcomes.at(i)));
  }
  if (pass.dead > 0) dead_.add(static_cast<double>(pass.dead));
  blocked_.set(pass.blocked ? 1 : 0);
  const auto displaced = pass.outcomes.at(static_cast<std::size_t>(PersistOutcome::kDisplaced));
  if (displaced > 0) base::log::error("ledger: {} grants displaced by another grant of the same member", displaced);
}

}  // namespace coupon::service
