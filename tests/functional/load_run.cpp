#include "functional/load_run.hpp"

#include <chrono>

#include "functional/programs.hpp"

namespace coupon::test {

namespace {

constexpr std::chrono::seconds kPatience{150};

const nlohmann::json* find(const nlohmann::json& all, const char* key, const std::string& value) {
  for (const auto& one : all) {
    if (one.at(key) == value) return &one;
  }
  return nullptr;
}

}  // namespace

std::string LoadRun::status_of(const std::string& invariant) const {
  const auto* found = find(repeat().at("invariants"), "name", invariant);
  return found == nullptr ? "" : found->at("status").get<std::string>();
}

std::string LoadRun::examples_of(const std::string& invariant) const {
  std::string rows;
  const auto* found = find(repeat().at("invariants"), "name", invariant);
  if (found == nullptr) return rows;
  for (const auto& example : found->at("examples")) rows += example.get<std::string>() + "\n";
  return rows;
}

std::int64_t LoadRun::count_of(const std::string& outcome) const {
  const auto* found = find(repeat().at("classes"), "class", outcome);
  return found == nullptr ? 0 : found->at("count").get<std::int64_t>();
}

std::vector<std::string> LoadRun::violated() const {
  std::vector<std::string> names;
  for (const auto& one : repeat().at("invariants")) {
    if (one.at("status") == "fail") names.push_back(one.at("name"));
  }
  return names;
}

bool LoadRun::valid() const { return repeat().at("validity").at("status") == "valid"; }

LoadRun load(std::vector<std::string> arguments) {
  const TempFolder folder;
  const auto file = folder.file("run.json");
  arguments.insert(arguments.begin(), program("couponload"));
  arguments.insert(arguments.end(), {"--quiet", "--out", file});
  Process process(std::move(arguments));
  LoadRun run;
  run.code = process.wait(kPatience);
  run.out = process.out();
  run.err = process.err();
  run.result = nlohmann::json::parse(read_file(file), nullptr, false);
  if (run.result.is_discarded()) run.result = nullptr;
  return run;
}

std::vector<std::string> correctness_only(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--max-lag", "1h", "--max-run-delay", "100"});
  return arguments;
}

}  // namespace coupon::test
