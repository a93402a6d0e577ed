// Rows of the ledger edited by hand: reconcile says so, what can be mended is, what cannot is named with what to do,
// and nobody gets a place too many.

#include <algorithm>
#include <gtest/gtest.h>

#include "functional/pipeline.hpp"
#include "functional/pipeline_truth.hpp"

namespace coupon::test {

namespace {

constexpr int kEditedPlaces = 8;
constexpr int kEditedHolders = 5;

std::string of(const std::string& member) { return "user_id = '" + member + "'"; }

class RowDoor : public testing::Test {
 protected:
  RowDoor() {
    pipeline_.create(kEditedPlaces);
    pipeline_.work({"--rebuild-interval", "1h", "--reconcile-interval", "1h", "--dlt-attempts", "1"});
    service_ = &pipeline_.serve();
    for (int i = 0; i < kEditedHolders; ++i) take("holder-" + std::to_string(i));
    expect_settled(pipeline_);
  }

  int ask(const std::string& member) {
    const auto answer = service_->issue(kCode, member, {"Idempotency-Key: " + member});
    if (answer.status == 200) told_.issued[member] = json_of(answer)["data"]["issueId"];
    return answer.status;
  }
  void take(const std::string& member) { EXPECT_EQ(ask(member), 200) << member; }

  /// couponctl does this with exit code `code`, and says `word`.
  void expect_said(std::vector<std::string> arguments, int code, const std::string& word) {
    const auto done = pipeline_.ctl(std::move(arguments));
    EXPECT_EQ(done.code, code) << done.out << done.err;
    EXPECT_TRUE((done.out + done.err).contains(word)) << word << " is not in: " << done.out << done.err;
  }
  void expect_planned(const std::string& difference) { expect_said({"reconcile", "--plan", kCode}, 1, difference); }
  void apply() {
    const auto done = pipeline_.ctl({"reconcile", "--apply", kCode});
    EXPECT_EQ(done.code, 0) << done.out << done.err;
  }
  void rebuild() { expect_said({"gate", "rebuild", kCode}, 0, "rebuilt"); }

  /// Whoever comes now gets what is left, and nothing more.
  void expect_no_place_too_many() {
    for (int i = 0; i < kEditedPlaces; ++i) {
      const auto status = ask("late-" + std::to_string(i));
      EXPECT_TRUE(status == 200 || status == 409) << status;
    }
    expect_truth(pipeline_, kEditedPlaces, told_);
    EXPECT_EQ(live_rows(pipeline_).size(), static_cast<std::size_t>(kEditedPlaces));
  }

