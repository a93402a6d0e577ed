#include "faults/load_evidence.hpp"

#include <gtest/gtest.h>
#include <sstream>

namespace coupon::test {

namespace {

std::vector<std::string> command_of(std::vector<std::string> arguments, std::uint16_t port, const std::string& out) {
  arguments.insert(arguments.begin(), program("couponload"));
  arguments.insert(arguments.begin() + 2, "http://127.0.0.1:" + std::to_string(port));
  arguments.insert(arguments.end(), {"--code", kCode, "--evidence", "all", "--max-lag", "1h", "--max-run-delay", "100",
                                     "--quiet", "--out", out});
  return arguments;
}

void hear(Told& told, const std::string& member, const nlohmann::json& row) {
  const auto kind = row.value("class", "");
  const auto id = row.value("id", "");
  if (kind == "issued" || kind == "pending") {
    auto& heard = kind == "issued" ? told.issued : told.pending;
    const auto [place, first] = heard.emplace(member, id);
    EXPECT_TRUE(first || place->second == id) << member << " was told of two grants";
  } else if (kind == "sold_out") {
    told.refused.insert(member);
  } else if (kind == "refused") {
    ++told.later[std::to_string(row.value("status", 0)) + " " + row.value("code", "")];
    told.unsure.insert(member);
  } else {
    told.unsure.insert(member);
  }
}

}  // namespace

LoadBeside::LoadBeside(std::vector<std::string> arguments, std::uint16_t port)
    : process_(command_of(std::move(arguments), port, folder_.file("run.json"))) {}

Told LoadBeside::told() const {
  Told told;
  const auto rows = run({"gzip", "-dc", folder_.file("run.ndjson.gz")});
  EXPECT_EQ(rows.code, 0) << rows.err;
  std::istringstream lines(rows.out);
  for (std::string line; std::getline(lines, line);) {
    const auto row = nlohmann::json::parse(line, nullptr, false);
    if (row.is_object()) {
      hear(told, row.value("member", ""), row);
    } else {
      ADD_FAILURE() << "not a row of evidence: " << line;
    }
  }
  for (const auto& [member, id] : told.issued) told.pending.erase(member);
  return told;
}

std::int64_t rows_of(const Pipeline& pipeline) { return pipeline.number("SELECT COUNT(*) FROM issues"); }

}  // namespace coupon::test
