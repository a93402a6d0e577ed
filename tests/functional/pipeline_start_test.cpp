// Programs that cannot start say which engine, why, and what to do about it.

#include <algorithm>
#include <filesystem>
#include <functional>
#include <gtest/gtest.h>
#include <iterator>
#include <ostream>

#include "functional/pipeline.hpp"
#include "functional/pipeline_tools.hpp"

namespace coupon::test {

namespace {

using Flags = std::vector<std::string>;

void replace(Flags& flags, const std::string& flag, const std::string& value) {
  *std::next(std::ranges::find(flags, flag)) = value;
}

struct Broken {
  const char* name;
  PipelineSetup setup;
  /// Breaks something, in the servers or in the flags.
  std::function<void(const Pipeline&, Flags&)> act;
  std::vector<std::string> says;
  std::string mend;  ///< what the message must tell to do
};

std::ostream& operator<<(std::ostream& out, const Broken& broken) { return out << broken.name; }

void close_port_of(const char* flag, const char* scheme, const char* path, Flags& flags) {
  replace(flags, flag, scheme + endpoint(free_port()) + path);
}

void add_password(const char* flag, const Pipeline& pipeline, Flags& flags) {
  const auto file = pipeline.servers().folder() + "/password";
  write_file(file, "secret of another server\n");
  flags.insert(flags.end(), {flag, file});
}

const std::vector<Broken>& broken_starts() {
  static const std::vector<Broken> kAll{
      {"Redis_down",
       {},
       [](const Pipeline&, Flags& flags) { close_port_of("--gate", "redis://", "", flags); },
       {"gate", "Redis", "127.0.0.1:", "Connection refused"},
       "is its address right?"},
      {"Redis_password_missing",
       {.redis_options = "--requirepass secret"},
       [](const Pipeline&, Flags&) {},
       {"gate", "Redis", "NOAUTH"},
       "--gate-password-file"},
      {"Redis_password_wrong",
       {.redis_options = "--requirepass secret"},
       [](const Pipeline& pipeline, Flags& flags) { add_password("--gate-password-file", pipeline, flags); },
       {"gate", "Redis", "WRONGPASS"},
       "check COUPON_GATE_PASSWORD"},
      {"Kafka_down",
       {},
       [](const Pipeline&, Flags& flags) { close_port_of("--journal", "kafka://", "", flags); },
       {"journal"},
       "are the brokers up, and is their address right?"},
      {"topic_missing",
       {},
       [](const Pipeline& pipeline, Flags& flags) {
         replace(flags, "--journal", "kafka://" + endpoint(pipeline.kafka_port()) + "/" + unique_word());
       },
       {"journal", "topic"},
       "couponctl topics create"},
      {"MySQL_down",
       {},
       [](const Pipeline&, Flags& flags) { close_port_of("--ledger", "mysql://root@", "/x", flags); },
       {"ledger", "MySQL"},
       "check that it runs"},
      {"MySQL_password_wrong",
       {},
       [](const Pipeline& pipeline, Flags& flags) { add_password("--ledger-password-file", pipeline, flags); },
       {"ledger", "Access denied"},
       "password"},
      {"database_missing",
       {},
       [](const Pipeline& pipeline, Flags& flags) {
         replace(flags, "--ledger", "mysql://root@" + endpoint(pipeline.mysql_port()) + "/" + unique_word());
       },
       {"ledger", "does not exist"},
       "CREATE DATABASE"},
      {"schema_missing",
       {},
       [](const Pipeline& pipeline, Flags&) { pipeline.sql("DROP TABLE schema_migrations"); },
       {"ledger", "schema"},
       "couponctl migrate"},
      {"schema_of_a_newer_program",
       {},
       [](const Pipeline& pipeline, Flags&) {
         pipeline.sql(
             "INSERT INTO schema_migrations SELECT 9999, '9999_future', applied_ms FROM schema_migrations "
             "WHERE number = 1");
       },
       {"ledger", "schema 9999"},
       "use a newer program"},
  };
  return kAll;
}

std::vector<std::string> start_line(const char* name, const Flags& flags, const char* patience) {
  std::vector<std::string> command{program(name), "--log-format", "human", "--start-timeout", patience};
  if (std::string(name) == "couponsrv") command.insert(command.end(), {"--port", "0"});
  command.insert(command.end(), flags.begin(), flags.end());
  return command;
}

}  // namespace

class PipelineStart : public testing::TestWithParam<Broken> {};

TEST_P(PipelineStart, fails_with_exit_code_1_and_names_engine_and_remedy) {
  const auto& broken = GetParam();
  const Pipeline pipeline(broken.setup);
  auto flags = pipeline.flags();
  broken.act(pipeline, flags);
  Process service(start_line("couponsrv", flags, "4s"));
  Process worker(start_line("couponworker", flags, "4s"));
  for (auto* one : {&service, &worker}) {
    EXPECT_EQ(one->wait(), 1);
    const auto said = one->err();
    const auto reason = said.find("cannot start: ");
    ASSERT_NE(reason, std::string::npos) << said;
    for (const auto& word : broken.says) EXPECT_NE(said.find(word, reason), std::string::npos) << word << ": " << said;
    EXPECT_NE(said.find(broken.mend, reason), std::string::npos) << broken.mend << ": " << said;
    EXPECT_EQ(said.find("secret"), std::string::npos) << said;
  }
}

INSTANTIATE_TEST_SUITE_P(Broken, PipelineStart, testing::ValuesIn(broken_starts()),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(PipelineLateServer, is_waited_for_at_the_start) {
  Pipeline pipeline;
  pipeline.create(1);
  pipeline.servers().kill("redis");
  const auto port_file = pipeline.servers().folder() + "/late-port";
  auto command = start_line("couponsrv", pipeline.flags(), "30s");
  command.insert(command.end(), {"--port-file", port_file});
  Process service(command);
  ASSERT_TRUE(eventually([&] { return service.err().find("Redis") != std::string::npos; })) << service.err();
  pipeline.start_redis();
  EXPECT_TRUE(eventually([&] { return std::filesystem::exists(port_file) || !service.running(); }));
  EXPECT_TRUE(service.running()) << service.err();
}

}  // namespace coupon::test
