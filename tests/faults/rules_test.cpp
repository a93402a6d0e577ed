// One rule of the protocol each, at the narrowest place where breaking it shows: everything that can come in between
// comes in between. The mutations in mutations/ take these rules away.

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <future>
#include <gtest/gtest.h>

#include "faults/scenario.hpp"
#include "faults/world.hpp"
#include "functional/pipeline_tools.hpp"
#include "functional/pipeline_truth.hpp"

namespace coupon::test {

namespace {

// Its records wait in its memory for long enough to stop or kill it before they leave, and no relay takes them over.
Service& serve_late(Pipeline& pipeline, const std::string& grace = "30s") {
  return pipeline.serve({"--journal-properties", "linger.ms=5000", "--journal-timeout", "30s", "--deadline", "29s"},
                        grace);
}

CrowdPlan one_member(const Service& service, const std::string& name) {
  return {.ports = {service.port()}, .prefix = name, .threads = 1, .asks = 1};
}

Told ask(const Service& service, const std::string& prefix, int asks) {
  PatientCrowd crowd({.ports = {service.port()}, .prefix = prefix, .threads = 1, .asks = asks});
  return crowd.join();
}

std::string gate_key(const std::string& part) { return "c:{" + std::string(kCode) + "}:" + part; }

bool building(const Pipeline& pipeline) { return pipeline.redis({"HEXISTS", gate_key("m"), "building"}) == "1"; }

// Whether confirmed or not: a grant is pending for a moment only.
void expect_held(const Pipeline& pipeline, int count) {
  ASSERT_TRUE(eventually([&] { return pipeline.redis({"HLEN", gate_key("g")}) == std::to_string(count); }));
}

void expect_pending(const Pipeline& pipeline, int count) {
  ASSERT_TRUE(eventually([&] { return pipeline.stock()["pending"] == count; })) << pipeline.stock();
}

void expect_serving(const Pipeline& pipeline) {
  ASSERT_TRUE(eventually([&] { return pipeline.stock()["gate"] == "serving"; })) << pipeline.stock();
}

void kill(Pipeline& pipeline, Service& service) {
  service.process().signal(SIGKILL);
  EXPECT_EQ(pipeline.end_of(service), 128 + SIGKILL);
}

// A dead letter of the member's grant: the ledger refuses the row until the trigger is dropped.
void refuse_rows(const Pipeline& pipeline) {
  pipeline.sql(
      "CREATE TRIGGER refuses BEFORE INSERT ON issues FOR EACH ROW "
      "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'refused for the test'");
}

// The id of the one open letter.
std::string expect_letter(const Pipeline& pipeline) {
  nlohmann::json letters;
  EXPECT_TRUE(eventually([&] {
    letters = pipeline.ctl_json({"dlt", "list", "--state", "OPEN"});
    return letters.size() == 1;
  })) << letters;
  return letters.empty() ? "0" : letters[0]["id"].dump();
}

// Holds the coupon's row in the ledger, so that its epoch cannot move, until it is ended.
class HeldCoupon {
 public:
  explicit HeldCoupon(const Pipeline& pipeline)
      : pipeline_(pipeline),
        session_(mariadb(pipeline.mysql_port(), "USE " + pipeline.database() +
                                                    "; START TRANSACTION; SELECT code FROM "
                                                    "coupons FOR UPDATE; DO SLEEP(60)")) {
    EXPECT_TRUE(eventually([&] { return id() > 0; }));
  }
  void end() {
    pipeline_.sql("KILL " + std::to_string(id()));
    EXPECT_NE(session_.wait(), 0);
  }

