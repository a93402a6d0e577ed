#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>
#include <sstream>

#include "couponload/profile/load_profile.hpp"

namespace coupon::load::test {

using testing::HasSubstr;

namespace {

// Lines 1 to 9 are good; a mistake replaces one of them or stands from line 10 on.
constexpr std::string_view kGood = R"(version = 1
url = "http://127.0.0.1:8080"
members = { kind = "seq", format = "m{}" }
request = { method = "POST", path = "/issue/{code}", body = '{"m":"{member}"}' }
grant = { id = "/id" }
quota = { value = 5 }
[[outcome]]
class = "issued"
status = 200
)";

struct Mistake {
  int line;          // where it is written, 1-based; 10 is the line behind the good ones
  const char* text;  // instead of that line
  const char* key;   // what the message names
  const char* said;  // and part of the remedy
};

void PrintTo(const Mistake& mistake, std::ostream* out) { *out << mistake.text; }

std::string with(const Mistake& mistake) {
  std::string out;
  std::istringstream lines{std::string(kGood)};
  int number = 1;
  for (std::string line; std::getline(lines, line); ++number)
    out += (number == mistake.line ? mistake.text : line) + '\n';
  return mistake.line >= number ? out + mistake.text + '\n' : out;
}

class Mistakes : public testing::TestWithParam<Mistake> {};

}  // namespace

TEST(ProfileMistakes, What_they_are_made_of_is_good) {
  const auto good = parse_profile(kGood, "p.toml");
  EXPECT_TRUE(good) << good.error().message;
}

TEST_P(Mistakes, Are_named_with_line_key_and_remedy) {
  const auto& mistake = GetParam();
  const auto wrong = parse_profile(with(mistake), "shop.toml");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, base::Errc::kInvalid);
  EXPECT_THAT(wrong.error().message, HasSubstr("shop.toml:" + std::to_string(mistake.line) + ": "));
  EXPECT_THAT(wrong.error().message, HasSubstr(mistake.key));
  EXPECT_THAT(wrong.error().message, HasSubstr(mistake.said));
}

INSTANTIATE_TEST_SUITE_P(
    Heading, Mistakes,
    testing::Values(Mistake{1, "version = 2", "version", "this couponload reads version = 1"},
                    Mistake{1, "# no version", "version", "is missing; write version = 1"},
                    Mistake{1, "version = \"1\"", "version", "must be a whole number"},
                    Mistake{1, "version = 1.0", "version", "must be a whole number"},
                    Mistake{2, "url = \"ftp://x\"", "url", "write http://HOST:PORT"},
                    Mistake{2, "url = \"http://:80\"", "url", "names no host"},
                    Mistake{2, "url = 7", "url", "must be a text in quotes, not a number"},
                    Mistake{2, "ulr = \"http://x\"", "ulr", "did you mean 'url'?"},
                    Mistake{2, "wholly_unknown = 1", "wholly_unknown", "the keys here are version, name, url"},
                    Mistake{2, "name = [1]", "name", "must be a text in quotes, not a list"},
                    Mistake{2, "name = \"a\\u0007b\"", "name", "has a control character"},
                    Mistake{2, "vars = { \"a b\" = \"x\" }", "vars", "'a b' is not a name"},
                    Mistake{2, "vars = { quota = 100 }", "vars.quota", "must be a text in quotes, not a number"},
                    Mistake{2, "vars = \"x\"", "vars", "must be a table of at most 64 texts"},
                    Mistake{2, "headers = { Host = \"x\" }", "headers", "Host is set by couponload itself"},
                    Mistake{2, "headers = { \"a b\" = \"x\" }", "headers", "is not the name of a header field"},
                    Mistake{2, "headers = { X-A = \"a\\r\\nb\" }", "headers",
                            "the value of X-A has a control character"},
                    Mistake{2, "headers = { X-A = \"{member}\" }", "headers", "X-A: {member} is not a placeholder"}));

