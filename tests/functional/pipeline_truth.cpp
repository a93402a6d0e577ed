#include "functional/pipeline_truth.hpp"

#include <gtest/gtest.h>
#include <set>
#include <sstream>

namespace coupon::test {

namespace {

// member -> id of the dead letters that hold a place.
std::map<std::string, std::string> open_letters(const Pipeline& pipeline) {
  std::map<std::string, std::string> letters;
  std::istringstream lines(
      pipeline.sql("SELECT user_id, LOWER(HEX(grant_id)) FROM failed_coupon_issues WHERE state IN ('RETRYING', 'OPEN') "
                   "AND user_id IS NOT NULL AND code = '" +
                   std::string(kCode) + "'"));
  for (std::string member, id; lines >> member >> id;) letters[member] = id;
  return letters;
}

// Dead letters that may become rows at any moment, without anybody's help.
std::int64_t retrying(const Pipeline& pipeline) {
  return pipeline.number("SELECT COUNT(*) FROM failed_coupon_issues WHERE state = 'RETRYING'");
}

void expect_kept(const std::map<std::string, std::string>& told, const char* answer,
                 const std::map<std::string, Row>& rows, const std::map<std::string, std::string>& letters) {
  for (const auto& [member, id] : told) {
    const auto row = rows.find(member);
    if (row != rows.end()) {
      EXPECT_EQ(row->second.id, id) << member << " has another grant than the one it was told with " << answer;
    } else {
      EXPECT_TRUE(letters.contains(member)) << "answered with " << answer << " and lost: " << member << " " << id;
    }
  }
}

void expect_asked(const std::map<std::string, Row>& rows, const Told& told) {
  for (const auto& [member, row] : rows) {
    EXPECT_TRUE(told.issued.contains(member) || told.pending.contains(member) || told.unsure.contains(member))
        << "a row for a member who was " << (told.refused.contains(member) ? "refused" : "never there") << ": "
        << member;
  }
}

}  // namespace

std::map<std::string, Row> live_rows(const Pipeline& pipeline) {
  const auto exported = pipeline.ctl({"issues", "export", kCode, "-o", "json"});
  EXPECT_EQ(exported.code, 0) << exported.err;
  std::map<std::string, Row> rows;
  std::set<std::string> ids;
  std::set<std::int64_t> ranks;
  std::istringstream lines(exported.out);
  for (std::string line; std::getline(lines, line);) {
    const auto row = nlohmann::json::parse(line, nullptr, false);
    if (!row.is_object()) {
      ADD_FAILURE() << "not a row: " << line;
      continue;
    }
    if (row["state"] == "REVOKED") continue;
    EXPECT_TRUE(rows.emplace(row["member"], Row{row["issue_id"], row["state"], row["rank"]}).second)
        << "twice: " << line;
    EXPECT_TRUE(ids.insert(row["issue_id"]).second) << "one id for two: " << line;
    EXPECT_TRUE(ranks.insert(row["rank"].get<std::int64_t>()).second) << "one rank for two: " << line;
  }
  return rows;
}

std::map<std::string, std::string> held_in_gate(const Pipeline& pipeline) {
  std::map<std::string, std::string> held;
  std::istringstream lines(pipeline.redis({"HGETALL", "c:{" + std::string(kCode) + "}:g"}));
  for (std::string member, value; std::getline(lines, member) && std::getline(lines, value);) {
    held[member] = value.substr(0, value.find(' '));
  }
  return held;
}

void expect_settled(const Pipeline& pipeline) {
  EXPECT_TRUE(eventually([&] {
    const auto stock = pipeline.stock();
    return stock["gate"] == "serving" && stock["pending"] == 0 && pipeline.lag() == 0 && retrying(pipeline) == 0;
  })) << pipeline.stock()
      << " lag " << pipeline.lag();
}

void expect_truth(const Pipeline& pipeline, std::int64_t quota, const Told& told, bool lost) {
  EXPECT_TRUE(told.others.empty()) << told.others.begin()->first << " " << told.others.begin()->second << " times";
  expect_settled(pipeline);
  const auto rows = live_rows(pipeline);
  const auto letters = open_letters(pipeline);
  const auto held = held_in_gate(pipeline);
  EXPECT_LE(static_cast<std::int64_t>(rows.size() + letters.size()), quota);
  EXPECT_LE(static_cast<std::int64_t>(held.size()), quota);
  expect_kept(told.issued, "200", rows, letters);
  if (!lost) expect_kept(told.pending, "202", rows, letters);
  EXPECT_EQ(held.size(), rows.size() + letters.size());
  for (const auto& [member, id] : held) {
    const auto row = rows.find(member);
    EXPECT_TRUE(row == rows.end() ? letters.contains(member) : row->second.id == id)
        << "held in the gate, and not in the ledger: " << member << " " << id;
  }
  expect_asked(rows, told);
  const auto planned = pipeline.ctl({"reconcile", kCode, "--plan"});
  EXPECT_EQ(planned.code, 0) << planned.out << planned.err;
}

}  // namespace coupon::test
