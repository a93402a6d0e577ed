// Malformed requests against the real couponsrv: each is answered, names what is wrong, and reaches no engine.

#include <gtest/gtest.h>
#include <ostream>

#include "functional/programs.hpp"

namespace coupon::test {

namespace {

struct Case {
  std::string name;
  std::string bytes;  ///< the whole request as sent
  int status;
  std::string says;  ///< part of the message
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

constexpr const char* kIssue = "/api/v1/coupons/issue";

Case body(std::string name, const std::string& text, std::string says, int status = 400) {
  return {std::move(name), request_text("POST", kIssue, text), status, std::move(says)};
}

// An issue that would be good, with the header lines given instead of the usual ones.
Case head(std::string name, const std::string& lines, int status, std::string says, const std::string& after = {}) {
  const auto good = issue_body("FLASH100", "smuggled");
  return {std::move(name),
          "POST " + std::string(kIssue) + " HTTP/1.1\r\n" + lines + "\r\n" + (after.empty() ? good : after), status,
          std::move(says)};
}

const std::string kHost = "Host: localhost\r\n";
const std::string kJson = "Content-Type: application/json\r\n";
const std::string kLength = "Content-Length: " + std::to_string(issue_body("FLASH100", "smuggled").size()) + "\r\n";
const std::string kTyped = kHost + kJson;

std::vector<Case> bodies() {
  const std::string code = R"("couponCode":"FLASH100")";
  const std::string member = R"("memberId":"m1")";
  std::vector<Case> cases{
      body("empty_object", "{}", "couponCode is missing"),
      body("no_member", "{" + code + "}", "memberId is missing"),
      body("no_code", "{" + member + "}", "couponCode is missing"),
      body("array", "[]", "must be a JSON object"),
      body("array_of_object", "[{" + code + "," + member + "}]", "must be a JSON object"),
      body("text", "\"FLASH100\"", "must be a JSON object"),
      body("number", "42", "must be a JSON object"),
      body("null", "null", "must be a JSON object"),
      body("true_value", "true", "must be a JSON object"),
      body("not_json", "hello", "not valid JSON"),
      body("form", "couponCode=FLASH100&memberId=m1", "not valid JSON"),
      body("xml", "<a/>", "not valid JSON"),
      body("open_brace", "{", "not valid JSON"),
      body("unfinished_text", "{\"couponCode\":\"FL", "not valid JSON"),
      body("trailing_comma", "{" + code + "," + member + ",}", "not valid JSON"),
      body("single_quotes", "{'couponCode':'FLASH100','memberId':'m1'}", "not valid JSON"),
      body("comment", "{/*x*/" + code + "," + member + "}", "not valid JSON"),
      body("two_objects", "{" + code + "," + member + "}{}", "not valid JSON"),
      body("trailing_text", "{" + code + "," + member + "} x", "not valid JSON"),
      body("nul_after", "{" + code + "," + member + "}" + std::string(1, '\0'), "not valid JSON"),
      body("bom_alone", "\xEF\xBB\xBF", "not valid JSON"),
      body("bad_utf8", "{" + code + ",\"memberId\":\"\xff\xfe\"}", "not valid JSON"),
      body("lone_surrogate", "{" + code + R"(,"memberId":"\ud800"})", "not valid JSON"),
      body("raw_newline_in_text", "{" + code + ",\"memberId\":\"a\nb\"}", "not valid JSON"),
      body("raw_control_in_text",
           "{" + code +
               ",\"memberId\":\"a\x01"
               "b\"}",
           "not valid JSON"),
      body("bad_escape", "{" + code + R"(,"memberId":"\x41"})", "not valid JSON"),
      body("missing_colon", R"({"couponCode" "FLASH100"})", "not valid JSON"),
      body("nan_value", "{" + code + ",\"memberId\":NaN}", "not valid JSON"),
      body("hex_number", "{" + code + ",\"memberId\":0x10}", "memberId must be a string"),
      body("leading_zero", "{" + code + ",\"memberId\":007}", "memberId must be a string"),
      body("huge_exponent", "{" + code + ",\"memberId\":1e99999}", "not valid JSON"),
      body("number_as_member", "{" + code + ",\"memberId\":17}", "memberId must be a string"),
      body("negative_as_member", "{" + code + ",\"memberId\":-1}", "memberId must be a string"),
      body("huge_number_as_member", "{" + code + ",\"memberId\":99999999999999999999999999}",
           "memberId must be a string"),
      body("float_as_member", "{" + code + ",\"memberId\":1.5}", "memberId must be a string"),
      body("null_as_member", "{" + code + ",\"memberId\":null}", "memberId must be a string"),
      body("bool_as_member", "{" + code + ",\"memberId\":true}", "memberId must be a string"),
      body("array_as_member", "{" + code + ",\"memberId\":[\"m1\"]}", "memberId must be a string"),
      body("object_as_member", "{" + code + ",\"memberId\":{\"$ne\":1}}", "memberId must be a string"),
      body("number_as_code", "{\"couponCode\":1," + member + "}", "couponCode must be a string"),
      body("null_as_code", "{\"couponCode\":null," + member + "}", "couponCode must be a string"),
      body("object_as_code", "{\"couponCode\":{}," + member + "}", "couponCode must be a string"),
      body("duplicate_member", "{" + code + "," + member + ",\"memberId\":\"m2\"}", "'memberId' is there twice"),
      body("duplicate_code", "{" + code + "," + code + "," + member + "}", "'couponCode' is there twice"),
      body("duplicate_by_escape", "{" + code + "," + member + R"(,"\u006demberId":"m2"})", "'memberId' is there twice"),
      body("unknown_field", "{" + code + "," + member + ",\"admin\":\"1\"}", "unknown field 'admin'"),
      body("unknown_case", "{\"CouponCode\":\"FLASH100\"," + member + "}", "unknown field 'CouponCode'"),
      body("unknown_empty", "{\"\":\"\"," + code + "," + member + "}", "unknown field ''"),
      body("unknown_proto", "{\"__proto__\":\"x\"," + code + "," + member + "}", "unknown field '__proto__'"),
      body("unknown_with_quotes", "{\"a\\\"b\":\"x\"," + code + "," + member + "}", "unknown field"),
      body("empty_member", "{" + code + R"(,"memberId":""})", "memberId must have 1 to 64"),
      body("long_member", "{" + code + ",\"memberId\":\"" + std::string(65, 'a') + "\"}", "memberId must have 1 to 64"),
      body("very_long_member", "{" + code + ",\"memberId\":\"" + std::string(2000, 'a') + "\"}", "memberId is longer"),
      body("space_in_member", "{" + code + R"(,"memberId":"a b"})", "memberId must have"),
      body("trailing_space_member", "{" + code + R"(,"memberId":"m1 "})", "memberId must have"),
      body("nul_in_member", "{" + code + R"(,"memberId":"m\u00001"})", "memberId must have"),
      body("newline_in_member", "{" + code + R"(,"memberId":"m\n1"})", "memberId must have"),
      body("unicode_member", "{" + code + ",\"memberId\":\"\xC3\xA9\"}", "memberId must have"),
      body("sql_in_member", "{" + code + R"(,"memberId":"'; DROP TABLE issues; --"})", "memberId must have"),
      body("path_in_member", "{" + code + R"(,"memberId":"../etc/passwd"})", "memberId must have"),
      body("empty_code", R"({"couponCode":"",)" + member + "}", "couponCode must have 1 to 40"),
      body("long_code", R"({"couponCode":")" + std::string(41, 'A') + "\"," + member + "}",
           "couponCode must have 1 to 40"),
      body("dot_in_code", R"({"couponCode":"A.B",)" + member + "}", "couponCode must have"),
      body("brace_in_code", R"({"couponCode":"A}{B",)" + member + "}", "couponCode must have"),
      body("deep_arrays", "{" + code + ",\"memberId\":" + std::string(1500, '[') + "1" + std::string(1500, ']') + "}",
           "memberId must be a string"),
      body(
          "deep_objects",
          "{" + code + ",\"memberId\":" +
              [] {
                std::string text;
                for (int i = 0; i < 600; ++i) text += "{\"a\":";
                return text;
              }() +
              "1",
          "memberId must be a string"),
      body("deep_outside", std::string(3000, '['), "must be a JSON object"),
      body("too_large", "{" + code + ",\"memberId\":\"" + std::string(5000, 'a') + "\"}", "the body is larger than",
           413),
  };
  return cases;
}

std::vector<Case> heads() {
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  const std::string good = issue_body("FLASH100", "smuggled");
  return {
      {"empty_body", request_text("POST", kIssue, "", {"Content-Type: application/json"}), 400, "the body is empty"},
      head("no_content_type", kHost + kLength, 415, "Content-Type must be application/json"),
      head("wrong_content_type", kHost + "Content-Type: text/plain\r\n" + kLength, 415, "Content-Type"),
      head("form_content_type", kHost + "Content-Type: application/x-www-form-urlencoded\r\n" + kLength, 415,
           "Content-Type"),
      head("json_in_utf16", kHost + "Content-Type: application/json; charset=utf-16\r\n" + kLength, 415,
           "Content-Type"),
      head("almost_json", kHost + "Content-Type: application/jsonp\r\n" + kLength, 415, "Content-Type"),
      head("long_key", kTyped + "Idempotency-Key: " + std::string(129, 'k') + "\r\n" + kLength, 400, "Idempotency-Key"),
      head("key_with_space", kTyped + "Idempotency-Key: a b\r\n" + kLength, 400, "Idempotency-Key"),
      head("key_not_ascii", kTyped + "Idempotency-Key: \xC3\xA9\r\n" + kLength, 400, "Idempotency-Key"),
      head("no_host", kJson + kLength, 400, "Host"),
      head("two_hosts", kHost + kTyped + kLength, 400, "Host"),
      head("two_lengths", kTyped + kLength + kLength, 400, "Content-Length"),
      head("different_lengths", kTyped + kLength + "Content-Length: 1\r\n", 400, "Content-Length"),
      head("negative_length", kTyped + "Content-Length: -1\r\n", 400, "Content-Length"),
      head("signed_length", kTyped + "Content-Length: +50\r\n", 400, "Content-Length"),
      head("hex_length", kTyped + "Content-Length: 0x20\r\n", 400, "Content-Length"),
      head("list_length", kTyped + "Content-Length: 50, 50\r\n", 400, "Content-Length"),
      head("huge_length", kTyped + "Content-Length: 99999999999999999999999\r\n", 400, "Content-Length"),
      head("large_length", kTyped + "Content-Length: 1000000000\r\n", 413, "the body is larger than"),
      head("chunked_and_length", kTyped + kLength + chunked, 400, "Transfer-Encoding"),
      head("gzip_encoding", kTyped + "Transfer-Encoding: gzip\r\n", 400, "Transfer-Encoding"),
      head("gzip_then_chunked", kTyped + "Transfer-Encoding: gzip, chunked\r\n", 400, "Transfer-Encoding"),
      head("chunked_twice", kTyped + chunked + chunked, 400, "Transfer-Encoding"),
      head("chunked_misspelt", kTyped + "Transfer-Encoding: xchunked\r\n", 400, "Transfer-Encoding"),
      head("identity_encoding", kTyped + "Transfer-Encoding: identity\r\n" + kLength, 400, "Transfer-Encoding"),
      head("chunk_not_hex", kTyped + chunked, 400, "chunk", "zz\r\nabc\r\n0\r\n\r\n"),
      head("chunk_too_long", kTyped + chunked, 413, "larger", "FFFFF\r\n" + std::string(6000, 'a')),
      head("folded_field", kTyped + "X-A: b\r\n c\r\n" + kLength, 400, ""),
      head("space_before_colon", kTyped + "Content-Length : 5\r\n", 400, ""),
      head("field_without_colon", kTyped + "garbage\r\n" + kLength, 400, ""),
      head("control_in_field",
           kTyped +
               "X-A: a\x01"
               "b\r\n" +
               kLength,
           400, ""),
      head("nul_in_field", kTyped + std::string("X-A: a\0b\r\n", 10) + kLength, 400, ""),
      head("expectation", kTyped + kLength + "Expect: 200-ok\r\n", 417, "expectation"),
      head("huge_header", kTyped + "X-A: " + std::string(10'000, 'a') + "\r\n" + kLength, 431, "header"),
      {"long_target", request_text("GET", "/" + std::string(3'000, 'a')), 414, "target"},
      {"version_2", "GET /healthz HTTP/2.0\r\nHost: a\r\n\r\n", 505, "HTTP"},
      {"garbage_line", "hello\r\n\r\n", 400, ""},
      {"no_method", " /healthz HTTP/1.1\r\nHost: a\r\n\r\n", 400, ""},
      {"space_in_target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400, ""},
      {"bare_line_feeds", "GET /healthz HTTP/1.1\nHost: a\n\n", 400, ""},
      {"get_issue_deletes", request_text("DELETE", kIssue + std::string("/x/y")), 404, "nothing at this path"},
      {"put_issue", request_text("PUT", kIssue, "{}"), 405, "POST"},
      {"unknown_path", request_text("GET", "/nothing"), 404, "nothing at this path"},
      {"root", request_text("GET", "/"), 404, "nothing at this path"},
      {"double_slash", request_text("GET", "//healthz"), 404, "nothing at this path"},
      {"traversal", request_text("GET", "/api/../healthz"), 404, "nothing at this path"},
      {"trailing_slash", request_text("GET", "/healthz/"), 404, "nothing at this path"},
      {"broken_escape", request_text("GET", "/api/v1/coupons/%zz"), 400, "escape"},
      {"nul_escape", request_text("GET", "/api/v1/coupons/%00"), 400, "escape"},
      {"bad_code_in_path", request_text("GET", "/api/v1/coupons/a%20b"), 400, "couponCode must have"},
      {"bad_member_in_path", request_text("GET", "/api/v1/coupons/FLASH100/issues/a%2Fb"), 400, "memberId must have"},
      {"query_on_issue", request_text("POST", std::string(kIssue) + "?a=b", good), 400, "query"},
      {"reset_not_allowed", request_text("POST", "/api/test/reset"), 404, "nothing at this path"},
      {"init_without_code", request_text("POST", "/api/v1/coupons/stock/init"), 400, "couponCode"},
      {"init_unknown_parameter", request_text("POST", "/api/v1/coupons/stock/init?couponCode=A&x=1"), 400, "'x'"},
      {"init_twice", request_text("POST", "/api/v1/coupons/stock/init?couponCode=A&couponCode=B"), 400, "twice"},
      {"init_zero", request_text("POST", "/api/v1/coupons/stock/init?couponCode=A&quantity=0"), 400, "quantity"},
      {"init_text", request_text("POST", "/api/v1/coupons/stock/init?couponCode=A&quantity=ten"), 400, "quantity"},
      {"init_huge", request_text("POST", "/api/v1/coupons/stock/init?couponCode=A&quantity=99999999999999"), 400,
       "quantity"},
      {"init_with_body", request_text("POST", "/api/v1/coupons/stock/init?couponCode=A", "{}"), 400, "no body"},
      {"create_without_quantity", request_text("POST", "/api/v1/coupons", R"({"couponCode":"A"})"), 400, "quantity"},
      {"create_zero", request_text("POST", "/api/v1/coupons", R"({"couponCode":"A","quantity":0})"), 400, "quantity"},
      {"create_negative", request_text("POST", "/api/v1/coupons", R"({"couponCode":"A","quantity":-5})"), 400,
       "quantity"},
      {"create_float", request_text("POST", "/api/v1/coupons", R"({"couponCode":"A","quantity":1.5})"), 400,
       "quantity"},
      {"create_text", request_text("POST", "/api/v1/coupons", R"({"couponCode":"A","quantity":"5"})"), 400, "quantity"},
      {"create_huge", request_text("POST", "/api/v1/coupons", R"({"couponCode":"A","quantity":18446744073709551615})"),
       400, "quantity"},
      {"create_bad_time",
       request_text("POST", "/api/v1/coupons", R"({"couponCode":"A","quantity":5,"opensAt":"tomorrow"})"), 400,
       "opensAt"},
      {"create_backwards",
       request_text(
           "POST", "/api/v1/coupons",
           R"({"couponCode":"A","quantity":5,"opensAt":"2030-01-02T00:00:00Z","endsAt":"2030-01-01T00:00:00Z"})"),
       400, "endsAt"},
  };
}

std::vector<Case> all_cases() {
  auto cases = bodies();
  for (auto& one : heads()) cases.push_back(std::move(one));
  return cases;
}

}  // namespace

class Malformed : public testing::TestWithParam<Case> {};

TEST_P(Malformed, request_is_answered_with_its_problem_and_reaches_no_engine) {
  Shop shop(100);
  Service service(shop.folder.path());
  std::optional<RawResponse> answer;
  {
    HttpConnection connection(service.port());
    ASSERT_TRUE(connection.connected());
    ASSERT_TRUE(connection.send_raw(GetParam().bytes));
    answer = connection.receive();
  }
  ASSERT_TRUE(answer.has_value()) << "no answer";
  EXPECT_EQ(answer->status, GetParam().status) << answer->body;
  EXPECT_EQ(error_code(*answer), "COMMON-" + std::to_string(GetParam().status));
  EXPECT_NE(error_message(*answer).find(GetParam().says), std::string::npos) << answer->body;
  EXPECT_EQ(service.metric("gate_issue_calls_total"), 0);
  EXPECT_EQ(service.issue("FLASH100", "after").status, 200);
  EXPECT_EQ(json_of(service.get("/api/v1/coupons/stock/FLASH100"))["data"]["issued"], 1);
  EXPECT_EQ(service.stop(), 0);
}

INSTANTIATE_TEST_SUITE_P(Requests, Malformed, testing::ValuesIn(all_cases()),
                         [](const auto& one) { return one.param.name; });

TEST(MalformedCorpus, has_more_than_a_hundred_cases) { EXPECT_GT(all_cases().size(), 100U); }

}  // namespace coupon::test