INSTANTIATE_TEST_SUITE_P(
    Members, Mistakes,
    testing::Values(
        Mistake{3, "members = { kind = \"sequence\" }", "members.kind", "must be seq, uuid or file"},
        Mistake{3, "members = { format = \"member\" }", "members.format", "a name with one number in it"},
        Mistake{3, "members = { format = \"m{:99d}\" }", "members.format", "a name with one number in it"},
        Mistake{3, "members = { start = -1 }", "members.start", "between 0 and"},
        Mistake{3, "members = { kind = \"uuid\", start = 1 }", "members.start", "means nothing with kind = \"uuid\""},
        Mistake{3, "members = { kind = \"uuid\", format = \"{}\" }", "members.format", "remove it"},
        Mistake{3, "members = { kind = \"file\" }", "members.path", "is missing; write the file"},
        Mistake{3, "members = { path = \"m.txt\" }", "members.path", "is for kind = \"file\" only"},
        Mistake{3, "members = { kid = \"seq\" }", "members.kid", "did you mean 'kind'?"},
        Mistake{3, "members = [1]", "members", "must be a table with the keys kind, format, start, path, not a list"}));

INSTANTIATE_TEST_SUITE_P(
    Request, Mistakes,
    testing::Values(
        Mistake{4, "request = { path = \"/x\" }", "request.method", "is missing; write method = \"POST\""},
        Mistake{4, "request = { method = \"post\", path = \"/x\" }", "request.method", "must be capital letters"},
        Mistake{4, "request = { method = \"POST\" }", "request.path", "is missing"},
        Mistake{4, "request = { method = \"POST\", path = \"x\" }", "request.path", "must begin with /"},
        Mistake{4, "request = { method = \"POST\", path = \"/a b\" }", "request.path", "must be written as %XX"},
        Mistake{4, "request = { method = \"POST\", path = \"/x#y\" }", "request.path", "must be written as %XX"},
        Mistake{4, "request = { method = \"POST\", path = \"/{membr}\" }", "request.path", "did you mean {member}?"},
        Mistake{4, "request = { method = \"POST\", path = \"/x\", body = '{\"a\":\"{guest_name}\"}' }", "request.body",
                "write {var:guest_name}"},
        Mistake{4, "request = { method = \"POST\", path = \"/x\", body = \"\\u0001\" }", "request.body",
                "has a control character"},
        Mistake{4, "request = { method = \"POST\", path = \"/x\", headers = { K = \"{ran}\" } }", "request.headers",
                "K: {ran} is not a placeholder: did you mean {run}?"},
        Mistake{4, "request = { method = \"POST\", path = \"/x\", headers = { K = 1 } }", "request.headers.K",
                "must be a text in quotes"},
        Mistake{4, "request = { method = \"POST\", path = \"/x\", bodi = \"\" }", "request.bodi",
                "did you mean 'body'?"},
        Mistake{4, "request = \"POST /x\"", "request", "must be a table with the keys method, path, body, headers"}));

INSTANTIATE_TEST_SUITE_P(
    Places, Mistakes,
    testing::Values(
        Mistake{5, "grant = { id = \"id\" }", "grant.id", "is not a JSON pointer; write /name"},
        Mistake{5, "grant = { id = \"/a~2\" }", "grant.id", "write ~0 for ~ and ~1 for /"},
        Mistake{5, "grant = { ranks = \"/r\" }", "grant.ranks", "did you mean 'rank'?"},
        Mistake{6, "quota = { value = -5 }", "quota.value", "between 0 and"},
        Mistake{6, "quota = { value = \"{member}\" }", "quota.value", "it has no value in this place"},
        Mistake{6, "quota = { value = 1, path = \"/x\" }", "quota.path", "keep one of the two"},
        Mistake{6, "quota = { path = \"/x\" }", "quota.pointer", "is missing; write where the answer has the quota"},
        Mistake{6, "quota = 100", "quota", "must be a table with the keys value, path, pointer, not a number"},
        Mistake{6, "count = { path = \"/c\" }", "count.pointer", "is missing"},
        Mistake{6, "count = { path = \"/c/{member}\", pointer = \"/n\" }", "count.path",
                "it has no value in this place"},
        Mistake{6, "readback = { pointer = \"/id\" }", "readback.path", "is missing"},
        Mistake{6, "readback = { path = \"/r/{attempt}\" }", "readback.path", "it has no value in this place"},
        Mistake{6, "prime = { }", "prime.path", "is missing; write a path that changes nothing"}));

