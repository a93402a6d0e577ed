// Settings, profiles and member files with garbage in them: the program ends with exit code 2 and says which file, and
// where in it.

#include <array>
#include <fmt/format.h>
#include <functional>
#include <gtest/gtest.h>
#include <sstream>
#include <sys/resource.h>
#include <sys/stat.h>

#include "doors/dice.hpp"
#include "functional/pipeline_tools.hpp"
#include "functional/programs.hpp"

namespace coupon::test {

namespace {

constexpr int kGood = 0;
constexpr int kUsage = 2;
constexpr int kUnreachable = 3;  // what couponload says once it has read its members
constexpr int kFlips = 20;
constexpr std::int64_t kHuge = 200 * 1024 * 1024;
#ifdef __SANITIZE_ADDRESS__
constexpr std::int64_t kMemoryMaxKiB = 400 * 1024;
#else
constexpr std::int64_t kMemoryMaxKiB = 64 * 1024;
#endif

constexpr const char* kSettings = R"(# A shop.
address = "127.0.0.1"
threads = 2
deadline = "5s"
no-worker = true
log-level = "warn"
store = "sqlite:shop.db"
)";
constexpr const char* kWorkerSettings = R"(gate = "redis://127.0.0.1:1"
journal = "kafka://127.0.0.1:1/t"
ledger = "mysql://root@127.0.0.1:1/d"
batch = 500
poll-wait = "50ms"
)";
constexpr const char* kProfile = R"(version = 1
url = "http://127.0.0.1:1"
members = { kind = "file", path = "members" }
grant = { id = "/id" }
[request]
method = "POST"
path = "/take"
body = '{"member":"{member}"}'
[[outcome]]
class = "issued"
status = 200
)";
constexpr const char* kMembers = "anna\nbert\r\ncarl@shop\nd\xc3\xb6rte\nemil";

class FileDoor : public testing::Test {
 protected:
  void TearDown() override {
    rusage used{};
    EXPECT_EQ(getrusage(RUSAGE_CHILDREN, &used), 0);
    EXPECT_LE(used.ru_maxrss, kMemoryMaxKiB) << "KiB, of the largest of all programs that ran";
  }

  /// Runs with what is in the file, which must be `good`, or a usage error that names it and `key`.
  void expect_told(const std::string& key = {}, bool may_be_good = true) {
    const auto done = run(command_, {.folder = folder_.path(), .environment = {}});
    if (may_be_good && done.code == good_) return;
    EXPECT_EQ(done.code, kUsage) << done.err << shown();
    const bool told = done.err.contains(file_) || (!other_.empty() && done.err.contains(other_));
    EXPECT_TRUE(told) << done.err << shown();
    EXPECT_NE(done.err.find(key), std::string::npos) << key << " is not named: " << done.err << shown();
  }
  void expect_told_of(const std::string& content, const std::string& key = {}, bool may_be_good = true) {
    write_file(path(), content);
    expect_told(key, may_be_good);
  }

