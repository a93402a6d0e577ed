// Grants in the ledger: persist, revoke, snapshot, counts, rows, dead letters, wipe.

#include <algorithm>
#include <set>
#include <thread>

#include "integration/ledger_fixture.hpp"

namespace coupon::test {
namespace {

class LedgerContract : public LedgerTest {};

using enum PersistOutcome;

TEST_P(LedgerContract, A_record_becomes_a_row_once_and_copies_find_it_present) {
  create();
  const std::vector batch = {item(1, 1), item(2, 2)};
  EXPECT_EQ(persist(batch), (std::vector{kInserted, kInserted}));
  EXPECT_EQ(persist(batch), (std::vector{kPresent, kPresent}));
  const auto row = ledger_->row(id(1)).value().value();
  EXPECT_EQ(row.grant.member, member(1));
  EXPECT_EQ(row.grant.rank, 1);
  EXPECT_EQ(row.grant.issued_ms, 1'001);
  EXPECT_EQ(row.epoch, 1U);
  EXPECT_EQ(row.state, RowState::kIssued);
  EXPECT_EQ(ledger_->counts(code_)->issued, 2);
}

TEST_P(LedgerContract, A_copy_inside_one_batch_is_present) {
  create();
  EXPECT_EQ(persist({item(1, 1), item(1, 1, 1, "FLASH", 99)}), (std::vector{kInserted, kPresent}));
}

TEST_P(LedgerContract, A_record_of_an_old_epoch_is_dropped_without_a_trace) {
  create();
  ASSERT_TRUE(ledger_->bump_epoch(code_, 1));
  EXPECT_EQ(persist({item(1, 1, 1), item(2, 2, 2)}), (std::vector{kStale, kInserted}));
  EXPECT_FALSE(ledger_->row(id(1)).value());
  EXPECT_TRUE(letters().empty());
}

TEST_P(LedgerContract, A_second_grant_of_a_member_becomes_a_dead_letter_in_the_same_transaction) {
  create();
  EXPECT_EQ(persist({item(1, 1), item(1, 2), item(2, 3)}), (std::vector{kInserted, kDisplaced, kInserted}));
  const auto dead = letters();
  ASSERT_EQ(dead.size(), 1U);
  EXPECT_EQ(dead[0].error_class, "displaced");
  EXPECT_EQ(dead[0].state, DeadLetterState::kOpen);
  EXPECT_EQ(dead[0].grant, id(2));
  EXPECT_EQ(dead[0].member, member(1));
  EXPECT_EQ(dead[0].code, code_);
  EXPECT_EQ(dead[0].epoch, 1U);
  EXPECT_EQ(dead[0].record.offset, 2);
  EXPECT_EQ(dead[0].record.timestamp_ms, 77);
  EXPECT_EQ(dead[0].record.value, item(1, 2).record.value);
  EXPECT_EQ(dead[0].record.headers.size(), 5U);
  EXPECT_EQ(ledger_->find(code_, member(1)).value()->grant.id, id(1));
}

TEST_P(LedgerContract, A_record_of_an_unknown_coupon_becomes_a_dead_letter) {
  create();
  EXPECT_EQ(persist({item(1, 1, 1, "NONE"), item(2, 2)}), (std::vector{kOrphan, kInserted}));
  const auto dead = letters();
  ASSERT_EQ(dead.size(), 1U);
  EXPECT_EQ(dead[0].error_class, "orphan");
  EXPECT_EQ(dead[0].code, code("NONE"));
}

TEST_P(LedgerContract, A_batch_replayed_stores_nothing_twice) {
  create();
  const std::vector batch = {item(1, 1), item(1, 2), item(3, 3, 1, "NONE"), item(4, 4)};
  const std::vector dead = {unreadable(50)};
  EXPECT_EQ(persist(batch, dead), (std::vector{kInserted, kDisplaced, kOrphan, kInserted}));
  EXPECT_EQ(persist(batch, dead), (std::vector{kPresent, kDisplaced, kOrphan, kPresent}));
  EXPECT_EQ(letters().size(), 3U);
  EXPECT_EQ(ledger_->counts(code_)->issued, 2);
}

TEST_P(LedgerContract, Dead_letters_found_before_are_kept_with_their_raw_bytes) {
  auto letter = unreadable(9);
  letter.record.value = std::string("\0\xff", 2);
  letter.record.headers = {{"a", std::string("b\0c", 3)}};
  letter.attempts = 3;
  letter.state = DeadLetterState::kRetrying;
  EXPECT_TRUE(persist({}, {letter}).empty());
  const auto dead = letters();
  ASSERT_EQ(dead.size(), 1U);
  EXPECT_GT(dead[0].id, 0);
  EXPECT_EQ(dead[0].record.value, letter.record.value);
  ASSERT_EQ(dead[0].record.headers.size(), 1U);
  EXPECT_EQ(dead[0].record.headers[0].value, letter.record.headers[0].value);
  EXPECT_EQ(dead[0].record.key, "m1");
  EXPECT_EQ(dead[0].error_class, "unreadable");
  EXPECT_EQ(dead[0].error, "not a JSON object");
  EXPECT_EQ(dead[0].attempts, 3);
  EXPECT_EQ(dead[0].state, DeadLetterState::kRetrying);
  EXPECT_FALSE(dead[0].code || dead[0].member || dead[0].grant);
}

TEST_P(LedgerContract, A_row_that_cannot_be_stored_is_a_permanent_error_and_nothing_was) {
  create();
  engines_->reject_rows_of(member(2));
  const auto failed = ledger_->persist({item(1, 1), item(2, 2), item(3, 3)}, {unreadable(50)});
  ASSERT_FALSE(failed);
  EXPECT_FALSE(failed.error().retryable);
  EXPECT_TRUE(failed.error().code == base::Errc::kConflict || failed.error().code == base::Errc::kInvalid);
  EXPECT_FALSE(ledger_->row(id(1)).value());
  EXPECT_TRUE(letters().empty());
  EXPECT_EQ(persist({item(1, 1), item(3, 3)}), (std::vector{kInserted, kInserted}));
}

TEST_P(LedgerContract, Workers_with_the_same_records_make_one_row_each) {
  create();
  std::vector<PersistItem> batch;
  for (int i = 1; i <= 50; ++i) batch.push_back(item(i, static_cast<std::uint32_t>(i)));
  std::vector<std::vector<PersistOutcome>> outcomes(3);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : outcomes) {
      threads.emplace_back([&] { mine = engines_->ledger()->persist(batch, {}).value(); });
    }
  }
  std::ptrdiff_t inserted = 0;
  for (const auto& mine : outcomes) inserted += std::count(mine.begin(), mine.end(), kInserted);
  EXPECT_EQ(inserted, 50);
  EXPECT_EQ(ledger_->counts(code_)->issued, 50);
}

TEST_P(LedgerContract, Find_gives_the_members_live_row) {
  create();
  EXPECT_FALSE(ledger_->find(code_, member(1)).value());
  ASSERT_EQ(persist({item(1, 1)}).front(), kInserted);
  EXPECT_EQ(ledger_->find(code_, member(1)).value()->grant.id, id(1));
  EXPECT_FALSE(ledger_->find(code("OTHER"), member(1)).value());
  ASSERT_TRUE(ledger_->revoke(code_, ref(1, 1), "test"));
  EXPECT_FALSE(ledger_->find(code_, member(1)).value());
}

TEST_P(LedgerContract, A_revoked_row_stays_with_its_reason_and_frees_its_member) {
  create();
  ASSERT_EQ(persist({item(1, 1)}).front(), kInserted);
  EXPECT_TRUE(ledger_->revoke(code_, ref(1, 1), "fraud").value());
  const auto row = ledger_->row(id(1)).value().value();
  EXPECT_EQ(row.state, RowState::kRevoked);
  EXPECT_EQ(row.reason, "fraud");
  EXPECT_EQ(row.grant.rank, 1);
  EXPECT_TRUE(ledger_->revoke(code_, ref(1, 1), "again").value());
  EXPECT_EQ(ledger_->row(id(1)).value()->reason, "fraud");
  EXPECT_EQ(persist({item(1, 2)}).front(), kInserted);
}

TEST_P(LedgerContract, A_used_grant_is_live_and_cannot_be_revoked) {
  create();
  ASSERT_EQ(persist({item(1, 1)}).front(), kInserted);
  engines_->use(id(1));
  EXPECT_EQ(code_of(ledger_->revoke(code_, ref(1, 1), "x")), base::Errc::kConflict);
  EXPECT_EQ(state_of(1), RowState::kUsed);
  EXPECT_EQ(ledger_->find(code_, member(1)).value()->state, RowState::kUsed);
  EXPECT_EQ(ledger_->snapshot(code_)->held.size(), 1U);
  EXPECT_EQ(persist({item(1, 1), item(1, 2)}), (std::vector{kPresent, kDisplaced}));
  const auto counts = ledger_->counts(code_).value();
  EXPECT_EQ(counts.issued, 0);
  EXPECT_EQ(counts.used, 1);
}

TEST_P(LedgerContract, A_late_copy_never_revives_a_revoked_grant) {
  create();
  ASSERT_EQ(persist({item(1, 1)}).front(), kInserted);
  ASSERT_TRUE(ledger_->revoke(code_, ref(1, 1), "fraud"));
  EXPECT_EQ(persist({item(1, 1, 1, "FLASH", 70)}).front(), kLateCopy);
  EXPECT_EQ(state_of(1), RowState::kRevoked);
  EXPECT_TRUE(letters().empty());
}

TEST_P(LedgerContract, Revoking_an_open_dead_letter_leaves_a_tombstone_and_discards_it) {
  create();
  ASSERT_EQ(persist({item(1, 1), item(1, 2)}), (std::vector{kInserted, kDisplaced}));
  EXPECT_TRUE(ledger_->revoke(code_, ref(1, 2), "duplicate").value());
  EXPECT_EQ(state_of(2), RowState::kRevoked);
  EXPECT_EQ(letters()[0].state, DeadLetterState::kDiscarded);
  EXPECT_EQ(state_of(1), RowState::kIssued);
  EXPECT_EQ(persist({item(1, 2, 1, "FLASH", 71)}).front(), kLateCopy);
}

TEST_P(LedgerContract, Revoking_the_dead_letter_of_an_unknown_coupon_works_too) {
  ASSERT_EQ(persist({item(1, 1, 1, "NONE")}).front(), kOrphan);
  EXPECT_TRUE(ledger_->revoke(code("NONE"), ref(1, 1), "typo").value());
  EXPECT_EQ(letters()[0].state, DeadLetterState::kDiscarded);
  EXPECT_EQ(state_of(1), RowState::kRevoked);
}

TEST_P(LedgerContract, Revoking_what_nobody_knows_is_not_found) {
  create();
  EXPECT_EQ(code_of(ledger_->revoke(code_, ref(1, 1), "x")), base::Errc::kNotFound);
  EXPECT_FALSE(ledger_->row(id(1)).value());
}

TEST_P(LedgerContract, Revoking_under_another_member_or_coupon_is_refused) {
  create();
  create("OTHER");
  ASSERT_EQ(persist({item(1, 1)}).front(), kInserted);
  EXPECT_EQ(code_of(ledger_->revoke(code_, ref(2, 1), "x")), base::Errc::kConflict);
  EXPECT_EQ(code_of(ledger_->revoke(code("OTHER"), ref(1, 1), "x")), base::Errc::kConflict);
  EXPECT_EQ(state_of(1), RowState::kIssued);
  ASSERT_EQ(persist({item(1, 2)}).front(), kDisplaced);
  EXPECT_EQ(code_of(ledger_->revoke(code("OTHER"), ref(1, 2), "x")), base::Errc::kNotFound);
  EXPECT_EQ(code_of(ledger_->revoke(code_, ref(7, 2), "x")), base::Errc::kNotFound);
}

TEST_P(LedgerContract, A_snapshot_has_live_rows_revoked_ids_and_open_dead_letters) {
  create();
  ASSERT_TRUE(ledger_->create(coupon("OTHER")));
  auto dead = unreadable(60);
  const auto lost = item(4, 44);
  dead.code = code_;
  dead.member = member(4);
  dead.grant = id(44);
  dead.record.value = lost.record.value;
  auto garbled = unreadable(61);
  garbled.code = code_;
  garbled.member = member(5);
  garbled.grant = id(45);
  EXPECT_EQ(persist({item(1, 1), item(2, 2), item(3, 3), item(9, 9, 0, "OTHER")}, {dead, garbled}).size(), 4U);
  ASSERT_TRUE(ledger_->revoke(code_, ref(2, 2), "x"));
  const auto snapshot = ledger_->snapshot(code_).value();
  EXPECT_EQ(snapshot.coupon.quota, 100);
  EXPECT_EQ(snapshot.coupon.epoch, 1U);
  std::set<GrantId> held;
  for (const auto& grant : snapshot.held) held.insert(grant.id);
  EXPECT_EQ(held, (std::set{id(1), id(3), id(44), id(45)}));
  ASSERT_EQ(snapshot.revoked.size(), 1U);
  EXPECT_EQ(snapshot.revoked[0].id, id(2));
  EXPECT_EQ(snapshot.revoked[0].member, member(2));
  EXPECT_EQ(snapshot.rank_max, 44) << "the rank of a dead letter is in its record";
}

TEST_P(LedgerContract, A_snapshot_holds_one_grant_of_a_displaced_member) {
  create();
  ASSERT_EQ(persist({item(1, 1), item(1, 2)}), (std::vector{kInserted, kDisplaced}));
  const auto held = ledger_->snapshot(code_)->held;
  ASSERT_EQ(held.size(), 1U);
  EXPECT_EQ(held[0].id, id(1));
}

TEST_P(LedgerContract, A_revoked_id_beats_its_open_dead_letter_in_a_snapshot) {
  create();
  auto dead = unreadable(60);
  dead.code = code_;
  dead.member = member(1);
  dead.grant = id(1);
  ASSERT_EQ(persist({item(1, 1)}, {dead}).front(), kInserted);
  ASSERT_TRUE(ledger_->revoke(code_, ref(1, 1), "x"));
  const auto snapshot = ledger_->snapshot(code_).value();
  EXPECT_TRUE(snapshot.held.empty());
  EXPECT_EQ(snapshot.revoked.size(), 1U);
}

TEST_P(LedgerContract, A_snapshot_of_nothing_known_is_not_found) {
  EXPECT_EQ(code_of(ledger_->snapshot(code_)), base::Errc::kNotFound);
}

TEST_P(LedgerContract, Counts_are_by_state_and_of_one_coupon) {
  create();
  create("OTHER");
  ASSERT_EQ(persist({item(1, 1), item(2, 2), item(2, 22), item(3, 3), item(8, 8, 1, "OTHER")}).size(), 5U);
  ASSERT_TRUE(ledger_->revoke(code_, ref(3, 3), "x"));
  const auto counts = ledger_->counts(code_).value();
  EXPECT_EQ(counts.issued, 2);
  EXPECT_EQ(counts.used, 0);
  EXPECT_EQ(counts.revoked, 1);
  EXPECT_EQ(counts.dead_open, 1);
  ASSERT_TRUE(ledger_->revoke(code_, ref(2, 22), "x"));
  EXPECT_EQ(ledger_->counts(code_)->dead_open, 0);
}

TEST_P(LedgerContract, Rows_come_in_pages_by_rank_in_every_state) {
  create();
  std::vector<PersistItem> batch;
  for (int i = 12; i >= 1; --i) batch.push_back(item(i, static_cast<std::uint32_t>(i)));
  ASSERT_EQ(persist(batch).size(), 12U);
  ASSERT_TRUE(ledger_->revoke(code_, ref(5, 5), "x"));
  std::vector<std::int64_t> ranks;
  std::int64_t after = 0;
  GrantId last;
  for (;;) {
    const auto page = ledger_->rows(code_, after, last, 5).value();
    if (page.empty()) break;
    ASSERT_LE(page.size(), 5U);
    for (const auto& row : page) ranks.push_back(row.grant.rank);
    after = page.back().grant.rank;
    last = page.back().grant.id;
  }
  EXPECT_EQ(ranks, (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
}

TEST_P(LedgerContract, Rows_of_one_rank_are_told_apart_by_id) {
  create();
  auto first = item(1, 1);
  auto second = item(2, 2);
  second.event.rank = first.event.rank = 7;
  ASSERT_EQ(persist({first, second}), (std::vector{kInserted, kInserted}));
  EXPECT_EQ(ledger_->rows(code_, 7, id(1), 5)->size(), 1U);
  EXPECT_EQ(ledger_->rows(code_, 7, id(2), 5)->size(), 0U);
  EXPECT_EQ(ledger_->rows(code_, 6, id(9), 5)->size(), 2U);
}

TEST_P(LedgerContract, Dead_letters_come_in_pages_by_id_and_by_state) {
  auto retrying = unreadable(4);
  retrying.state = DeadLetterState::kRetrying;
  ASSERT_TRUE(persist({}, {unreadable(1), unreadable(2), unreadable(3), retrying}).empty());
  const auto first = ledger_->dead_letters({}, 0, 3).value();
  ASSERT_EQ(first.size(), 3U);
  EXPECT_LT(first[0].id, first[1].id);
  EXPECT_EQ(ledger_->dead_letters({}, first.back().id, 3)->size(), 1U);
  EXPECT_EQ(letters(DeadLetterState::kOpen).size(), 3U);
  EXPECT_EQ(letters(DeadLetterState::kRetrying).size(), 1U);
  EXPECT_TRUE(letters(DeadLetterState::kStale).empty());
}

TEST_P(LedgerContract, Unattributed_counts_open_letters_that_do_not_say_whose_they_are) {
  create();
  EXPECT_EQ(ledger_->unattributed().value(), 0);
  auto half = unreadable(1);
  half.code = code_;
  auto whole = unreadable(2);
  whole.code = code_;
  whole.member = member(1);
  whole.grant = id(1);
  auto closed = unreadable(3);
  closed.state = DeadLetterState::kDiscarded;
  ASSERT_TRUE(persist({}, {half, whole, closed, unreadable(4)}).empty());
  EXPECT_EQ(ledger_->unattributed().value(), 2);
}

TEST_P(LedgerContract, A_wipe_removes_rows_and_letters_of_one_coupon) {
  create();
  create("OTHER");
  ASSERT_EQ(persist({item(1, 1), item(1, 2), item(8, 8, 1, "OTHER")}).size(), 3U);
  ASSERT_TRUE(ledger_->bump_epoch(code_, 1));
  ASSERT_TRUE(ledger_->wipe(code_));
  EXPECT_EQ(ledger_->counts(code_)->issued, 0);
  EXPECT_TRUE(letters().empty());
  EXPECT_TRUE(ledger_->coupon(code_));
  EXPECT_EQ(ledger_->counts(code("OTHER"))->issued, 1);
  EXPECT_EQ(persist({item(1, 1)}).front(), kStale);
  EXPECT_EQ(persist({item(1, 1, 2)}).front(), kInserted);
}

COUPON_CONTRACT(LedgerContract);

}  // namespace
}  // namespace coupon::test