  Pipeline pipeline_;
  Service* service_ = nullptr;
  Told told_;
};

}  // namespace

TEST_F(RowDoor, a_row_that_was_deleted_is_published_again) {
  pipeline_.sql("DELETE FROM issues WHERE " + of("holder-1"));
  expect_planned("lost_record");
  apply();
  expect_no_place_too_many();
}

TEST_F(RowDoor, a_row_that_was_revoked_frees_its_place) {
  pipeline_.sql("UPDATE issues SET state = 'REVOKED' WHERE " + of("holder-1"));
  expect_planned("revoked_held");
  apply();
  told_.issued.erase("holder-1");
  expect_no_place_too_many();
}

TEST_F(RowDoor, a_row_that_was_used_is_as_good_as_before) {
  pipeline_.sql("UPDATE issues SET state = 'USED' WHERE " + of("holder-1"));
  expect_said({"reconcile", "--plan", kCode}, 0, "");
  expect_no_place_too_many();
}

TEST_F(RowDoor, a_row_of_another_id_wins) {
  pipeline_.sql("UPDATE issues SET grant_id = UNHEX('0198000000000000000000000000ABCD') WHERE " + of("holder-1"));
  expect_planned("other_grant");
  apply();
  const auto told = json_of(service_->issue(kCode, "holder-1"));
  told_.issued["holder-1"] = told["data"]["issueId"];
  EXPECT_EQ(told_.issued["holder-1"], live_rows(pipeline_).at("holder-1").id);
  expect_no_place_too_many();
}

TEST_F(RowDoor, a_row_of_another_member_is_two_differences) {
  pipeline_.sql("UPDATE issues SET user_id = 'somebody' WHERE " + of("holder-1"));
  expect_planned("missing_in_gate");
  apply();
  // The id is the ledger's, so the row's member has it, and the other one's place is free at the next rebuild.
  rebuild();
  told_.issued.erase("holder-1");
  told_.unsure.insert("somebody");
  expect_no_place_too_many();
}

TEST_F(RowDoor, a_quota_below_what_is_held_gives_no_more) {
  pipeline_.sql("UPDATE coupons SET quota = 2");
  expect_planned("values");
  apply();
  EXPECT_EQ(ask("late"), 409);
  EXPECT_EQ(live_rows(pipeline_).size(), static_cast<std::size_t>(kEditedHolders));
  expect_said({"stock", "top-up", kCode, "--to", std::to_string(kEditedPlaces)}, 0, "");
  expect_no_place_too_many();
}

TEST_F(RowDoor, an_epoch_that_was_lowered_is_named_with_its_remedy) {
  pipeline_.sql("UPDATE coupons SET epoch = 0");
  expect_planned("couponctl gate rebuild");
  expect_said({"gate", "rebuild", kCode}, 1, "set coupons.epoch of FLASH100 to 1");
  pipeline_.sql("UPDATE coupons SET epoch = 1");
  rebuild();
  expect_no_place_too_many();
}

TEST_F(RowDoor, an_epoch_that_was_raised_loses_nothing_that_was_told) {
  pipeline_.sql("UPDATE coupons SET epoch = 9");
  take("meanwhile");  // its record is of an epoch that is over
  expect_planned("couponctl gate rebuild");
  rebuild();
  expect_no_place_too_many();
}

TEST_F(RowDoor, a_rank_that_nobody_gave_is_told_and_does_not_go_on) {
  pipeline_.sql("UPDATE issues SET rank_no = 9223372036854775807 WHERE " + of("holder-1"));
  expect_planned("other_rank");
  rebuild();
  take("next");
  EXPECT_LE(pipeline_.number("SELECT rank_no FROM issues WHERE " + of("next")), kEditedPlaces + 1);
  pipeline_.sql("UPDATE issues SET rank_no = 2 WHERE " + of("holder-1"));
  rebuild();
  expect_no_place_too_many();
}

TEST_F(RowDoor, a_rank_that_is_there_twice_is_told) {
  pipeline_.sql("UPDATE issues SET rank_no = 1 WHERE " + of("holder-1"));
  expect_planned("other_rank");
  pipeline_.sql("UPDATE issues SET rank_no = 2 WHERE " + of("holder-1"));
  expect_no_place_too_many();
}

TEST_F(RowDoor, a_member_that_is_none_is_named_by_its_row) {
  const auto id = pipeline_.sql("SELECT HEX(grant_id) FROM issues WHERE " + of("holder-1"));
  for (const auto* member : {"a b", "", "x\\0y", "\\'; DROP TABLE issues; --"}) {
    pipeline_.sql("UPDATE issues SET user_id = '" + std::string(member) + "' WHERE grant_id = UNHEX('" + id + "')");
    expect_planned("issues.grant_id 0x" + id);
    expect_said({"gate", "rebuild", kCode}, 1, "issues.grant_id 0x" + id);
  }
  EXPECT_EQ(ask("late"), 503) << "the failed rebuild has fenced it";
  pipeline_.sql("UPDATE issues SET user_id = 'holder-1' WHERE grant_id = UNHEX('" + id + "')");
  rebuild();
  expect_no_place_too_many();
}

TEST_F(RowDoor, states_that_are_none_are_named_by_their_row) {
  const auto id = pipeline_.sql("SELECT HEX(grant_id) FROM issues WHERE " + of("holder-1"));
  pipeline_.sql("SET sql_mode = ''; UPDATE issues SET state = 'LOST' WHERE " + of("holder-1"));
  expect_planned("issues.grant_id 0x" + id);
  pipeline_.sql("UPDATE issues SET state = 'ISSUED' WHERE " + of("holder-1"));
  pipeline_.sql("SET sql_mode = ''; UPDATE coupons SET state = 'LOST'");
  expect_planned("coupon FLASH100");
  EXPECT_EQ(service_->get("/api/v1/coupons/FLASH100").status, 503);
  pipeline_.sql("UPDATE coupons SET state = 'OPEN'");
  expect_no_place_too_many();
}

TEST_F(RowDoor, letters_of_garbage_are_listed_shown_and_closed) {
  const auto insert = [&](const std::string& values) {
    pipeline_.sql(
        "INSERT INTO failed_coupon_issues (origin_partition, origin_offset, origin_ms, `key`, raw, error_class, error,"
        " created_ms, updated_ms, state, code, user_id, grant_id, headers) VALUES " +
        values);
  };
  insert("(-1, -1, -1, '', '', '', '', 0, 0, 'OPEN', NULL, NULL, NULL, NULL)");
  insert(
      "(0, 1, 9223372036854775807, 'k', UNHEX('FF00FE'), 'x', 'y', -1, 9223372036854775807, 'OPEN', 'FLASH100',"
      " 'a b', NULL, '99999999999999999999:x')");
  insert("(0, 2, 0, 'k', '{', 'x', 'y', 0, 0, 'RETRYING', 'a b', 'm', UNHEX('00'), UNHEX('FF'))");
  insert("(0, 3, 0, 'k', '{}', 'x', 'y', 0, 0, 'OPEN', 'FLASH100', 'm', REPEAT('x', 16), '1:a1:b5:c')");
  ASSERT_TRUE(eventually([&] { return pipeline_.ctl_json({"dlt", "list", "--state", "OPEN"}).size() == 4; }));
  const auto exported = pipeline_.ctl({"dlt", "export"});
  EXPECT_EQ(exported.code, 0) << exported.err;
  EXPECT_EQ(std::count(exported.out.begin(), exported.out.end(), '\n'), 4) << exported.out;
  // Of the last one code, member and id can be read: it becomes a row, and takes a place.
  expect_said({"dlt", "redrive", "--all"}, 1, "3 left open");
  told_.unsure.insert("m");
  expect_said({"dlt", "discard", "--all", "--reason", "by hand"}, 0, "3 closed");
  expect_no_place_too_many();
}

}  // namespace coupon::test
