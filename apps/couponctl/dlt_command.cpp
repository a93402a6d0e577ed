// couponctl dlt list|show|redrive|discard|export|tail

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <fmt/format.h>
#include <memory>
#include <string>
#include <thread>

#include "base/executor.hpp"
#include "base/signals.hpp"
#include "base/text.hpp"
#include "couponctl/arguments.hpp"
#include "couponctl/commands.hpp"
#include "couponctl/dlt_options.hpp"
#include "couponctl/session.hpp"
#include "service/dead_letters.hpp"

namespace coupon::ctl {

namespace {

constexpr std::int64_t kListLimit = 100;
constexpr std::int64_t kAllLimit = 1'000'000'000;
constexpr std::int64_t kRateMax = 100'000;
constexpr std::int64_t kAttemptsMax = 1'000'000;
constexpr std::int64_t kTailWaitMs = 200;
constexpr std::size_t kTailBatch = 500;

struct ChangeOptions {
  LetterChoice choice;
  bool dry_run = false;
  bool all = false;
  std::int64_t rate = 100;
  std::int64_t attempts_max = 10;
  std::string reason;
};

struct TailOptions {
  bool from_start = false;
  std::int64_t count = 0;
};

// Lets `rate` go by in a second, evenly.
class Pace {
 public:
  explicit Pace(std::int64_t rate) : gap_(std::chrono::nanoseconds(1'000'000'000 / rate)) {}
  void wait() {
    next_ = std::max(next_, std::chrono::steady_clock::now());
    std::this_thread::sleep_until(next_);
    next_ += gap_;
  }

 private:
  std::chrono::nanoseconds gap_;
  std::chrono::steady_clock::time_point next_;
};

int list(Session& session, const LetterChoice& choice) {
  auto backend = session.backend();
  if (!backend) return session.fail(backend.error());
  base::Table table{letter_columns(), {}};
  const auto count = each_letter((*backend)->ledger, choice, std::nullopt, [&table](const DeadLetter& letter) {
    table.rows.push_back(letter_cells(letter));
    return base::Result<>{};
  });
  if (!count) return session.fail(count.error());
  session.print(table);
  if (*count == choice.limit) session.note("there may be more: --limit, or dlt export");
  return kOk;
}

int export_all(Session& session, const LetterChoice& choice) {
  auto backend = session.backend();
  if (!backend) return session.fail(backend.error());
  const auto count = each_letter((*backend)->ledger, choice, std::nullopt, [&session](const DeadLetter& letter) {
    session.print_text(letter_json(letter));
    return base::Result<>{};
  });
  if (!count) return session.fail(count.error());
  session.note(fmt::format("{} letters", *count));
  return kOk;
}

struct Changed {
  base::Table table{{"id", "code", "member", "issue_id", "result"}, {}};
  std::int64_t done = 0;
  std::int64_t failed = 0;
  std::int64_t passed_over = 0;
};

void add_result(Changed& changed, const DeadLetter& letter, std::string result) {
  const auto text = [](const auto& name) -> base::Cell {
    if (!name) return std::monostate{};
    return name->text();
  };
  changed.table.rows.push_back(
      {letter.id, text(letter.code), text(letter.member), text(letter.grant), std::move(result)});
}

/// Does it to one letter; answers what came of it, and whether it is closed now.
using Step = std::function<base::Result<std::pair<bool, std::string>>(const DeadLetter&)>;

int report(Session& session, const Changed& changed, const ChangeOptions& options) {
  session.print(changed.table);
  session.note(fmt::format("{} closed, {} left open, {} quarantined{}", changed.done, changed.failed,
                           changed.passed_over, options.dry_run ? " (dry run: nothing was changed)" : ""));
  return changed.failed == 0 ? kOk : kFailed;
}

// The letters of now, so that it comes to an end while others arrive faster than these are done.
base::Result<LetterChoice> fix_choice(Ledger& ledger, LetterChoice choice) {
  if (!choice.ids.empty()) return choice;
  std::vector<std::int64_t> ids;
  const auto counted = each_letter(ledger, choice, DeadLetterState::kOpen, [&ids](const DeadLetter& letter) {
    ids.push_back(letter.id);
    return base::Result<>{};
  });
  if (!counted) return std::unexpected(counted.error());
  choice.ids = std::move(ids);
  return choice;
}

int change(Session& session, service::Backend& backend, const ChangeOptions& options, const Step& step) {
  const auto chosen = fix_choice(backend.ledger, options.choice);
  if (!chosen) return session.fail(chosen.error());
  Changed changed;
  Pace pace(options.rate);
  // No ids would mean all.
  if (chosen->ids.empty()) return report(session, changed, options);
  const auto visited =
      each_letter(backend.ledger, *chosen, std::nullopt, [&](const DeadLetter& letter) -> base::Result<> {
        if (letter.attempts >= options.attempts_max) {
          ++changed.passed_over;
          add_result(changed, letter, fmt::format("quarantined after {} attempts", letter.attempts));
        } else if (options.dry_run) {
          add_result(changed, letter, "would be tried");
        } else {
          pace.wait();
          auto result = step(letter);
          // Somebody else closed it: nothing is wrong, and the others are still to be done.
          if (!result && result.error().code != base::Errc::kConflict) return std::unexpected(result.error());
          const bool closed = result && result->first;
          ++(closed ? changed.done : changed.failed);
          add_result(changed, letter, result ? result->second : result.error().message);
        }
        return {};
      });
  if (visited) return report(session, changed, options);
  session.print(changed.table);
  return session.fail(visited.error());
}

int redrive(Session& session, const ChangeOptions& options) {
  auto backend = session.backend_that_appends();
  if (!backend) return session.fail(backend.error());
  base::InlineExecutor executor;
  const auto issued = session.engines().journal(executor, Stream::kIssued);
  const auto dead = session.engines().journal(executor, Stream::kDead);
  std::optional<service::Announcer> announcer;
  if (issued && dead) announcer.emplace(*issued, *dead);
  return change(session, **backend, options,
                [&](const DeadLetter& letter) -> base::Result<std::pair<bool, std::string>> {
                  const auto report = service::redrive_letter(**backend, announcer ? &*announcer : nullptr, letter.id);
                  if (!report) return std::unexpected(report.error());
                  const auto outcome = report->outcome;
                  const bool closed = outcome == RedriveOutcome::kInserted || outcome == RedriveOutcome::kPresent ||
                                      outcome == RedriveOutcome::kLateCopy;
                  return std::pair(closed, std::string(name_of(outcome)));
                });
}

int discard(Session& session, const ChangeOptions& options) {
  auto backend = session.backend();
  if (!backend) return session.fail(backend.error());
  return change(session, **backend, options,
                [&](const DeadLetter& letter) -> base::Result<std::pair<bool, std::string>> {
                  const auto result = service::discard_letter(**backend, letter.id, options.reason);
                  if (!result) return std::unexpected(result.error());
                  return std::pair(true, std::string(result->released  ? "discarded, the place is free"
                                                     : result->revoked ? "discarded, the grant is void"
                                                                       : "discarded"));
                });
}

std::string copy_json(const ConsumedRecord& record) {
  std::string headers;
  for (const auto& header : record.headers) {
    headers += fmt::format(R"({}"{}":"{}")", headers.empty() ? "" : ",", base::json_escape(header.name),
                           base::json_escape(header.value));
  }
  return fmt::format(R"({{"partition":{},"offset":{},"at":"{}","key":"{}","headers":{{{}}},"raw":"{}"}})"
                     "\n",
                     record.partition, record.offset, base::format_instant(record.timestamp_ms),
                     base::json_escape(record.key), headers, base::json_escape(record.value));
}

int tail(Session& session, const TailOptions& options) {
  auto backend = session.backend();
  if (!backend) return session.fail(backend.error());
  const auto reader = session.engines().reader(Stream::kDead);
  if (!reader) return session.fail(reader.error());
  Positions from;
  if (!options.from_start) {
    auto end = (*reader)->end();
    if (!end) return session.fail(end.error());
    from = std::move(*end);
  }
  std::atomic<bool> stop{false};
  base::StopSignals signals;
  signals.on_stop([&stop](int /*signal*/) { stop = true; });
  session.note("copies of dead letters as they come; Ctrl-C ends it");
  std::int64_t shown = 0;
  while (!stop) {
    const auto records = (*reader)->poll(kTailBatch, kTailWaitMs);
    if (!records) return session.fail(records.error());
    for (const auto& record : *records) {
      const auto it = from.find(record.partition);
      if (it != from.end() && record.offset < it->second) continue;
      session.print_text(copy_json(record));
      if (++shown == options.count) return kOk;
    }
  }
  return kOk;
}

void add_reads(CLI::App& group, Session& session) {
  auto* listing = group.add_subcommand("list", "dead letters by id, of every state unless one is given");
  auto listed = std::make_shared<LetterChoice>();
  add_letter_filters(*listing, *listed, kListLimit);
  listing->callback([&session, listed] { session.run_later([&session, listed] { return list(session, *listed); }); });
  auto* showing = group.add_subcommand("show", "everything known of some letters, one line of JSON each");
  auto shown = std::make_shared<LetterChoice>();
  showing->add_option("IDS", shown->ids, "as dlt list prints them")->required();
  showing->callback(
      [&session, shown] { session.run_later([&session, shown] { return export_all(session, *shown); }); });
  auto* exporting = group.add_subcommand("export", "the same, of all that the filters let through");
  auto exported = std::make_shared<LetterChoice>();
  add_letter_filters(*exporting, *exported, kAllLimit);
  exporting->callback(
      [&session, exported] { session.run_later([&session, exported] { return export_all(session, *exported); }); });
  auto* following = group.add_subcommand("tail", "copies of new dead letters from Kafka, one line of JSON each");
  auto options = std::make_shared<TailOptions>();
  following->add_flag("--from-start", options->from_start, "also those that are there already");
  add_number(*following, "--count", options->count, 1, kAllLimit, "end after this many");
  following->callback(
      [&session, options] { session.run_later([&session, options] { return tail(session, *options); }); });
}

std::shared_ptr<ChangeOptions> add_change(CLI::App& command, Session& session,
                                          int (*action)(Session&, const ChangeOptions&)) {
  auto options = std::make_shared<ChangeOptions>();
  command.add_option("IDS", options->choice.ids, "as dlt list prints them");
  command.add_flag("--all", options->all, "without IDS: every letter that the filters let through, OPEN by default");
  add_letter_filters(command, options->choice, kAllLimit);
  command.add_flag("--dry-run", options->dry_run, "only say which letters it would be");
  add_number(command, "--rate", options->rate, 1, kRateMax, "at most this many a second [100]");
  add_number(command, "--max-attempts", options->attempts_max, 1, kAttemptsMax,
             "leave letters alone that were tried this often [10]");
  command.callback([&session, options, action] {
    if (options->choice.ids.empty() && !options->all) throw CLI::RequiredError("IDS or --all");
    session.run_later([&session, options, action] { return action(session, *options); });
  });
  return options;
}

}  // namespace

void add_dlt_commands(CLI::App& app, Session& session) {
  auto* group = app.add_subcommand("dlt", "dead letters: records that could not become rows");
  group->require_subcommand(1);
  group->footer(
      "Examples:\n  couponctl dlt list --state OPEN\n  couponctl dlt redrive --all --code FLASH100 --dry-run\n"
      "  couponctl dlt redrive 17 18\n  couponctl dlt discard 19 --reason 'test data'\n"
      "Exit codes: 0 all closed, 1 some are still open or it failed, 2 wrong usage.");
  add_reads(*group, session);
  add_change(*group->add_subcommand("redrive", "try to make their grants rows, whatever their epoch"), session,
             redrive);
  auto* discarding =
      group->add_subcommand("discard", "close them for good: their grants become void, their places free");
  auto options = add_change(*discarding, session, discard);
  options->attempts_max = kAttemptsMax;
  discarding->add_option("--reason", options->reason, "kept with the letter and the grant")->required();
}

}  // namespace coupon::ctl
