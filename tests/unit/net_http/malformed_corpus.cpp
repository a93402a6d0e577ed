#include "malformed_corpus.hpp"

#include <ostream>

namespace coupon::test {

namespace {

std::string get(const std::string& fields) { return "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n"; }
std::string post(const std::string& fields, const std::string& body = "") {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body;
}
std::string chunked(const std::string& body) { return post("Transfer-Encoding: chunked\r\n", body); }

std::vector<Malformed> request_lines() {
  const std::string host = " HTTP/1.1\r\nHost: a\r\n\r\n";
  return {
      {"TwoSpacesBeforeTarget", "GET  /" + host, 400, "request target is empty"},
      {"TabAfterMethod", "GET\t/" + host, 400, "control character|method is not a token"},
      {"LeadingSpace", " GET /" + host, 400, "does not start with a method"},
      {"TwoBlankLinesFirst", "\r\n\r\nGET /" + host, 400, "does not start with a method"},
      {"TlsHello", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), 400, "does not start with"},
      {"MethodIsNoToken", "G@T /" + host, 400, "method is not a token"},
      {"MethodAlone", "GET\r\nHost: a\r\n\r\n", 400, "method is not a token"},
      {"NoTarget", "GET HTTP/1.1\r\nHost: a\r\n\r\n", 400, "target"},
      {"NoVersion", "GET /\r\nHost: a\r\n\r\n", 400, "target|version"},
      {"LowerCaseVersion", "GET / http/1.1\r\nHost: a\r\n\r\n", 400, "version"},
      {"BytesBehindVersion", "GET / HTTP/1.1x\r\nHost: a\r\n\r\n", 400, "version"},
      {"SpaceBehindVersion", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400, "version"},
      {"Version09", "GET / HTTP/0.9\r\nHost: a\r\n\r\n", 505, "only HTTP/1.1"},
      {"Version12", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505, "only HTTP/1.1"},
      {"Version2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "only HTTP/1.1"},
      {"RelativeTarget", "GET index" + host, 400, "must start with '/'"},
      {"AuthorityTarget", "CONNECT a:443" + host, 400, "must start with '/'"},
      {"FtpTarget", "GET ftp://a/" + host, 400, "must start with '/'"},
      {"UserInTarget", "GET http://me@a/" + host, 400, "must start with '/'"},
      {"StarWithoutOptions", "GET *" + host, 400, "must start with '/'"},
      {"FragmentInTarget", "GET /#top" + host, 400, "percent-encoded"},
      {"RawUtf8InTarget", "GET /caf\xc3\xa9" + host, 400, "percent-encoded|target"},
      {"NulInTarget", std::string("GET /a\0b", 8) + host, 400, "control character"},
      {"TargetTooLong", "GET /" + std::string(2'100, 'a') + host, 414, "longer than 2048 bytes"},
      {"TargetWithoutEnd", "GET /" + std::string(2'200, 'a'), 414, "longer than 2048 bytes"},
  };
}

std::vector<Malformed> fields() {
  const std::string line = "GET / HTTP/1.1\r\n";
  return {
      {"BareLineFeeds", "GET / HTTP/1.1\nHost: a\n\n", 400, "must end with CRLF"},
      {"BareLineFeedInField", get("X: a\n"), 400, "must end with CRLF"},
      {"BareCarriageReturn", get("X: a\rY: b\r\n"), 400, "control character"},
      {"CarriageReturnTwice", get("X: a\r\r\n"), 400, "control character"},
      {"NulInField", get(std::string("X: a\0b\r\n", 8)), 400, "control character"},
      {"DeleteInField", get("X: a\x7f\r\n"), 400, "control character"},
      {"FoldedField", get("X: a\r\n b\r\n"), 400, "folded"},
      {"FoldedFirstField", line + " Host: a\r\n\r\n", 400, "folded"},
      {"SpaceBeforeColon", get("X : a\r\n"), 400, "field name"},
      {"NoColon", get("X\r\n"), 400, "field name"},
      {"EmptyFieldName", get(": a\r\n"), 400, "field name"},
      {"FieldNameIsNoToken", get("X(y): a\r\n"), 400, "field name"},
      {"NoHost", line + "X: a\r\n\r\n", 400, "needs a Host"},
      {"EmptyHost", line + "Host:\r\n\r\n", 400, "not a host name"},
      {"TwoHosts", get("host: b\r\n"), 400, "more than one Host"},
      {"SameHostTwice", get("Host: a\r\n"), 400, "more than one Host"},
      {"SpaceInHost", line + "Host: a b\r\n\r\n", 400, "not a host name"},
      {"PathInHost", line + "Host: a/b\r\n\r\n", 400, "not a host name"},
      {"UserInHost", line + "Host: me@a\r\n\r\n", 400, "not a host name"},
      {"HeaderTooLarge", get("X: " + std::string(8'300, 'a') + "\r\n"), 431, "larger than 8192 bytes"},
      {"HeaderWithoutEnd", line + "X: " + std::string(8'300, 'a'), 431, "larger than 8192 bytes"},
      {"OtherExpectation", post("Expect: coffee\r\nContent-Length: 1\r\n"), 417, "100-continue"},
      {"ExpectationTwice", post("Expect: 100-continue\r\nExpect: 100-continue\r\n"), 417, "100-continue"},
  };
}

std::vector<Malformed> lengths() {
  const std::string length = "Content-Length: ";
  const std::string encoding = "Transfer-Encoding: ";
  return {
      {"LengthTwice", post(length + "1\r\n" + length + "1\r\n", "a"), 400, "Content-Length"},
      {"TwoLengths", post(length + "1\r\n" + length + "2\r\n", "ab"), 400, "Content-Length"},
      {"LengthList", post(length + "1, 1\r\n", "a"), 400, "Content-Length"},
      {"LengthWithPlus", post(length + "+1\r\n", "a"), 400, "Content-Length"},
      {"LengthNegative", post(length + "-1\r\n"), 400, "Content-Length"},
      {"LengthHexadecimal", post(length + "0x1\r\n", "a"), 400, "Content-Length"},
      {"LengthWithSpace", post(length + "1 0\r\n", "a"), 400, "Content-Length"},
      {"LengthEmpty", post(length + "\r\n"), 400, "Content-Length"},
      {"LengthOverflows", post(length + "18446744073709551617\r\n"), 400, "Content-Length"},
      {"LengthTooLarge", post(length + "4097\r\n"), 413, "larger than 4096 bytes"},
      {"LengthHuge", post(length + "18446744073709551615\r\n"), 413, "larger than 4096 bytes"},
      {"EncodingGzip", post(encoding + "gzip\r\n"), 400, "lone 'chunked'"},
      {"EncodingIdentity", post(encoding + "identity\r\n"), 400, "lone 'chunked'"},
      {"EncodingEmpty", post(encoding + "\r\n"), 400, "lone 'chunked'"},
      {"EncodingGzipChunked", post(encoding + "gzip, chunked\r\n"), 400, "lone 'chunked'"},
      {"EncodingChunkedGzip", post(encoding + "chunked, gzip\r\n"), 400, "lone 'chunked'"},
      {"EncodingChunkedTwice", post(encoding + "chunked, chunked\r\n"), 400, "lone 'chunked'"},
      {"EncodingMisspelt", post(encoding + "xchunked\r\n"), 400, "lone 'chunked'"},
      {"EncodingQuoted", post(encoding + "\"chunked\"\r\n"), 400, "lone 'chunked'"},
      {"EncodingVerticalTab", post(encoding + "\x0b" + "chunked\r\n"), 400, "control character"},
      {"EncodingSpaceBeforeColon", post("Transfer-Encoding : chunked\r\n"), 400, "field name"},
      {"EncodingFieldTwice", post(encoding + "chunked\r\n" + encoding + "chunked\r\n"), 400, "chunked"},
      {"EncodingFieldsDiffer", post(encoding + "chunked\r\n" + encoding + "identity\r\n"), 400, "chunked"},
      {"EncodingThenLength", post(encoding + "chunked\r\n" + length + "5\r\n", "0\r\n\r\n"), 400, "Content-Length"},
      {"LengthThenEncoding", post(length + "5\r\n" + encoding + "chunked\r\n", "0\r\n\r\n"), 400, "Transfer-Encoding"},
      {"GzipThenLength", post(encoding + "gzip\r\n" + length + "5\r\n", "hello"), 400, "Transfer-Encoding"},
      {"EncodingInVersion10", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "HTTP/1.0 has no"},
  };
}

std::vector<Malformed> chunks() {
  std::string many;
  for (int count = 0; count < 4'097; ++count) many += "1\r\nx\r\n";
  const std::string extended = "1;" + std::string(100, 'e') + "\r\nx\r\n";
  std::string framing;
  while (framing.size() < 60'000) framing += extended;
  return {
      {"ChunkSizeIsNoNumber", chunked("zz\r\nhello\r\n0\r\n\r\n"), 400, "chunked body"},
      {"ChunkSizeEmpty", chunked("\r\nhello\r\n0\r\n\r\n"), 400, "chunked body"},
      {"ChunkSizeNegative", chunked("-1\r\n"), 400, "chunked body"},
      {"ChunkSizeHexPrefix", chunked("0x5\r\nhello\r\n0\r\n\r\n"), 400, "chunked body"},
      {"ChunkSizeAfterSpace", chunked(" 5\r\nhello\r\n0\r\n\r\n"), 400, "chunked body"},
      {"ChunkSizeOverflows", chunked("FFFFFFFFFFFFFFFFF\r\n"), 400, "chunked body"},
      {"ChunkSizeHuge", chunked("FFFFFFFFFFFFFFFF\r\n"), 413, "larger than 4096 bytes"},
      {"ChunkBareLineFeed", chunked("5\nhello\r\n0\r\n\r\n"), 400, "chunked body"},
      {"ChunkLongerThanSaid", chunked("5\r\nhelloX\r\n0\r\n\r\n"), 400, "chunked body"},
      {"ChunkShorterThanSaid", chunked("5\r\nhell\r\n0\r\n\r\n"), 400, "chunked body"},
      {"ChunkTooLarge", chunked("1001\r\n"), 413, "larger than 4096 bytes"},
      {"ChunksTooLarge", chunked(many), 413, "larger than 4096 bytes"},
      {"ChunkFramingTooLarge", chunked(framing), 413, "framing"},
      {"ChunkExtensionLineFeed", chunked("1;a=\"\n\"\r\nx\r\n0\r\n\r\n"), 400, "chunked body"},
      {"ChunkTrailerWithoutColon", chunked("0\r\nX\r\n\r\n"), 400, "chunked body"},
      {"ChunkTrailerFolded", chunked("0\r\nX: a\r\n b\r\n\r\n"), 400, "chunked body"},
      {"ChunkTrailerBareLineFeed", chunked("0\r\nX: a\n\r\n"), 400, "chunked body"},
      {"ChunkExtensionAfterSpace", chunked("1 ;a\r\nx\r\n0\r\n\r\n"), 400, "chunked body"},
  };
}

}  // namespace

void PrintTo(const Malformed& malformed, std::ostream* out) { *out << malformed.name; }

const std::vector<Malformed>& malformed_corpus() {
  static const auto kAll = [] {
    std::vector<Malformed> cases;
    for (const auto& group : {request_lines(), fields(), lengths(), chunks()}) {
      cases.insert(cases.end(), group.begin(), group.end());
    }
    return cases;
  }();
  return kAll;
}

}  // namespace coupon::test
