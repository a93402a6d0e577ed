// What the servers of a Pipeline say themselves, through their own tools.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sstream>
#include <utility>

#include "functional/pipeline.hpp"
#include "functional/pipeline_tools.hpp"

namespace coupon::test {

std::string Pipeline::redis(std::vector<std::string> command) const {
  command.insert(command.begin(), {"redis-cli", "-p", std::to_string(redis_port_), "-e", "--raw"});
  return output_of(std::move(command));
}

std::string Pipeline::sql(const std::string& statement) const {
  return output_of(mariadb(mysql_port_, "USE " + database_ + "; " + statement));
}

std::int64_t Pipeline::number(const std::string& query) const {
  const auto text = sql(query);
  return text.empty() ? -1 : std::stoll(text);
}

std::string Pipeline::kcat(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), {"kcat", "-b", endpoint(kafka_port_), "-t", topic_});
  return output_of(std::move(arguments));
}

std::vector<TopicRecord> Pipeline::records() const {
  std::vector<TopicRecord> records;
  std::istringstream lines(kcat({"-C", "-o", "beginning", "-e", "-q", "-J"}));
  for (std::string line; std::getline(lines, line);) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    TopicRecord record{json.value("partition", -1), json.value("key", ""), json.value("payload", ""), {}};
    const auto headers = json.value("headers", nlohmann::json::array());
    for (std::size_t i = 0; i + 1 < headers.size(); i += 2) record.headers[headers[i]] = headers[i + 1];
    records.push_back(std::move(record));
  }
  return records;
}

void Pipeline::produce(const TopicRecord& record) const {
  const auto file = folder_.file("record");
  write_file(file, record.value);
  std::vector<std::string> arguments{"-P", "-p", std::to_string(record.partition), "-k", record.key};
  for (const auto& [name, value] : record.headers)
    arguments.insert(arguments.end(), {"-H", fmt::format("{}={}", name, value)});
  arguments.push_back(file);
  kcat(std::move(arguments));
}

}  // namespace coupon::test
