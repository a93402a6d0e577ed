#include "doors/bad_records.hpp"

#include <fmt/format.h>
#include <utility>

namespace coupon::test {

namespace {

constexpr int kNoise = 40;
constexpr int kFlippedRecords = 60;
constexpr std::int32_t kPartitions = 3;
constexpr std::int64_t kLateMs = 4'102'444'800'000;  // 2100
constexpr std::size_t kMebibyte = 1'000'000;

using Records = std::vector<RawRecord>;

std::string value_with(const std::string& code, const std::string& name, const std::string& value, Dice& dice) {
  std::string text = "{";
  for (const auto& [field, good] : std::vector<std::pair<std::string, std::string>>{{"v", "1"},
                                                                                    {"code", '"' + code + '"'},
                                                                                    {"user", R"("bad-field")"},
                                                                                    {"id", '"' + any_id(dice) + '"'},
                                                                                    {"rank", "7"},
                                                                                    {"issuedMs", "1767225600000"},
                                                                                    {"epoch", "1"}}) {
    if (field == name && value.empty()) continue;
    text += fmt::format(R"({}"{}":{})", text.size() > 1 ? "," : "", field, field == name ? value : good);
  }
  return text + "}";
}

RawRecord with_value(std::optional<std::string> value, Dice& dice) {
  return {static_cast<std::int32_t>(dice.below(kPartitions)), "bad-key", std::move(value), {}, 0};
}

void add_noise(Records& records, Dice& dice) {
  for (int i = 0; i < kNoise; ++i) records.push_back(with_value(dice.bytes(dice.below(300)), dice));
  records.push_back(with_value(std::nullopt, dice));
  records.push_back(with_value("", dice));
  records.push_back(with_value(std::string(kMebibyte, '{'), dice));
  records.push_back(with_value(dice.bytes(kMebibyte), dice));
  records.push_back(with_value(std::string(16'000, '['), dice));
  records.push_back({0, dice.bytes(kMebibyte), "x", {}, 0});
  records.push_back({1, "bad-key", "x", {{"x", dice.bytes(kMebibyte)}}, 0});
  for (const auto* text : {"null", "[]", "1", "\"text\"", "{}", "\xff\xfe{}", "{\"v\":1}", "\0"}) {
    records.push_back(with_value(text, dice));
  }
}

void add_truncations(Records& records, const std::string& code, Dice& dice) {
  const auto good = good_record(code, "bad-cut", any_id(dice), 7);
  for (std::size_t size = 0; size < good.value->size(); ++size) {
    auto cut = good;
    cut.value->resize(size);
    cut.headers.clear();
    cut.partition = static_cast<std::int32_t>(dice.below(kPartitions));
    records.push_back(std::move(cut));
  }
}

// Of a coupon that is not there, so that what is still a good record becomes a letter too. Not the version: a newer one
// would be waited for.
void add_flips(Records& records, Dice& dice) {
  for (int i = 0; i < kFlippedRecords; ++i) {
    auto record = good_record("NOSUCH", fmt::format("bad-flip-{}", i), any_id(dice), 7);
    constexpr std::size_t kBehindVersion = 7;
    auto& byte = (*record.value)[kBehindVersion + dice.below(record.value->size() - kBehindVersion)];
    byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << dice.below(8)));
    record.headers.clear();
    records.push_back(std::move(record));
  }
}

void add_wrong_fields(Records& records, const std::string& code, Dice& dice) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> wrong{
      {"v", {"", "0", "-1", "\"1\"", "1.5", "null", "[1]", "1e0"}},
      {"code", {"", "null", "7", R"("")", R"("a b")", R"("\u0000")", R"("AAAAAAAAAABBBBBBBBBBCCCCCCCCCCDDDDDDDDDDE")"}},
      {"user", {"", "null", "7", R"("")", R"("a b")", R"("\ud800")", "\"\xff\"", "[]"}},
      {"id", {"", "null", R"("")", R"("01")", R"("01J0000000000000000000000I")", R"("81J00000000000000000000000")"}},
      {"rank", {"", "0", "-1", "1.5", "\"7\"", "1e3", "9223372036854775808", "9223372036854775807", "null"}},
      {"issuedMs", {"", "-1", "1.5", "\"0\"", "9223372036854775807", "99999999999999999999"}},
      {"epoch", {"", "-1", "4294967296", "\"1\"", "1.0", "null"}}};
  for (const auto& [field, values] : wrong) {
    for (const auto& value : values) records.push_back(with_value(value_with(code, field, value, dice), dice));
  }
}

// Unreadable, with headers that say whose it was, or try to.
void add_headers(Records& records, const std::string& code, Dice& dice) {
  for (int i = 0; i < kNoise; ++i) {
    auto record = good_record(code, fmt::format("bad-header-{}", i), any_id(dice), 7);
    record.value = dice.bytes(1 + dice.below(50));
    auto& headers = record.headers;
    auto& one = headers[dice.below(headers.size())];
    switch (dice.below(5)) {
      case 0: one.second = dice.bytes(dice.below(100)); break;
      case 1: one.second = std::nullopt; break;
      case 2: one.first = dice.bytes(1 + dice.below(20)); break;
      case 3: headers.push_back(one); break;
      default: headers.resize(headers.size() + 50, {"x", std::string(50, 'x')});
    }
    records.push_back(std::move(record));
  }
}

}  // namespace

std::string any_id(Dice& dice) {
  constexpr std::string_view kDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::string id = "01K";
  while (id.size() < 26) id += kDigits[dice.below(kDigits.size())];
  return id;
}

RawRecord good_record(const std::string& code, const std::string& member, const std::string& id, std::int64_t rank) {
  return {0,
          member,
          fmt::format(R"({{"v":1,"code":"{}","user":"{}","id":"{}","rank":{},"issuedMs":1767225600000,"epoch":1}})",
                      code, member, id, rank),
          {{"v", "1"}, {"code", code}, {"user", member}, {"id", id}, {"epoch", "1"}},
          0};
}

Records bad_records(const std::string& code, Dice& dice) {
  Records records;
  add_noise(records, dice);
  add_truncations(records, code, dice);
  add_flips(records, dice);
  add_wrong_fields(records, code, dice);
  add_headers(records, code, dice);
  return records;
}

Records odd_records(const std::string& code, std::int64_t first_rank, Dice& dice) {
  Records records;
  const auto add = [&](auto change) {
    const auto number = static_cast<std::int64_t>(records.size());
    auto record = good_record(code, fmt::format("odd-{}", number), any_id(dice), first_rank + number);
    record.partition = static_cast<std::int32_t>(dice.below(kPartitions));
    change(record);
    records.push_back(std::move(record));
  };
  add([](RawRecord& record) { record.key = std::nullopt; });
  add([](RawRecord& record) { record.key = std::string("\0\xff another", 10); });
  add([](RawRecord& record) { record.headers.clear(); });
  add([](RawRecord& record) { record.headers.insert(record.headers.begin(), {"user", "bad-other"}); });
  add([](RawRecord& record) { record.headers = {{"v", "99"}, {"code", std::nullopt}, {"id", "x"}, {"\xff", "\xff"}}; });
  add([](RawRecord& record) { record.headers.resize(200, {"x", std::string(100, '\0')}); });
  add([](RawRecord& record) { record.timestamp_ms = 1; });
  add([](RawRecord& record) { record.timestamp_ms = kLateMs; });
  add([](RawRecord& record) { record.headers.emplace_back("x", std::string(kMebibyte, 'x')); });
  add([](RawRecord& record) { record.value = " \n" + *record.value + "\t "; });
  add([](RawRecord& record) { record.value->insert(1, R"("new":{"deep":[1,2,{}]},"other":null,)"); });
  add([](RawRecord& record) { record.value->insert(1, fmt::format(R"("pad":"{}",)", std::string(10'000, 'x'))); });
  return records;
}

}  // namespace coupon::test
