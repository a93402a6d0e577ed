#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "couponload/report/evidence_file.hpp"
#include "support/process.hpp"
#include "support/temp_folder.hpp"

namespace coupon::load::test {

using nlohmann::json;
using testing::HasSubstr;

namespace {

constexpr std::size_t kRows = 10;

class EvidenceLine : public testing::Test {
 protected:
  // What reading a line with one value replaced says; empty when it is read.
  std::string refused(const char* key, const json& value) {
    auto line = json::parse(R"({"seq":1,"attempt":1,"member":"m","plan":1,"send":2,"first":3,"done":4,)"
                            R"("fate":"answered","status":200,"class":"issued","id":"i","rank":1,"code":""})");
    line[key] = value;
    const auto path = folder_.file("evidence.ndjson");
    coupon::test::write_file(path, line.dump() + "\n");
    Observed observed;
    const auto read = read_evidence(path, kRows, observed);
    return read ? "" : read.error().message;
  }

  coupon::test::TempFolder folder_;
};

}  // namespace

TEST_F(EvidenceLine, Number_that_does_not_fit_is_refused_and_not_cut) {
  EXPECT_THAT(refused("seq", 4'294'967'296), HasSubstr("line 1: 'seq' must be a whole number from 0 to 4294967295"));
  EXPECT_THAT(refused("attempt", 65'536), HasSubstr("'attempt'"));
  EXPECT_THAT(refused("status", 4'294'967'496), HasSubstr("'status'"));
  EXPECT_THAT(refused("rank", 18'446'744'073'709'551'615U), HasSubstr("'rank'"));
  EXPECT_EQ(refused("seq", 4'294'967'295), "");
  EXPECT_EQ(refused("rank", -1), "");
}

TEST_F(EvidenceLine, Fraction_is_no_number_of_anything) {
  for (const char* key : {"seq", "attempt", "status", "plan", "send", "first", "done", "rank"}) {
    EXPECT_THAT(refused(key, 1.5), HasSubstr(key));
    EXPECT_THAT(refused(key, 1e300), HasSubstr(key));
  }
}

TEST_F(EvidenceLine, Instants_are_such_that_their_differences_fit) {
  for (const char* key : {"plan", "send", "first", "done"}) {
    EXPECT_THAT(refused(key, -1), HasSubstr(key));
    EXPECT_THAT(refused(key, INT64_MAX), HasSubstr(key));
  }
}

}  // namespace coupon::load::test
