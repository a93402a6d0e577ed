#include "service/persister.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coupon/event.hpp"

namespace coupon::test {

using base::Errc;
using base::Result;
using service::Persister;
using testing::_;
using testing::InSequence;
using testing::NiceMock;
using testing::Return;

namespace {

class MockReader : public JournalReader {
 public:
  MOCK_METHOD(Result<std::vector<ConsumedRecord>>, poll, (std::size_t, std::int64_t), (override));
  MOCK_METHOD(Result<>, commit, (const Positions&), (override));
  MOCK_METHOD(Result<>, rewind, (), (override));
  MOCK_METHOD(Result<>, hold, (std::int32_t), (override));
  MOCK_METHOD(Result<Positions>, end, (), (override));
  MOCK_METHOD(Result<Positions>, committed, (), (override));
};

class MockLedger : public Ledger {
 public:
  MOCK_METHOD(Result<>, create, (const Coupon&), (override));
  MOCK_METHOD(Result<Coupon>, coupon, (const CouponCode&, bool), (override));
  MOCK_METHOD(Result<std::vector<Coupon>>, coupons, (std::string_view, std::size_t), (override));
  MOCK_METHOD(Result<Coupon>, change,
              (const CouponCode&, std::uint64_t, std::optional<std::uint32_t>, const CouponChange&), (override));
  MOCK_METHOD(Result<>, bump_epoch, (const CouponCode&, std::uint32_t), (override));
  MOCK_METHOD(Result<std::vector<PersistOutcome>>, persist,
              (const std::vector<PersistItem>&, const std::vector<DeadLetter>&), (override));
  MOCK_METHOD(Result<std::optional<LedgerRow>>, row, (const GrantId&), (override));
  MOCK_METHOD(Result<std::optional<LedgerRow>>, find, (const CouponCode&, const MemberId&), (override));
  MOCK_METHOD(Result<std::vector<LedgerRow>>, rows, (const CouponCode&, std::int64_t, const GrantId&, std::size_t),
              (override));
  MOCK_METHOD(Result<Counts>, counts, (const CouponCode&), (override));
  MOCK_METHOD(Result<LedgerSnapshot>, snapshot, (const CouponCode&), (override));
  MOCK_METHOD(Result<bool>, revoke, (const CouponCode&, const GrantRef&, std::string_view), (override));
  MOCK_METHOD(Result<std::vector<DeadLetter>>, dead_letters, (const DeadLetterFilter&, std::int64_t, std::size_t),
              (override));
  MOCK_METHOD(Result<DeadLetter>, dead_letter, (std::int64_t), (override));
  MOCK_METHOD(Result<RetryPass>, retry_letters, (std::size_t, const RetryPolicy&, std::int64_t), (override));
  MOCK_METHOD(Result<RedriveReport>, redrive, (std::int64_t), (override));
  MOCK_METHOD(Result<DiscardReport>, discard, (std::int64_t, std::string_view), (override));
  MOCK_METHOD(Result<std::int64_t>, unattributed, (), (override));
  MOCK_METHOD(Result<>, wipe, (const CouponCode&), (override));
  MOCK_METHOD(Result<>, ping, (), (override));
};

ConsumedRecord record(std::int64_t offset, std::string value, std::int32_t partition = 0) {
  return {partition, offset, 1, "m", std::move(value), {{"code", "A"}, {"user", "m"}, {"epoch", "3"}}};
}

std::string value(const std::string& member) {
  GrantId id;
  id.bytes[15] = static_cast<std::uint8_t>(member.size());
  return encode_value({*CouponCode::parse("A"), *MemberId::parse(member), id, 1, 1, 3});
}

std::string newer_value() { return R"({"v":2,"anything":true})"; }

std::vector<PersistOutcome> inserted(std::size_t count) {
  return std::vector<PersistOutcome>(count, PersistOutcome::kInserted);
}

}  // namespace

class PersisterTest : public testing::Test {
 protected:
  void deliver(std::vector<ConsumedRecord> records) {
    EXPECT_CALL(reader, poll(_, _)).WillOnce(Return(std::move(records)));
  }
  NiceMock<MockReader> reader;
  NiceMock<MockLedger> ledger;
  base::Metrics metrics;
  Persister persister{reader, ledger, {.batch_max = 10}, metrics};
};

TEST_F(PersisterTest, commits_the_position_only_after_the_ledger) {
  deliver({record(5, value("a")), record(6, value("b"))});
  InSequence order;
  EXPECT_CALL(ledger, persist(testing::SizeIs(2), testing::IsEmpty())).WillOnce(Return(inserted(2)));
  EXPECT_CALL(reader, commit(Positions{{0, 7}})).WillOnce(Return(Result<>{}));
  const auto pass = persister.pass(0);
  ASSERT_TRUE(pass);
  EXPECT_EQ(pass->records, 2U);
  EXPECT_EQ(pass->outcomes[0], 2U);
}

TEST_F(PersisterTest, an_empty_poll_touches_nothing) {
  deliver({});
  EXPECT_CALL(ledger, persist(_, _)).Times(0);
  EXPECT_CALL(reader, commit(_)).Times(0);
  EXPECT_TRUE(persister.pass(0));
}

TEST_F(PersisterTest, a_transient_failure_commits_nothing_and_goes_back) {
  deliver({record(5, value("a"))});
  EXPECT_CALL(ledger, persist(_, _)).WillOnce(Return(base::fail_retryable(Errc::kIo, "disk full")));
  EXPECT_CALL(reader, commit(_)).Times(0);
  EXPECT_CALL(reader, rewind()).WillOnce(Return(Result<>{}));
  const auto pass = persister.pass(0);
  ASSERT_FALSE(pass);
  EXPECT_TRUE(pass.error().retryable);
}

TEST_F(PersisterTest, a_failed_position_is_an_error_that_goes_back) {
  deliver({record(5, value("a"))});
  EXPECT_CALL(ledger, persist(_, _)).WillOnce(Return(inserted(1)));
  EXPECT_CALL(reader, commit(_)).WillOnce(Return(base::fail_retryable(Errc::kUnavailable, "gone")));
  EXPECT_CALL(reader, rewind()).WillOnce(Return(Result<>{}));
  EXPECT_FALSE(persister.pass(0));
}

TEST_F(PersisterTest, an_unreadable_record_becomes_a_dead_letter_beside_its_neighbours) {
  deliver({record(5, value("a")), record(6, "garbage"), record(7, value("b"))});
  EXPECT_CALL(ledger, persist(testing::SizeIs(2), testing::SizeIs(1)))
      .WillOnce([](const std::vector<PersistItem>&, const std::vector<DeadLetter>& dead) {
        EXPECT_EQ(dead[0].error_class, "unreadable");
        EXPECT_EQ(dead[0].record.value, "garbage");
        EXPECT_EQ(dead[0].code->text(), "A");
        EXPECT_EQ(dead[0].member->text(), "m");
        EXPECT_EQ(dead[0].epoch, 3U);
        return inserted(2);
      });
  EXPECT_CALL(reader, commit(Positions{{0, 8}})).WillOnce(Return(Result<>{}));
  EXPECT_EQ(persister.pass(0)->dead, 1U);
}

TEST_F(PersisterTest, one_record_that_the_ledger_rejects_is_found_and_parked_alone) {
  std::vector<ConsumedRecord> records;
  for (int i = 0; i < 8; ++i) records.push_back(record(i, value(i == 5 ? "poison" : "m")));
  deliver(std::move(records));
  std::size_t stored = 0;
  std::vector<DeadLetter> parked;
  EXPECT_CALL(ledger, persist(_, _))
      .WillRepeatedly([&](const std::vector<PersistItem>& items,
                          const std::vector<DeadLetter>& dead) -> Result<std::vector<PersistOutcome>> {
        for (const auto& item : items) {
          if (item.event.member.text() == "poison") return base::fail(Errc::kConflict, "constraint failed");
        }
        stored += items.size();
        parked.insert(parked.end(), dead.begin(), dead.end());
        return inserted(items.size());
      });
  EXPECT_CALL(reader, commit(Positions{{0, 8}})).WillOnce(Return(Result<>{}));
  ASSERT_TRUE(persister.pass(0));
  EXPECT_EQ(stored, 7U);
  ASSERT_EQ(parked.size(), 1U);
  EXPECT_EQ(parked[0].error_class, "rejected");
  EXPECT_EQ(parked[0].record.offset, 5);
}

TEST_F(PersisterTest, a_ledger_that_cannot_write_parks_nobody) {
  deliver({record(5, value("a")), record(6, value("b"))});
  EXPECT_CALL(ledger, persist(_, _)).WillOnce(Return(base::fail(Errc::kIo, "read-only")));
  EXPECT_CALL(reader, commit(_)).Times(0);
  EXPECT_FALSE(persister.pass(0));
}

TEST_F(PersisterTest, a_newer_record_stops_its_partition_and_no_other) {
  deliver({record(5, value("a")), record(6, newer_value()), record(7, value("b")), record(1, value("c"), 1)});
  EXPECT_CALL(ledger, persist(testing::SizeIs(2), testing::IsEmpty())).WillOnce(Return(inserted(2)));
  EXPECT_CALL(reader, commit(Positions{{0, 6}, {1, 2}})).WillOnce(Return(Result<>{}));
  EXPECT_CALL(reader, hold(0)).WillOnce(Return(Result<>{}));
  EXPECT_CALL(reader, rewind()).Times(0);
  const auto pass = persister.pass(0);
  ASSERT_TRUE(pass);
  EXPECT_TRUE(pass->blocked);
  EXPECT_NE(persister.trouble().find("newer version"), std::string::npos);
}

TEST(Announcement, of_a_record_too_large_to_pass_on_is_cut_and_says_so) {
  DeadLetter letter;
  letter.record = record(7, std::string(1'000'000, 'x'));
  const auto copy = service::copy_of(letter, "test", 1);
  EXPECT_LE(copy.value.size(), service::kCopyBytesMax);
  EXPECT_TRUE(letter.record.value.starts_with(copy.value));
  EXPECT_EQ(copy.headers.back().name, "cut-from");
  EXPECT_GT(std::stoul(copy.headers.back().value), 1'000'000U);

  auto large = record(8, value("m"));
  large.headers.push_back({"x", std::string(1'000'000, 'x')});
  const auto event = decode(large.value);
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(service::news_of(*event, large).value, encode_value(*event));
}

}  // namespace coupon::test
