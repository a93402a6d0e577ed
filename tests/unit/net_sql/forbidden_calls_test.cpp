// What must not come back into the sources: calls and options of the MySQL client library that lose data or security in
// silence. Each was seen to.

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace coupon::test {
namespace {

struct Forbidden {
  std::regex pattern;
  const char* why;
};

const std::vector<Forbidden>& forbidden() {
  static const std::vector<Forbidden> kAll = {
      {std::regex(R"((->|\.)\s*(commit|rollback)\s*\(\s*\))"), "hides its failure: execute COMMIT or ROLLBACK"},
      {std::regex(R"(INSERT\s+IGNORE)", std::regex::icase), "bends what does not fit: ON DUPLICATE KEY UPDATE"},
      {std::regex(R"(OPT_RECONNECT|->\s*reconnect\s*\()"), "loses half a transaction: open a new connection"},
      {std::regex(R"(sslEnforce|OPT_SSL_MODE)"), "falls back to plain text: sslVerify"},
      {std::regex(R"(->\s*setBlob\s*\()"), "sends NULL when it is repeated: bytes as literals"},
  };
  return kAll;
}

// What is forbidden in `text`, a line each.
std::vector<std::string> faults_in(const std::string& text) {
  std::vector<std::string> faults;
  for (const auto& [pattern, why] : forbidden()) {
    for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) {
      faults.push_back(it->str() + ": " + why);
    }
  }
  return faults;
}

TEST(ForbiddenCalls, Each_of_them_is_found) {
  for (const char* sample :
       {"connection->commit();", "connection_.rollback( )", "insert  ignore INTO t", "OPT_RECONNECT", "c->reconnect()",
        "sslEnforce", "OPT_SSL_MODE", "row->setBlob(1, &stream)"}) {
    EXPECT_EQ(faults_in(sample).size(), 1U) << sample;
  }
  EXPECT_TRUE(faults_in("reader_.commit(positions); session.execute(\"COMMIT\"); on_commit();").empty());
}

TEST(ForbiddenCalls, None_is_in_the_sources) {
  std::size_t files = 0;
  for (const char* folder : {"lib", "apps", "sql"}) {
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(std::filesystem::path(COUPON_SOURCES) / folder)) {
      if (!entry.is_regular_file()) continue;
      std::stringstream text;
      text << std::ifstream(entry.path()).rdbuf();
      ++files;
      for (const auto& fault : faults_in(text.str())) ADD_FAILURE() << entry.path().string() << ": " << fault;
    }
  }
  EXPECT_GT(files, 100U);
}

}  // namespace
}  // namespace coupon::test
