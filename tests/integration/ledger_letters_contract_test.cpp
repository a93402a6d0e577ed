// Dead letters in the ledger: how they are stored, tried again, redriven and discarded.

#include <algorithm>
#include <gmock/gmock.h>
#include <thread>

#include "integration/ledger_fixture.hpp"

namespace coupon::test {
namespace {

using enum PersistOutcome;
using State = DeadLetterState;

class LettersContract : public LedgerTest {
 protected:
  static constexpr std::int64_t kLater = 4'000'000'000'000;  // when every letter is due

  /// A letter whose headers name the grant.
  [[nodiscard]] static DeadLetter named(int number, std::uint32_t grant, std::uint32_t epoch = 1) {
    auto letter = unreadable(grant);
    letter.code = code("FLASH");
    letter.member = member(number);
    letter.grant = id(grant);
    letter.epoch = epoch;
    return letter;
  }
  /// A letter of a record that the store once refused; its value is whole.
  [[nodiscard]] static DeadLetter rejected(int number, std::uint32_t grant, std::uint32_t epoch = 1) {
    auto letter = named(number, grant, epoch);
    letter.record = item(number, grant, epoch).record;
    letter.error_class = "rejected";
    return letter;
  }
  /// Stores one and gives it as the ledger has it.
  [[nodiscard]] DeadLetter stored(const DeadLetter& letter) {
    EXPECT_TRUE(persist({}, {letter}).empty());
    return letters().back();
  }
  [[nodiscard]] RetryPass retry(std::int64_t now_ms = kLater, RetryPolicy policy = {}) {
    return ledger_->retry_letters(100, policy, now_ms).value();
  }
  [[nodiscard]] RedriveOutcome redrive(std::int64_t letter) { return ledger_->redrive(letter).value().outcome; }
  [[nodiscard]] DeadLetter letter(std::int64_t id) { return ledger_->dead_letter(id).value(); }
};

TEST_P(LettersContract, An_orphan_is_tried_again_and_becomes_a_row_when_its_coupon_is_there) {
  ASSERT_EQ(persist({item(1, 1)}).front(), kOrphan);
  const auto before = letters().at(0);
  EXPECT_EQ(before.state, State::kRetrying);
  EXPECT_GT(before.next_attempt_ms, before.created_ms);
  create();
  const auto pass = retry();
  EXPECT_EQ(pass.redriven, 1U);
  ASSERT_EQ(pass.inserted.size(), 1U);
  EXPECT_EQ(pass.inserted[0].id, id(1));
  EXPECT_EQ(pass.inserted[0].member, member(1));
  EXPECT_EQ(letter(before.id).state, State::kRedriven);
  EXPECT_EQ(ledger_->row(id(1)).value()->grant.rank, 1);
  EXPECT_EQ(retry().taken(), 0U);
}

TEST_P(LettersContract, A_letter_that_is_not_due_is_left_alone) {
  ASSERT_EQ(persist({item(1, 1)}).front(), kOrphan);
  const auto before = letters().at(0);
  EXPECT_EQ(retry(before.next_attempt_ms - 1).taken(), 0U);
  EXPECT_EQ(letter(before.id).attempts, 0);
  EXPECT_EQ(retry(before.next_attempt_ms).taken(), 1U);
}

TEST_P(LettersContract, Waits_between_attempts_double_up_to_a_bound_and_the_last_one_opens_the_letter) {
  ASSERT_EQ(persist({item(1, 1)}).front(), kOrphan);
  const RetryPolicy policy{.attempts_max = 4, .backoff_ms = 1'000, .backoff_max_ms = 3'000};
  const auto which = letters().at(0).id;
  std::int64_t now = kLater;
  for (const std::int64_t most : {1'000, 2'000, 3'000}) {
    const auto pass = retry(now, policy);
    EXPECT_EQ(pass.put_off, 1U);
    const auto after = letter(which);
    EXPECT_EQ(after.state, State::kRetrying);
    EXPECT_GE(after.next_attempt_ms, now + most / 2);
    EXPECT_LE(after.next_attempt_ms, now + most);
    EXPECT_EQ(retry(now, policy).taken(), 0U) << "not before its time";
    now = after.next_attempt_ms;
  }
  EXPECT_EQ(retry(now, policy).opened, 1U);
  EXPECT_EQ(letter(which).state, State::kOpen);
  EXPECT_EQ(letter(which).attempts, 4);
  EXPECT_EQ(letter(which).error, "the ledger has no such coupon");
  EXPECT_EQ(retry(kLater * 2, policy).taken(), 0U);
}

TEST_P(LettersContract, A_row_that_the_store_refuses_is_tried_again_and_then_left_to_an_operator) {
  create();
  engines_->reject_rows_of(member(2));
  const auto which = stored(rejected(2, 2)).id;
  EXPECT_EQ(letter(which).state, State::kRetrying);
  EXPECT_EQ(retry(kLater, {.attempts_max = 1}).opened, 1U);
  EXPECT_EQ(letter(which).state, State::kOpen);
  EXPECT_THAT(letter(which).error, ::testing::HasSubstr("rejected"));
  EXPECT_EQ(redrive(which), RedriveOutcome::kRejected);
  EXPECT_EQ(letter(which).state, State::kOpen);
  EXPECT_EQ(letter(which).attempts, 2);
  EXPECT_FALSE(ledger_->row(id(2)).value());
}

TEST_P(LettersContract, A_letter_whose_grant_has_a_row_by_now_is_done) {
  create();
  const auto which = stored(rejected(1, 1)).id;
  ASSERT_EQ(persist({item(1, 1, 1, "FLASH", 90)}).front(), kInserted);
  const auto pass = retry();
  EXPECT_EQ(pass.redriven, 1U);
  EXPECT_TRUE(pass.inserted.empty());
  EXPECT_EQ(letter(which).state, State::kRedriven);
}

TEST_P(LettersContract, A_letter_whose_grant_was_revoked_is_discarded) {
  create();
  ASSERT_EQ(persist({item(1, 1)}).front(), kInserted);
  ASSERT_TRUE(ledger_->revoke(code_, ref(1, 1), "fraud"));
  const auto first = stored(rejected(1, 1)).id;
  EXPECT_EQ(retry().discarded, 1U);
  EXPECT_EQ(letter(first).state, State::kDiscarded);
  EXPECT_EQ(state_of(1), RowState::kRevoked);
}

TEST_P(LettersContract, A_stale_letter_is_stored_closed_and_holds_no_place) {
  create();
  ASSERT_TRUE(ledger_->bump_epoch(code_, 1));
  EXPECT_EQ(stored(rejected(1, 1, 1)).state, State::kStale);
  EXPECT_EQ(stored(named(2, 2, 1)).state, State::kStale);
  EXPECT_EQ(stored(named(3, 3, 2)).state, State::kOpen);
  EXPECT_EQ(stored(named(4, 4, 0)).state, State::kOpen) << "an epoch that could not be read says nothing";
  EXPECT_EQ(retry().taken(), 0U);
  EXPECT_EQ(ledger_->snapshot(code_)->held.size(), 2U);
  EXPECT_EQ(ledger_->counts(code_)->dead_open, 2);
}

TEST_P(LettersContract, A_letter_that_held_its_place_through_a_rebuild_still_becomes_a_row) {
  create();
  const auto opened = stored(named(1, 1)).id;
  const auto retried = stored(rejected(2, 2)).id;
  EXPECT_EQ(ledger_->snapshot(code_)->held.size(), 2U);
  ASSERT_TRUE(ledger_->bump_epoch(code_, 1));
  EXPECT_EQ(retry().redriven, 1U);
  EXPECT_EQ(redrive(opened), RedriveOutcome::kInserted);
  EXPECT_EQ(letter(retried).state, State::kRedriven);
  EXPECT_EQ(ledger_->counts(code_)->issued, 2);
}

TEST_P(LettersContract, An_unreadable_letter_is_redriven_from_its_headers) {
  create();
  auto garbled = named(1, 1);
  garbled.record.value = R"({"v":1,"code":"FLASH","rank":17,"issuedMs":12)";
  const auto first = stored(garbled).id;
  const auto second = stored(named(2, 2)).id;
  const auto report = ledger_->redrive(first).value();
  EXPECT_EQ(report.outcome, RedriveOutcome::kInserted);
  EXPECT_EQ(report.inserted.value().id, id(1));
  EXPECT_EQ(redrive(second), RedriveOutcome::kInserted);
  EXPECT_EQ(ledger_->row(id(1)).value()->grant.rank, 17) << "what the damaged value still shows";
  EXPECT_EQ(ledger_->row(id(2)).value()->grant.rank, 0);
  EXPECT_EQ(ledger_->row(id(2)).value()->grant.issued_ms, id(2).created_ms());
  EXPECT_EQ(letter(first).state, State::kRedriven);
}

TEST_P(LettersContract, A_snapshot_has_the_rank_that_a_damaged_letter_shows) {
  create();
  auto garbled = named(1, 1);
  garbled.record.value = R"({"v":1,"rank":17,)";
  auto cut = named(2, 2);
  cut.record.value = R"({"v":1,"rank":17)";
  ASSERT_TRUE(persist({}, {garbled, cut}).empty());
  const auto snapshot = ledger_->snapshot(code_).value();
  ASSERT_EQ(snapshot.held.size(), 2U);
  EXPECT_EQ(snapshot.held[0].rank, 17);
  EXPECT_EQ(snapshot.held[1].rank, 0) << "digits may be missing";
  EXPECT_EQ(snapshot.rank_max, 17);
}

TEST_P(LettersContract, A_letter_of_nobody_stays_open_and_counts_the_attempt) {
  const auto which = stored(unreadable(5)).id;
  EXPECT_EQ(redrive(which), RedriveOutcome::kUnreadable);
  EXPECT_EQ(redrive(which), RedriveOutcome::kUnreadable);
  EXPECT_EQ(letter(which).state, State::kOpen);
  EXPECT_EQ(letter(which).attempts, 2);
}

TEST_P(LettersContract, A_letter_of_a_newer_version_is_not_guessed_at) {
  create();
  auto newer = named(1, 1);
  newer.record.value = R"({"v":2,"anything":true})";
  EXPECT_EQ(redrive(stored(newer).id), RedriveOutcome::kUnreadable);
  EXPECT_FALSE(ledger_->row(id(1)).value());
}

TEST_P(LettersContract, A_displaced_letter_stays_open_while_the_other_grant_lives) {
  create();
  ASSERT_EQ(persist({item(1, 1), item(1, 2)}), (std::vector{kInserted, kDisplaced}));
  const auto which = letters().at(0).id;
  EXPECT_EQ(redrive(which), RedriveOutcome::kDisplaced);
  EXPECT_EQ(letter(which).state, State::kOpen);
  ASSERT_TRUE(ledger_->revoke(code_, ref(1, 1), "the wrong one"));
  EXPECT_EQ(redrive(which), RedriveOutcome::kInserted);
  EXPECT_EQ(ledger_->find(code_, member(1)).value()->grant.id, id(2));
}

TEST_P(LettersContract, A_redrive_never_exceeds_the_quota) {
  ASSERT_TRUE(ledger_->create(coupon("FLASH", 1)));
  ASSERT_TRUE(ledger_->bump_epoch(code_, 0));
  ASSERT_EQ(persist({item(1, 1), item(1, 2)}), (std::vector{kInserted, kDisplaced}));
  ASSERT_TRUE(ledger_->revoke(code_, ref(1, 1), "x"));
  ASSERT_EQ(persist({item(3, 3)}).front(), kInserted) << "its place went to somebody else";
  const auto which = letters().at(0).id;
  EXPECT_EQ(redrive(which), RedriveOutcome::kFull);
  EXPECT_EQ(ledger_->counts(code_)->issued, 1);
  EXPECT_EQ(letter(which).state, State::kOpen);
}

TEST_P(LettersContract, A_redrive_of_a_revoked_grant_discards_the_letter) {
  create();
  ASSERT_EQ(persist({item(1, 1)}).front(), kInserted);
  ASSERT_TRUE(ledger_->revoke(code_, ref(1, 1), "fraud"));
  const auto which = stored(named(1, 1)).id;
  EXPECT_EQ(redrive(which), RedriveOutcome::kLateCopy);
  EXPECT_EQ(letter(which).state, State::kDiscarded);
}

TEST_P(LettersContract, A_redrive_repeated_finds_its_work_done) {
  create();
  const auto which = stored(named(1, 1)).id;
  ASSERT_EQ(redrive(which), RedriveOutcome::kInserted);
  EXPECT_EQ(redrive(which), RedriveOutcome::kPresent);
  EXPECT_EQ(letter(which).attempts, 1);
  EXPECT_EQ(code_of(ledger_->discard(which, "x")), base::Errc::kConflict);
  EXPECT_EQ(code_of(ledger_->redrive(which + 1)), base::Errc::kNotFound);
  EXPECT_EQ(code_of(ledger_->discard(which + 1, "x")), base::Errc::kNotFound);
  EXPECT_EQ(code_of(ledger_->dead_letter(which + 1)), base::Errc::kNotFound);
}

TEST_P(LettersContract, A_discard_leaves_a_tombstone_and_says_whose_place_is_free) {
  create();
  const auto which = stored(rejected(1, 1)).id;
  for (int repeated = 0; repeated < 2; ++repeated) {
    const auto report = ledger_->discard(which, "test order").value();
    EXPECT_EQ(report.code.value(), code_);
    EXPECT_EQ(report.revoked.value().member, member(1));
    EXPECT_EQ(report.revoked->id, id(1));
  }
  EXPECT_EQ(letter(which).state, State::kDiscarded);
  EXPECT_EQ(letter(which).reason, "test order");
  EXPECT_EQ(ledger_->row(id(1)).value()->state, RowState::kRevoked);
  EXPECT_EQ(ledger_->row(id(1)).value()->reason, "test order");
  EXPECT_EQ(persist({item(1, 1, 1, "FLASH", 91)}).front(), kLateCopy);
  EXPECT_EQ(code_of(ledger_->redrive(which)), base::Errc::kConflict);
  EXPECT_EQ(retry().taken(), 0U);
}

TEST_P(LettersContract, A_discard_of_nobodys_letter_revokes_nothing) {
  const auto which = stored(unreadable(5)).id;
  const auto report = ledger_->discard(which, "noise").value();
  EXPECT_FALSE(report.code || report.revoked);
  EXPECT_EQ(letter(which).state, State::kDiscarded);
  EXPECT_EQ(ledger_->unattributed().value(), 0);
}

TEST_P(LettersContract, A_discard_of_a_copy_leaves_the_live_grant_alone) {
  create();
  ASSERT_EQ(persist({item(1, 1), item(2, 2)}), (std::vector{kInserted, kInserted}));
  engines_->use(id(2));
  for (const auto& copy : {named(1, 1), named(2, 2)}) {
    const auto which = stored(copy).id;
    const auto report = ledger_->discard(which, "a copy").value();
    EXPECT_FALSE(report.code || report.revoked) << "nothing to release in the gate";
    EXPECT_EQ(letter(which).state, State::kDiscarded);
  }
  EXPECT_EQ(state_of(1), RowState::kIssued);
  EXPECT_EQ(state_of(2), RowState::kUsed);
}

TEST_P(LettersContract, A_discard_that_would_hit_another_members_grant_is_refused) {
  create();
  ASSERT_EQ(persist({item(1, 1)}).front(), kInserted);
  const auto which = stored(named(2, 1)).id;
  EXPECT_EQ(code_of(ledger_->discard(which, "x")), base::Errc::kConflict);
  EXPECT_EQ(letter(which).state, State::kOpen);
  EXPECT_EQ(state_of(1), RowState::kIssued);
}

TEST_P(LettersContract, Letters_are_found_by_what_is_known_of_them) {
  create();
  auto other = named(3, 3);
  other.code = code("OTHER");
  ASSERT_TRUE(persist({}, {named(1, 1), rejected(2, 2), other, unreadable(60)}).empty());
  const auto found = [this](auto set) {
    DeadLetterFilter filter;
    set(filter);
    std::vector<std::int64_t> offsets;
    const auto page = ledger_->dead_letters(filter, 0, 10).value();
    for (const auto& one : page) offsets.push_back(one.record.offset);
    return offsets;
  };
  using Offsets = std::vector<std::int64_t>;
  EXPECT_EQ(found([](DeadLetterFilter&) {}), (Offsets{1, 2, 3, 60}));
  EXPECT_EQ(found([](DeadLetterFilter& f) { f.state = State::kRetrying; }), (Offsets{2}));
  EXPECT_EQ(found([this](DeadLetterFilter& f) { f.code = code_; }), (Offsets{1, 2}));
  EXPECT_EQ(found([](DeadLetterFilter& f) { f.member = member(3); }), (Offsets{3}));
  EXPECT_EQ(found([](DeadLetterFilter& f) { f.error_class = "unreadable"; }), (Offsets{1, 3, 60}));
  EXPECT_EQ(found([this](DeadLetterFilter& f) {
              f.code = code_;
              f.error_class = "unreadable";
              f.state = State::kOpen;
              f.member = member(1);
              f.since_ms = 1;
            }),
            (Offsets{1}));
  const auto later = letters().back().created_ms + 1;
  EXPECT_TRUE(found([later](DeadLetterFilter& f) { f.since_ms = later; }).empty());
}

TEST_P(LettersContract, Of_a_redrive_and_a_discard_that_race_one_wins_and_the_grant_agrees) {
  create();
  for (std::uint32_t i = 1; i <= 10; ++i) {
    const auto which = stored(named(static_cast<int>(i), i)).id;
    {
      const std::jthread redriving([&] {
        const auto done = engines_->ledger()->redrive(which);
        EXPECT_TRUE(done || done.error().code == base::Errc::kConflict) << done.error().message;
      });
      const std::jthread discarding([&] {
        const auto done = engines_->ledger()->discard(which, "x");
        EXPECT_TRUE(done || done.error().code == base::Errc::kConflict) << done.error().message;
      });
    }
    const bool redriven = letter(which).state == State::kRedriven;
    EXPECT_EQ(state_of(i), redriven ? RowState::kIssued : RowState::kRevoked);
    EXPECT_TRUE(redriven || letter(which).state == State::kDiscarded);
  }
}

TEST_P(LettersContract, Dlt_workers_share_the_letters_and_each_is_tried_once) {
  create();
  std::vector<DeadLetter> many;
  for (std::uint32_t i = 1; i <= 60; ++i) many.push_back(rejected(static_cast<int>(i), i));
  ASSERT_TRUE(persist({}, many).empty());
  std::vector<RetryPass> passes(3);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : passes) {
      threads.emplace_back([&] { mine = engines_->ledger()->retry_letters(60, {}, kLater).value(); });
    }
  }
  std::size_t taken = 0;
  std::size_t inserted = 0;
  for (const auto& pass : passes) {
    taken += pass.taken();
    inserted += pass.inserted.size();
  }
  EXPECT_EQ(taken, 60U);
  EXPECT_EQ(inserted, 60U);
  EXPECT_EQ(ledger_->counts(code_)->issued, 60);
  for (const auto& one : letters(State::kRedriven)) EXPECT_EQ(one.attempts, 1);
}

COUPON_CONTRACT(LettersContract);

}  // namespace
}  // namespace coupon::test
