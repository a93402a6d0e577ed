#include "functional/books.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <utility>

#include "functional/programs.hpp"

namespace coupon::test {

namespace {

constexpr const char* kLettersMax = "1000000";

std::map<std::string, std::string> open_letters(const Ctl& ctl) {
  std::map<std::string, std::string> letters;
  for (const auto* state : {"RETRYING", "OPEN"}) {
    const auto listed = ctl({"dlt", "list", "--code", kCode, "--state", state, "--limit", kLettersMax, "-o", "json"});
    EXPECT_EQ(listed.code, 0) << listed.err;
    const auto all = nlohmann::json::parse(listed.out, nullptr, false);
    EXPECT_TRUE(all.is_array()) << listed.out;
    for (const auto& letter : all) {
      if (!letter["member"].is_null()) letters[letter["member"]] = letter["issue_id"];
    }
  }
  return letters;
}

void expect_kept(const std::map<std::string, std::string>& told, const char* answer, const Books& books) {
  for (const auto& [member, id] : told) {
    const auto row = books.rows.find(member);
    const auto letter = books.letters.find(member);
    if (row != books.rows.end()) {
      EXPECT_EQ(row->second.id, id) << member << " has another grant than the one it was told with " << answer;
    } else if (letter != books.letters.end()) {
      EXPECT_EQ(letter->second, id) << member << " has another dead letter than what it was told with " << answer;
    } else {
      ADD_FAILURE() << "answered with " << answer << " and lost: " << member << " " << id;
    }
  }
}

void expect_same(const Books& books) {
  EXPECT_EQ(books.held.size(), books.rows.size() + books.letters.size());
  for (const auto& [member, id] : books.held) {
    const auto row = books.rows.find(member);
    const auto letter = books.letters.find(member);
    const bool there =
        row != books.rows.end() ? row->second.id == id : letter != books.letters.end() && letter->second == id;
    EXPECT_TRUE(there) << "held in the gate, and not in the ledger: " << member << " " << id;
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

std::map<std::string, Row> live_rows(const Ctl& ctl) {
  const auto exported = ctl({"issues", "export", kCode, "-o", "json"});
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

Books read_books(const Ctl& ctl, std::map<std::string, std::string> held) {
  // In the order of a letter's life, so that one that moves on meanwhile is met at least once: it becomes a row.
  auto letters = open_letters(ctl);
  auto rows = live_rows(ctl);
  std::erase_if(letters, [&rows](const auto& letter) { return rows.contains(letter.first); });
  return {std::move(rows), std::move(letters), std::move(held)};
}

void expect_promises(const Books& books, std::int64_t quota, const Told& told, bool lost) {
  EXPECT_TRUE(told.others.empty()) << told.others.begin()->first << " " << told.others.begin()->second << " times";
  EXPECT_LE(static_cast<std::int64_t>(books.rows.size() + books.letters.size()), quota);
  EXPECT_LE(static_cast<std::int64_t>(books.held.size()), quota);
  expect_kept(told.issued, "200", books);
  if (!lost) expect_kept(told.pending, "202", books);
  expect_same(books);
  expect_asked(books.rows, told);
}

void expect_nothing_to_reconcile(const Ctl& ctl) {
  Finished planned;
  // What differs is printed; a server that is short of time is not a difference.
  static_cast<void>(eventually([&] {
    planned = ctl({"reconcile", kCode, "--plan"});
    return planned.code == 0 || !planned.out.empty();
  }));
  EXPECT_EQ(planned.code, 0) << planned.out << planned.err;
}

}  // namespace coupon::test
