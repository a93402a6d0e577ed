// couponload against a server that speaks HTTPS, with a certificate made for the test.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "functional/load_run.hpp"
#include "functional/programs.hpp"

namespace coupon::test {

using testing::HasSubstr;
using testing::Not;

namespace {

// No count and no read-back: the shop tells neither, so that the load's own connections are the first to speak TLS.
constexpr const char* kProfile = R"(version = 1
request = { method = "POST", path = "/api/v1/coupons/issue", body = '{"memberId":"{member}"}' }
grant = { id = "/data/issueId", rank = "/data/rank", code = "/error/code" }
quota = { value = 20 }
prime = { path = "/healthz" }

[[outcome]]
class = "issued"
status = 200

[[outcome]]
class = "duplicate"
status = 409
where = '/error/code == "COUPON-002"'

[[outcome]]
class = "sold_out"
status = 409
where = '/error/code == "COUPON-003"'
)";

/// https_shop.py with 20 places on a free port. Its certificate is for 127.0.0.1 and is its own authority.
class HttpsShop {
 public:
  HttpsShop() {
    const auto made = run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                           "-days", "2", "-subj", "/CN=a test shop", "-addext", "subjectAltName=IP:127.0.0.1",
                           "-keyout", folder_.file("key.pem"), "-out", certificate()});
    EXPECT_EQ(made.code, 0) << made.err;
    write_file(profile(), kProfile);
    process_.emplace(std::vector<std::string>{"python3", std::string(COUPON_FUNCTIONAL_FOLDER) + "/https_shop.py",
                                              certificate(), folder_.file("key.pem"), "20"});
    const bool started = eventually([this] { return process_->out().ends_with("\n") || !process_->running(); });
    EXPECT_TRUE(started && process_->running()) << process_->err();
  }

  [[nodiscard]] std::string certificate() const { return folder_.file("certificate.pem"); }
  [[nodiscard]] std::string profile() const { return folder_.file("shop.toml"); }
  [[nodiscard]] std::string url(const std::string& host = "127.0.0.1") const {
    auto port = process_->out();
    port.erase(port.find_last_not_of('\n') + 1);
    return "https://" + host + ":" + port;
  }

 private:
  TempFolder folder_;
  std::optional<Process> process_;
};

std::vector<std::string> arguments_of(const std::string& mode, const HttpsShop& shop) {
  std::vector<std::string> arguments{mode, shop.url(), "-f", shop.profile(), "-t", "1", "--timeout", "30s"};
  if (mode == "burst") {
    arguments.insert(arguments.end(), {"-u", "40"});
  } else {
    arguments.insert(arguments.end(), {"-c", "8", "-d", "1s", "--warmup", "0"});
  }
  if (mode == "rate") arguments.insert(arguments.end(), {"-R", "40"});
  return arguments;
}

class LoadTls : public testing::TestWithParam<const char*> {
 protected:
  [[nodiscard]] LoadRun ask(const std::vector<std::string>& more) const {
    auto arguments = correctness_only(arguments_of(GetParam(), shop_));
    arguments.insert(arguments.end(), more.begin(), more.end());
    return load(arguments);
  }
  // A paced run may come late on a busy machine, which is no matter here.
  static void expect_good(const LoadRun& run) {
    EXPECT_TRUE(run.code == 0 || run.code == 6) << run.code << run.out << run.err;
    ASSERT_FALSE(run.result.is_null()) << run.err;
    EXPECT_EQ(run.count_of("issued"), 20) << run.out;
    EXPECT_EQ(run.count_of("unknown") + run.count_of("error"), 0) << run.out;
    EXPECT_EQ(run.status_of("replay"), "pass") << run.out;
  }

  HttpsShop shop_;
};

}  // namespace

TEST_P(LoadTls, Of_an_authority_that_is_trusted_is_good) {
  const auto run = ask({"--cacert", shop_.certificate()});
  expect_good(run);
  EXPECT_THAT(run.out, Not(HasSubstr("NOT verified")));
}

TEST_P(LoadTls, Of_a_certificate_that_nobody_vouches_for_is_refused_at_once_and_named) {
  const auto run = ask({});
  EXPECT_EQ(run.code, 3) << run.out << run.err;
  EXPECT_TRUE(run.result.is_null());
  EXPECT_THAT(run.err, HasSubstr("certificate"));
  EXPECT_THAT(run.err, HasSubstr("--cacert"));
}

TEST_P(LoadTls, Of_a_connection_opened_when_it_is_due_is_refused_at_once_too) {
  const auto run = ask({"--cold"});
  EXPECT_EQ(run.code, 3) << run.out << run.err;
  EXPECT_THAT(run.err, HasSubstr("certificate"));
}

TEST_P(LoadTls, Of_any_certificate_is_good_when_told_so_and_the_report_says_it) {
  const auto run = ask({"--insecure"});
  expect_good(run);
  EXPECT_THAT(run.out, HasSubstr("the server's certificate NOT verified"));
  EXPECT_EQ(run.result.at("scenario").at("insecure"), true);
}

TEST_P(LoadTls, Of_another_name_than_the_certificates_is_refused) {
  const auto run = ask({"--cacert", shop_.certificate(), "--server-name", "shop.example"});
  EXPECT_EQ(run.code, 3) << run.out << run.err;
  EXPECT_THAT(run.err, HasSubstr("shop.example"));
}

INSTANTIATE_TEST_SUITE_P(Modes, LoadTls, testing::Values("burst", "rate", "closed"),
                         [](const auto& mode) { return std::string(mode.param); });

}  // namespace coupon::test