INSTANTIATE_TEST_SUITE_P(
    Outcomes, Mistakes,
    testing::Values(Mistake{8, "class = \"isued\"", "outcome[1].class", "did you mean 'issued'?"},
                    Mistake{8, "class = \"gone\"", "outcome[1].class", "write one of issued, pending, duplicate"},
                    Mistake{7, "[[outcomes]]", "outcomes", "did you mean 'outcome'?"},
                    Mistake{7, "[outcome]", "outcome", "must be written as [[outcome]]"},
                    Mistake{9, "status = 99", "outcome[1].status", "between 100 and 599"},
                    Mistake{9, "status = \"200\"", "outcome[1].status", "whole numbers"},
                    Mistake{9, "status = []", "outcome[1].status", "a list of 1 to 64"},
                    Mistake{9, "where = [1]", "outcome[1].where", "must be a list of at most 64 texts"},
                    Mistake{9, "where = \"success == true\"", "outcome[1].where", "is not a JSON pointer"},
                    Mistake{9, "where = \"/a = 1\"", "outcome[1].where", "== VALUE, != VALUE or exists"},
                    Mistake{9, "where = \"/a\"", "outcome[1].where", "== VALUE, != VALUE or exists"},
                    Mistake{9, "where = \"/code == C002\"", "outcome[1].where", "a text in double quotes: \"C002\""},
                    Mistake{9, "where = \"/code ==\"", "outcome[1].where", "is not JSON"},
                    Mistake{9, "stats = 200", "outcome[1].stats", "did you mean 'status'?"},
                    Mistake{10, "[[outcome]]\nstatus = 201", "outcome[2].class", "is missing"},
                    Mistake{10, "[[outcome]]\nclass = \"sold_out\"", "outcome[2].status",
                            "a rule needs status, where or both"}));

INSTANTIATE_TEST_SUITE_P(Steps, Mistakes,
                         testing::Values(Mistake{10, "[[setup]]", "setup[1].method", "is missing"},
                                         Mistake{10, "[[setup]]\nmethod = \"GET\"", "setup[1].path", "is missing"},
                                         Mistake{10, "[setup]", "setup", "must be written as [[setup]]"},
                                         Mistake{10, "[[teardown]]\nmethod = \"GET\"", "teardown[1].path",
                                                 "is missing"}));

TEST(ProfileMistakes, Of_steps_stand_in_the_line_of_their_key) {
  const auto message = [](std::string_view step) {
    return parse_profile(std::string(kGood) + "[[setup]]\nmethod = \"POST\"\npath = \"/x\"\n" + std::string(step), "p")
        .error()
        .message;
  };
  EXPECT_THAT(message("expect = [\"a\"]"), HasSubstr("p:13: setup[1].expect: must be a list"));
  EXPECT_THAT(message("expect = 1000"), HasSubstr("p:13: setup[1].expect: must be a list"));
  EXPECT_THAT(message("capture = { code = \"id\" }"), HasSubstr("p:13: setup[1].capture: code: 'id' is not a JSON"));
  EXPECT_THAT(message("capture = { member = \"/id\" }"), HasSubstr("{member} has a meaning already"));
  EXPECT_THAT(message("capture = { \"1a\" = \"/id\" }"), HasSubstr("'1a' is not a name"));
  EXPECT_THAT(message("body = \"{member}\""), HasSubstr("p:13: setup[1].body: {member} is not a placeholder"));
  EXPECT_THAT(message("body = \"{token}\"\ncapture = { token = \"/t\" }"), HasSubstr("{token} is not a placeholder"))
      << "a step cannot use what it captures itself";
}