  /// Every truncation, and many flipped bits.
  void expect_told_of_damage(const std::string& content) {
    write_file(path(), content);
    ASSERT_EQ(run(command_, {.folder = folder_.path(), .environment = {}}).code, good_);
    for (std::size_t size = 0; size < content.size() && !HasFailure(); ++size) expect_told_of(content.substr(0, size));
    for (int i = 0; i < kFlips && !HasFailure(); ++i) {
      auto damaged = content;
      for (auto count = 1 + dice_.below(3); count > 0; --count) {
        auto& byte = damaged[dice_.below(damaged.size())];
        byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << dice_.below(8)));
      }
      expect_told_of(damaged);
    }
  }

  /// What is there under the name and is no such file at all.
  void expect_told_of_what_is_no_file() {
    const std::array<std::function<void()>, 3> kinds{
        [this] { EXPECT_EQ(mkdir(path().c_str(), S_IRWXU), 0); },
        [this] { EXPECT_EQ(mkfifo(path().c_str(), S_IRUSR | S_IWUSR), 0); },
        [this] {
          write_file(path(), "");
          std::filesystem::resize_file(path(), kHuge);
        }};
    for (const auto& make : kinds) {
      std::filesystem::remove(path());
      make();
      expect_told({}, false);
    }
    std::filesystem::remove(path());
    for (const auto size : {1, 100, 5'000})
      expect_told_of("\xff" + dice_.bytes(static_cast<std::size_t>(size)), {}, false);
    for (const auto* odd : {"[[[[[[", "\xef\xbb\xbf\xff", "= 1\n", "\r\r\n\x1b[31m", "a = \"\\u0000\"\n"}) {
      expect_told_of(odd + std::string(2'000, '['), {}, false);
    }
  }

  [[nodiscard]] std::string path() const { return folder_.file(file_); }
  [[nodiscard]] std::string shown() const {
    return std::filesystem::is_regular_file(path()) ? "\n" + visible(read_file(path())) : "";
  }

  void use(std::vector<std::string> command, std::string file, int good = kGood) {
    command_ = std::move(command);
    file_ = std::move(file);
    good_ = good;
  }

  TempFolder folder_;
  Dice dice_{seed_of_doors()};
  std::string other_;  // what may be named instead of the file

 private:
  std::vector<std::string> command_;
  std::string file_;
  int good_ = kGood;
};

// NAME = VALUE of --print-config.
std::vector<std::string> names_of(const std::string& printed) {
  std::vector<std::string> names;
  std::istringstream lines(printed);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with('#')) names.push_back(line.substr(0, line.find(' ')));
  }
  return names;
}

}  // namespace

TEST_F(FileDoor, settings_of_couponsrv_that_are_damaged_are_refused_by_file) {
  use({program("couponsrv"), "--config", "shop.toml", "--print-config"}, "shop.toml");
  expect_told_of_damage(kSettings);
  expect_told_of_what_is_no_file();
}

TEST_F(FileDoor, settings_of_couponworker_that_are_damaged_are_refused_by_file) {
  use({program("couponworker"), "--config", "shop.toml", "--print-config"}, "shop.toml");
  expect_told_of_damage(kWorkerSettings);
  expect_told_of_what_is_no_file();
}

TEST_F(FileDoor, settings_of_a_wrong_type_are_refused_by_file_and_name) {
  for (const auto* name : {"couponsrv", "couponworker"}) {
    std::vector<std::string> bare{program(name), "--print-config"};
    if (std::string(name) == "couponworker") bare.insert(bare.end(), {"--store", "sqlite:shop.db"});
    const auto names = names_of(run(bare).out);
    ASSERT_GT(names.size(), 10U);
    bare.insert(bare.end(), {"--config", "shop.toml"});
    use(bare, "shop.toml");
    for (const auto& key : names) {
      const auto nothing_takes = dice_.text({"[]", "{}", "1.5", "2026-01-01", "[{}]", "inf"});
      expect_told_of(fmt::format("{} = {}\n", key, nothing_takes), key, false);
      const auto some_take = dice_.text({"\"\"", "true", "-1", "99999999999999999999", "\"\\u0000\"", "\"x y\""});
      expect_told_of(fmt::format("{} = {}\n", key, some_take));
      if (HasFailure()) return;
    }
  }
}

TEST_F(FileDoor, profiles_of_couponload_that_are_damaged_are_refused_by_file) {
  write_file(folder_.file("members"), kMembers);
  use({program("couponload"), "check", "shop.toml"}, "shop.toml");
  other_ = "cannot read members from ";
  expect_told_of_damage(kProfile);
  expect_told_of_what_is_no_file();
}

TEST_F(FileDoor, members_that_are_damaged_are_refused_by_file) {
  write_file(folder_.file("shop.toml"), kProfile);
  use({program("couponload"), "burst", "http://" + endpoint(free_port()), "-f", "shop.toml", "-u", "1", "--quiet"},
      "members", kUnreachable);
  expect_told_of_damage(kMembers);
  expect_told_of_what_is_no_file();
  for (const auto* bad : {"a\n\nb\n", "a\na\n", "a\x01\n", "\xff\n", "a\nb\xc3\n", "\n"})
    expect_told_of(bad, "members:", false);
  expect_told_of("a\n" + std::string(300, 'b') + "\n", "members:2", false);
}

}  // namespace coupon::test
