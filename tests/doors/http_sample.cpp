#include "doors/http_sample.hpp"

#include <array>
#include <fmt/format.h>
#include <strings.h>
#include <utility>

namespace coupon::test {

namespace {

using Table = const std::vector<Mutation>& (*)();
constexpr std::array<Table, 4> kTables{line_mutations, field_mutations, framing_mutations, body_mutations};

Draft issue_draft(const std::string& member, const std::string& code, Dice& dice) {
  Draft draft;
  draft.target = "/api/v1/coupons/issue";
  draft.fields = {dice.text({"Host: localhost", "host: a.example:8080", "HOST: [::1]:80", "Host: 127.0.0.1"}),
                  dice.text({"Content-Type: application/json", "content-type: application/json; charset=utf-8",
                             "Content-Type:application/json"})};
  if (dice.percent(30)) draft.fields.push_back("Idempotency-Key: key-" + member);
  if (dice.percent(30)) draft.fields.emplace_back("User-Agent: a (b; c) \xc3\xa9");
  if (dice.percent(10)) draft.target.insert(0, "http://a.example");
  const auto space = dice.text({"", " ", "\r\n\t "});
  const auto one = fmt::format(R"("couponCode":{}"{}")", space, code);
  const auto two = fmt::format(R"("memberId"{}:"{}")", space, member);
  const bool turned = dice.percent(50);
  draft.body = fmt::format("{{{}{},{}}}", space, turned ? two : one, turned ? one : two);
  if (dice.percent(25)) {
    draft.framing = Draft::Framing::kOwn;
    draft.fields.push_back(dice.text({"Transfer-Encoding: chunked", "transfer-encoding:\tCHUNKED "}));
    draft.payload = chunked(draft.body, dice);
  }
  return draft;
}

Draft look_draft(Dice& dice) {
  Draft draft;
  draft.method = "GET";
  draft.target = dice.text({"/api/v1/coupons/FLASH100", "/api/v1/coupons/stock/FLASH100", "/api/v1/coupons/%46LASH100",
                            "/healthz", "http://a.example/healthz"});
  draft.fields = {"Host: localhost", "Accept: */*"};
  draft.framing = Draft::Framing::kOwn;
  return draft;
}

void add_good(Sample& sample, std::string member, Dice& dice) {
  if (dice.percent(20)) {
    sample.bytes += look_draft(dice).text();
    sample.parts.push_back({Fate::kGood, "a look"});
    return;
  }
  sample.bytes += issue_draft(member, kDoorCode, dice).text();
  sample.parts.push_back({Fate::kGood, "issue " + member});
  sample.members.push_back(std::move(member));
}

void add_broken(Sample& sample, const std::string& member, Dice& dice) {
  const auto& mutation = dice.pick(dice.pick(std::vector<Table>(kTables.begin(), kTables.end()))());
  const bool flipped = mutation.fate == Fate::kFlipped;
  const bool look = mutation.of == Mutation::Of::kAny && !flipped && dice.percent(20);
  auto draft = look ? look_draft(dice) : issue_draft(member, flipped ? kFlipCode : kDoorCode, dice);
  if (mutation.draft != nullptr) mutation.draft(draft, dice);
  auto bytes = draft.text();
  if (mutation.bytes != nullptr) mutation.bytes(bytes, draft.head().size(), dice);
  sample.bytes += bytes;
  sample.parts.push_back(
      {mutation.fate, fmt::format("{} with {}", look ? "a look" : "issue " + member, mutation.name)});
  sample.after = mutation.after;
}

}  // namespace

std::string Draft::head() const {
  auto text = method + " " + target + " " + version + "\r\n";
  for (const auto& line : fields) text += line + "\r\n";
  if (framing == Framing::kLength) text += fmt::format("Content-Length: {}\r\n", body.size());
  return text + "\r\n";
}

std::string Draft::text() const { return head() + (framing == Framing::kLength ? body : payload); }

void Draft::field(const std::string& name, const std::string& line) {
  const auto named = [&name](const std::string& one) {
    return one.size() > name.size() && one[name.size()] == ':' &&
           strncasecmp(one.c_str(), name.c_str(), name.size()) == 0;
  };
  std::erase_if(fields, named);
  if (!line.empty()) fields.push_back(line);
}

Sample make_sample(Dice& dice, std::size_t number) {
  Sample sample;
  for (auto before = dice.percent(25) ? 1 + dice.below(3) : 0; before > 0; --before) {
    add_good(sample, fmt::format("good-{}-{}", number, before), dice);
  }
  if (dice.percent(15)) {
    add_good(sample, fmt::format("good-{}", number), dice);
    return sample;
  }
  add_broken(sample, fmt::format("broken-{}", number), dice);
  if (sample.after == After::kGoesOn && dice.percent(50)) {
    add_good(sample, fmt::format("after-{}", number), dice);
  } else if (sample.after == After::kEnds && dice.percent(50)) {
    sample.bytes += issue_draft(fmt::format("smuggled-{}", number), kDoorCode, dice).text();
  }
  return sample;
}

}  // namespace coupon::test