 private:
  [[nodiscard]] std::int64_t id() const {
    return pipeline_.number("SELECT COALESCE(MAX(id), 0) FROM information_schema.processlist WHERE db = '" +
                            pipeline_.database() + "' AND info = 'DO SLEEP(60)'");
  }
  const Pipeline& pipeline_;
  Process session_;
};

}  // namespace

TEST(Rule, nobody_is_told_200_of_what_only_the_gate_and_its_service_know) {
  Pipeline pipeline;
  pipeline.create(1);
  pipeline.work();
  auto& service = serve_late(pipeline);
  PatientCrowd crowd(one_member(service, "m"));
  expect_pending(pipeline, 1);
  kill(pipeline, service);
  pipeline.redis({"FLUSHALL"});
  crowd.stop();
  auto told = crowd.join();
  expect_serving(pipeline);
  told.add(ask(pipeline.serve(), "other", 1));
  expect_truth(pipeline, 1, told, /*lost=*/true);
  leave_row({"SIGKILL couponsrv", "FLUSHALL"}, told);
}

TEST(Rule, an_acknowledgement_that_comes_after_the_gate_was_lost_is_no_200_and_no_row) {
  Pipeline pipeline;
  pipeline.create(1);
  const auto& worker = pipeline.work();
  auto& service = serve_late(pipeline);
  PatientCrowd crowd(one_member(service, "late"));
  expect_pending(pipeline, 1);
  service.process().signal(SIGSTOP);
  pipeline.redis({"FLUSHALL"});
  expect_serving(pipeline);
  auto told = ask(pipeline.serve(), "other", 1);
  EXPECT_EQ(told.issued.size(), 1U) << "the place is free again";
  service.process().signal(SIGCONT);
  told.add(crowd.join());
  expect_truth(pipeline, 1, told, /*lost=*/true);
  EXPECT_EQ(worker.records("stale"), 1) << "the late record never came";
  leave_row({"SIGSTOP couponsrv", "FLUSHALL"}, told);
}

TEST(Rule, a_rebuild_waits_until_the_ledger_has_what_was_told) {
  Pipeline pipeline;
  pipeline.create(100);
  const auto told = ask(pipeline.serve(), "m", 20);
  EXPECT_EQ(told.issued.size(), 20U);
  pipeline.redis({"FLUSHALL"});
  auto rebuilt = std::async(std::launch::async, [&] { return pipeline.ctl({"gate", "rebuild", kCode}); });
  const auto over = [&] { return rebuilt.wait_for(std::chrono::seconds(0)) == std::future_status::ready; };
  ASSERT_TRUE(eventually([&] { return building(pipeline) || over(); }));
  pipeline.work();  // before, nobody read the journal
  EXPECT_EQ(rebuilt.get().code, 0);
  expect_truth(pipeline, 100, told);
  leave_row({"FLUSHALL", "no couponworker"}, told);
}

TEST(Rule, a_gate_in_rebuild_gives_nothing) {
  Pipeline pipeline;
  pipeline.create(100);
  pipeline.work();
  const auto& service = pipeline.serve();
  auto told = ask(service, "before", 10);
  expect_truth(pipeline, 100, told);
  HeldCoupon held(pipeline);
  auto rebuilt = std::async(std::launch::async, [&] { return pipeline.ctl({"gate", "rebuild", kCode}); });
  ASSERT_TRUE(eventually([&] { return building(pipeline); }));
  const auto answer = service.issue(kCode, "meanwhile");
  EXPECT_EQ(error_code(answer), "GATE_FENCED") << answer.body;
  if (answer.status == 200) told.issued["meanwhile"] = json_of(answer)["data"]["issueId"];
  pipeline.redis({"FLUSHALL"});
  held.end();
  EXPECT_EQ(rebuilt.get().code, 0);
  told.add(ask(service, "after", 10));
  expect_truth(pipeline, 100, told);
  leave_row({"ledger locked", "FLUSHALL"}, told);
}

TEST(Rule, of_two_rebuilds_the_one_that_was_overtaken_moves_no_epoch) {
  Pipeline pipeline;
  pipeline.create(100);
  const auto& service = pipeline.serve();
  auto told = ask(service, "before", 10);  // which nobody has read, so that a rebuild waits
  TcpProxy gate(pipeline.redis_port());
  auto command = pipeline.flags();
  command.insert(command.begin(), program("couponctl"));
  command.insert(command.end(), {"--gate", "redis://" + endpoint(gate.port()), "gate", "rebuild", kCode});
  Process overtaken(command);
  ASSERT_TRUE(eventually([&] { return building(pipeline); }));
  overtaken.signal(SIGSTOP);
  gate.refuse(true);
  gate.cut();
  pipeline.work({"--role", "persist"});
  EXPECT_EQ(pipeline.ctl({"gate", "rebuild", kCode}).code, 0);
  overtaken.signal(SIGCONT);
  EXPECT_EQ(overtaken.wait(), 1) << "it reached the gate";
  told.add(ask(service, "after", 10));
  expect_truth(pipeline, 100, told);
  leave_row({"gate rebuild frozen", "gate rebuild"}, told);
}

TEST(Rule, what_an_older_gate_holds_beyond_the_quota_is_voided) {
  Pipeline pipeline({.redis_options = "--appendfsync always"});
  pipeline.create(1);
  pipeline.work();
  auto& service = serve_late(pipeline);
  PatientCrowd crowd(one_member(service, "older"));
  expect_pending(pipeline, 1);
  kill(pipeline, service);
  crowd.stop();
  auto told = crowd.join();
  const auto data = pipeline.servers().folder() + "/redis/data";
  const auto backup = data + ".old";
  std::filesystem::copy(data, backup, std::filesystem::copy_options::recursive);
  pipeline.redis({"FLUSHALL"});
  expect_serving(pipeline);
  told.add(ask(pipeline.serve(), "newer", 1));
  EXPECT_EQ(told.issued.size(), 1U);
  expect_settled(pipeline);
  pipeline.servers().kill("redis");
  std::filesystem::remove_all(data);
  std::filesystem::rename(backup, data);
  pipeline.start_redis();
  expect_truth(pipeline, 1, told, /*lost=*/true);
  leave_row({"SIGKILL couponsrv", "FLUSHALL", "Redis rolled back to an older append-only file"}, told);
}

TEST(Rule, a_place_is_free_only_once_the_ledger_has_the_tombstone) {
  Pipeline pipeline;
  pipeline.create(1);
  refuse_rows(pipeline);
  pipeline.work({"--dlt-attempts", "1"});
  const auto& service = pipeline.serve();
  auto told = ask(service, "first", 1);
  const auto letter = expect_letter(pipeline);
  const auto discarded = pipeline.ctl({"dlt", "discard", letter, "--reason", "for the test"});
  EXPECT_EQ(discarded.code, 1) << "the ledger refuses tombstones too";
  told.add(ask(service, "second", 1));
  pipeline.sql("DROP TRIGGER refuses");
  EXPECT_EQ(pipeline.ctl({"dlt", "redrive", "--all"}).code, 0);
  expect_truth(pipeline, 1, told);
  leave_row({"MariaDB refuses rows"}, told);
}

TEST(Rule, a_second_grant_of_a_member_is_a_letter_and_its_end_does_not_touch_the_first) {
  Pipeline pipeline;
  pipeline.create(2);
  pipeline.work();
  const auto& service = pipeline.serve();
  auto told = ask(service, "m", 1);
  expect_truth(pipeline, 2, told);
  const auto& [member, id] = *told.issued.begin();
  auto record = pipeline.records().at(0);
  const std::string other = "0000000000000000000000000Z";
  record.value.replace(record.value.find(id), id.size(), other);
  record.headers["id"] = other;
  pipeline.produce(record);
  const auto letter = expect_letter(pipeline);
  EXPECT_EQ(pipeline.ctl({"dlt", "discard", letter, "--reason", "for the test"}).code, 0);
  told.add(ask(service, "more", 2));
  expect_truth(pipeline, 2, told);
  leave_row({"a record of another grant"}, told);
}

TEST(Rule, a_reduction_that_a_rebuild_has_overtaken_starts_again) {
  Pipeline pipeline;
  pipeline.create(20);
  pipeline.work();
  const auto& service = pipeline.serve();
  auto told = ask(service, "before", 5);
  expect_truth(pipeline, 20, told);
  TcpProxy gate(pipeline.redis_port());
  auto command = pipeline.flags();
  command.insert(command.begin(), program("couponctl"));
  command.insert(command.end(), {"--gate", "redis://" + endpoint(gate.port()), "--gate-timeout", "30s", "stock",
                                 "reduce", kCode, "--by", "15"});
  const auto quota = [&] { return pipeline.redis({"HGET", gate_key("m"), "quota"}); };
  gate.hold(TcpProxy::Way::kReplies);
  Process reduction(command);
  // Reply by reply, until the gate has the lower quota and couponctl has not heard of it.
  ASSERT_TRUE(eventually([&] {
    if (quota() == "5") return true;
    gate.let_one_go(TcpProxy::Way::kReplies);
    return false;
  }));
  pipeline.redis({"FLUSHALL"});
  ASSERT_TRUE(eventually([&] { return quota() == "20" && pipeline.stock()["gate"] == "serving"; }));
  told.add(ask(service, "meanwhile", 15));
  gate.let_go(TcpProxy::Way::kReplies);
  EXPECT_EQ(reduction.wait(), 0) << reduction.err();
  EXPECT_EQ(told.issued.size(), 20U);
  expect_truth(pipeline, 20, told);
  EXPECT_EQ(pipeline.number("SELECT quota FROM coupons"), 20) << "not below what is held";
  leave_row({"FLUSHALL"}, told);
}

TEST(Rule, a_late_acknowledgement_confirms_no_other_grant_of_its_member) {
  Pipeline pipeline;
  pipeline.create(10);
  const auto& worker = pipeline.work();
  auto& late = serve_late(pipeline, "300ms");
  PatientCrowd first(one_member(late, "m"));
  expect_held(pipeline, 1);
  late.process().signal(SIGSTOP);
  first.stop();
  ASSERT_TRUE(eventually([&] { return pipeline.number("SELECT COUNT(*) FROM issues") == 1; })) << "by the relay";
  pipeline.sql("UPDATE issues SET state = 'REVOKED', reason = 'for the test'");
  EXPECT_EQ(pipeline.ctl({"reconcile", kCode, "--apply"}).code, 0);
  auto& dying = serve_late(pipeline, "6s");
  PatientCrowd second(one_member(dying, "m"));
  expect_held(pipeline, 1);
  kill(pipeline, dying);
  second.stop();
  auto told = second.join();
  late.process().signal(SIGCONT);
  EXPECT_TRUE(first.join().issued.empty()) << "its grant was revoked";
  expect_truth(pipeline, 10, told);
  EXPECT_EQ(worker.records("late_copy"), 1) << "the late record never came";
  leave_row({"SIGSTOP couponsrv", "revoked by hand", "SIGKILL couponsrv"}, told);
}

}  // namespace coupon::test
