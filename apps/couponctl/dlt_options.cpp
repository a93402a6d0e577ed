#include "couponctl/dlt_options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <utility>

#include "base/text.hpp"
#include "couponctl/arguments.hpp"

namespace coupon::ctl {

namespace {

constexpr std::int64_t kLimitMax = 1'000'000'000;

base::Cell optional_cell(const std::string& text) {
  if (text.empty()) return std::monostate{};
  return text;
}

base::Result<DeadLetterFilter> filter_of(const LetterChoice& choice, std::optional<DeadLetterState> default_state) {
  DeadLetterFilter filter;
  filter.state = default_state;
  if (!choice.state.empty()) {
    const auto state = parse_dead_letter_state(choice.state);
    if (!state) return std::unexpected(state.error().in("--state"));
    filter.state = *state;
  }
  if (!choice.code.empty()) {
    auto code = CouponCode::parse(choice.code);
    if (!code) return std::unexpected(code.error().in("--code"));
    filter.code = std::move(*code);
  }
  if (!choice.member.empty()) {
    auto member = MemberId::parse(choice.member);
    if (!member) return std::unexpected(member.error().in("--member"));
    filter.member = std::move(*member);
  }
  filter.error_class = choice.error_class;
  filter.since_ms = choice.since_ms;
  return filter;
}

bool plain(std::string_view bytes) {
  return std::ranges::all_of(bytes, [](char byte) { return byte >= ' ' && byte <= '~'; });
}

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) fmt::format_to(std::back_inserter(text), "{:02x}", static_cast<unsigned char>(byte));
  return text;
}

std::string json_text(std::string_view text) { return '"' + base::json_escape(text) + '"'; }

std::string time_or_null(std::int64_t ms) { return ms == 0 ? "null" : json_text(base::format_instant(ms)); }

}  // namespace

void add_letter_filters(CLI::App& command, LetterChoice& choice, std::int64_t limit) {
  choice.limit = limit;
  command.add_option("--state", choice.state, "RETRYING, OPEN, REDRIVEN, DISCARDED or STALE");
  command.add_option("--code", choice.code, "of this coupon");
  command.add_option("--member", choice.member, "of this member");
  command.add_option("--class", choice.error_class, "of this class: unreadable, orphan, displaced, rejected");
  add_instant(command, "--since", choice.since_ms, "stored then or later");
  add_number(command, "--limit", choice.limit, 1, kLimitMax, fmt::format("at most this many [{}]", limit));
}

base::Result<std::int64_t> each_letter(Ledger& ledger, const LetterChoice& choice,
                                       std::optional<DeadLetterState> default_state,
                                       const std::function<base::Result<>(const DeadLetter&)>& visit) {
  std::int64_t count = 0;
  for (const auto id : choice.ids) {
    const auto letter = ledger.dead_letter(id);
    if (!letter) return std::unexpected(letter.error());
    COUPON_TRY(visit(*letter));
    ++count;
  }
  if (!choice.ids.empty()) return count;
  const auto filter = filter_of(choice, default_state);
  if (!filter) return std::unexpected(filter.error());
  std::int64_t after = 0;
  while (count < choice.limit) {
    const auto page =
        ledger.dead_letters(*filter, after, std::min(kPageRows, static_cast<std::size_t>(choice.limit - count)));
    if (!page) return std::unexpected(page.error());
    for (const auto& letter : *page) COUPON_TRY(visit(letter));
    count += static_cast<std::int64_t>(page->size());
    if (page->size() < kPageRows) break;
    after = page->back().id;
  }
  return count;
}

const std::vector<std::string>& letter_columns() {
  static const std::vector<std::string> kColumns{"id",       "state",    "class",  "code",       "member",
                                                 "issue_id", "attempts", "stored", "next_retry", "error_message"};
  return kColumns;
}

std::vector<base::Cell> letter_cells(const DeadLetter& letter) {
  return {letter.id,
          std::string(name_of(letter.state)),
          letter.error_class,
          optional_cell(letter.code ? letter.code->text() : std::string()),
          optional_cell(letter.member ? letter.member->text() : std::string()),
          optional_cell(letter.grant ? letter.grant->text() : std::string()),
          static_cast<std::int64_t>(letter.attempts),
          instant_cell(letter.created_ms),
          letter.state == DeadLetterState::kRetrying ? instant_cell(letter.next_attempt_ms) : std::monostate{},
          letter.error};
}

std::string letter_json(const DeadLetter& letter) {
  const auto named = [](const auto& name) { return name ? json_text(name->text()) : std::string("null"); };
  std::string headers;
  for (const auto& header : letter.record.headers) {
    headers += fmt::format("{}{}:{}", headers.empty() ? "" : ",", json_text(header.name), json_text(header.value));
  }
  auto json = fmt::format(
      R"({{"id":{},"state":"{}","class":{},"error":{},"code":{},"member":{},"issueId":{},"epoch":{},"attempts":{},)"
      R"("nextRetry":{},"reason":{},"storedAt":{},"changedAt":{},"partition":{},"offset":{},"recordedAt":{},"key":{},)"
      R"("headers":{{{}}},"raw":{})",
      letter.id, name_of(letter.state), json_text(letter.error_class), json_text(letter.error), named(letter.code),
      named(letter.member), named(letter.grant), letter.epoch, letter.attempts, time_or_null(letter.next_attempt_ms),
      letter.reason.empty() ? "null" : json_text(letter.reason), time_or_null(letter.created_ms),
      time_or_null(letter.updated_ms), letter.record.partition, letter.record.offset,
      time_or_null(letter.record.timestamp_ms), json_text(letter.record.key), headers, json_text(letter.record.value));
  if (!plain(letter.record.value)) json += fmt::format(R"(,"rawHex":"{}")", hex(letter.record.value));
  return json + "}\n";
}

}  // namespace coupon::ctl
