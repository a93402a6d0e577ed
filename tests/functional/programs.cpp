#include "functional/programs.hpp"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <utility>

namespace coupon::test {

namespace {

constexpr const char* kPatience = "20s";  // the disk is shared: no refusal for being slow

}  // namespace

std::string program(const std::string& name) { return std::string(COUPON_BIN_DIR) + "/" + name; }

Finished ctl(const std::string& store, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {program("couponctl"), "--store", store, "--store-busy", kPatience});
  return run(std::move(arguments));
}

Service::Service(const std::string& folder, std::vector<std::string> arguments, std::vector<std::string> prefix)
    : port_file_(folder + "/port") {
  auto command = std::move(prefix);
  command.insert(command.end(),
                 {program("couponsrv"), "--store", "sqlite:" + folder + "/coupon.db", "--port", "0", "--port-file",
                  port_file_, "--log-format", "human", "--deadline", kPatience, "--store-busy", kPatience});
  command.insert(command.end(), arguments.begin(), arguments.end());
  start(std::move(command));
}

Service::Service(const OnServers& servers, const std::vector<std::string>& arguments) : port_file_(servers.port_file) {
  std::vector<std::string> command{program("couponsrv"), "--port",       "0",    "--port-file",
                                   port_file_,           "--log-format", "human"};
  command.insert(command.end(), servers.flags.begin(), servers.flags.end());
  command.insert(command.end(), arguments.begin(), arguments.end());
  start(std::move(command));
}

void Service::start(std::vector<std::string> command) {
  std::filesystem::remove(port_file_);
  process_.emplace(std::move(command));
  const auto told = [this] { return std::filesystem::exists(port_file_) || !process_->running(); };
  const bool started = eventually(told, kStart) && process_->running();
  if (!started) {
    ADD_FAILURE() << "couponsrv did not start:\n" << process_->err();
    return;
  }
  port_ = static_cast<std::uint16_t>(std::strtoul(read_file(port_file_).c_str(), nullptr, 10));
}

int Service::stop() {
  process_->signal(SIGTERM);
  return process_->wait();
}

RawResponse Service::issue(const std::string& code, const std::string& member,
                           const std::vector<std::string>& fields) const {
  return post("/api/v1/coupons/issue", issue_body(code, member), fields);
}

double Service::metric(const std::string& series) const {
  const auto text = get("/metrics").body;
  const auto at = text.find("\n" + series + " ");
  return at == std::string::npos ? -1 : std::strtod(text.c_str() + at + series.size() + 2, nullptr);
}

std::string issue_body(const std::string& code, const std::string& member) {
  return R"({"couponCode":")" + code + R"(","memberId":")" + member + R"("})";
}

nlohmann::json json_of(const RawResponse& answer) { return nlohmann::json::parse(answer.body, nullptr, false); }

std::string error_code(const RawResponse& answer) {
  const auto json = json_of(answer);
  return json.is_object() && json.contains("error") ? json["error"].value("code", "") : "";
}

std::string error_message(const RawResponse& answer) {
  const auto json = json_of(answer);
  return json.is_object() && json.contains("error") ? json["error"].value("message", "") : "";
}

Shop::Shop(std::int64_t quota, const std::string& code) : store("sqlite:" + folder.file("coupon.db")) {
  const auto made = ctl(store, {"coupon", "create", code, "--quota", std::to_string(quota), "--seed"});
  if (made.code != 0) ADD_FAILURE() << "couponctl coupon create: " << made.err;
}

}  // namespace coupon::test