TEST(ProfileMistakes, What_is_no_toml_is_named_by_line_and_column) {
  const auto message = [](std::string_view text) { return parse_profile(text, "p.toml").error().message; };
  EXPECT_THAT(message("version = 1\nurl = \"open\n"), HasSubstr("p.toml:2: column "));
  EXPECT_THAT(message("version = 1\nversion = 1\n"), HasSubstr("p.toml:2: column "));
  EXPECT_THAT(message("version = 1\na = '\x01'\n"), HasSubstr("this is no TOML"));
  EXPECT_THAT(message("version = 1\na = '\xff'\n"), HasSubstr("this is no TOML"));
  EXPECT_THAT(message("{\"version\": 1}"), HasSubstr("p.toml:1: column "));
  EXPECT_THAT(message("a = " + std::string(10'000, '[')), HasSubstr("this is no TOML"));
}

TEST(ProfileMistakes, An_empty_file_lacks_all_that_is_needed) {
  const auto message = parse_profile("", "p.toml").error().message;
  EXPECT_THAT(message, HasSubstr("p.toml:1: version: is missing"));
  EXPECT_THAT(message, HasSubstr("p.toml:1: request: is missing"));
  EXPECT_THAT(message, HasSubstr("p.toml:1: outcome: is missing"));
}

TEST(ProfileMistakes, Rules_that_never_issue_anything_are_refused) {
  auto text = std::string(kGood);
  text.replace(text.find("issued"), 6, "error");
  EXPECT_THAT(parse_profile(text, "p").error().message, HasSubstr("no rule has class = \"issued\""));
}

TEST(ProfileMistakes, Are_named_all_at_once_in_the_order_of_their_lines_but_not_without_end) {
  const auto message = parse_profile("version = 3\nfoo = 1\nurl = 2\n", "p").error().message;
  EXPECT_LT(message.find("p:1: version"), message.find("p:2: foo"));
  EXPECT_LT(message.find("p:2: foo"), message.find("p:3: url"));
  std::string many = "version = 1\n";
  for (int i = 0; i < 500; ++i) many += "key" + std::to_string(i) + " = 1\n";
  EXPECT_THAT(parse_profile(many, "p").error().message, HasSubstr("more)"));
  EXPECT_LT(parse_profile(many, "p").error().message.size(), 8'000U);
}

TEST(ProfileMistakes, Texts_and_lists_beyond_their_bounds_are_refused) {
  const auto message = [](const std::string& more) {
    return parse_profile(std::string(kGood) + more, "p").error().message;
  };
  const auto step = [](const std::string& rest) { return "[[setup]]\nmethod = \"POST\"\npath = \"/x\"\n" + rest; };
  EXPECT_THAT(message(step("body = \"" + std::string(kBodyBytesMax + 1, 'x') + '"')), HasSubstr("16384 are allowed"));
  EXPECT_THAT(message("[[outcome]]\nclass = \"error\"\nwhere = \"/" + std::string(300, 'x') + " exists\""),
              HasSubstr("256 are allowed"));
  std::string steps;
  for (int i = 0; i < 65; ++i) steps += step("");
  EXPECT_THAT(message(steps), HasSubstr("at most 64 times"));
}

// Whatever stands in a file, there is an answer: never a crash, never an empty message.
TEST(ProfileMistakes, Damaged_profiles_are_refused_or_read_but_never_more) {
  std::mt19937_64 random(5);
  const std::string whole(commented_profile());
  int refused = 0;
  for (int round = 0; round < 2'000; ++round) {
    auto text = whole;
    for (std::uint64_t edits = 1 + random() % 4; edits > 0; --edits) {
      const auto at = random() % text.size();
      switch (random() % 3) {
        case 0: text.erase(at, 1 + random() % 8); break;
        case 1: text[at] = static_cast<char>(random()); break;
        default: text.insert(at, 1, "{}[]\"'=\n,/.1"[random() % 12]);
      }
    }
    const auto read = parse_profile(text, "p.toml");
    if (read) continue;
    ++refused;
    EXPECT_THAT(read.error().message, testing::StartsWith("p.toml:")) << text;
  }
  EXPECT_GT(refused, 500);
}

}  // namespace coupon::load::test
