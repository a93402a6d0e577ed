// couponload's profile of a service, and an answer of that service: "profile ==== answer".

#include <nlohmann/json.hpp>

#include "couponload/profile/classify.hpp"
#include "couponload/profile/condition.hpp"
#include "couponload/profile/explain.hpp"
#include "couponload/profile/header_field.hpp"
#include "couponload/profile/load_profile.hpp"
#include "couponload/profile/placeholders.hpp"
#include "couponload/profile/request_template.hpp"
#include "couponload/profile/values.hpp"
#include "fuzz/check.hpp"

namespace coupon::fuzz_profile {

using namespace load;
using fuzz::accepted;

namespace {

void check_shape(const RequestShape& shape) {
  FUZZ_CHECK(shape.path.empty() || shape.path.starts_with('/'));
  FUZZ_CHECK(shape.body.size() <= kBodyBytesMax);
  for (const auto& [name, value] : shape.headers) FUZZ_CHECK(accepted(check_field(name, value)));
}

void check_rules(const Profile& profile, std::string_view answer) {
  for (const auto& rule : profile.outcomes) {
    FUZZ_CHECK(!text_of(rule).empty());
    for (const auto& condition : rule.where) {
      const auto again = parse_condition(text_of(condition));
      FUZZ_CHECK(accepted(again) && *again == condition);
    }
  }
  Classifier classifier(profile);
  for (const int status : {200, 409, 503}) {
    const auto first = classifier.read(status, true, answer);
    const auto& second = classifier.read(status, true, answer);
    FUZZ_CHECK(first.outcome == second.outcome && first.id == second.id && first.rank == second.rank);
    FUZZ_CHECK(first.rule < static_cast<int>(profile.outcomes.size()));
  }
}

// A template that patches what it laid out gives what formatting the request anew gives.
void check_requests(const Profile& profile) {
  const auto values = example_values(profile, {});
  const auto url = net::http::parse_url("http://127.0.0.1:1").value();
  RequestTemplate requests(profile.request, "CODE", url, {}, values);
  for (const std::uint64_t seq : {3, 4, 10}) {
    const auto member = "m" + std::to_string(seq);
    const Subject subject{.code = "CODE", .member = member, .variables = &values, .seq = seq, .attempt = 1, .key = seq};
    FUZZ_CHECK(requests.render(member, seq) == net::http::serialize(url, make_question(profile.request, subject, {})));
  }
}

}  // namespace

FUZZ_TARGET(profile) {
  auto rest = fuzz::text_of(data, size);
  const auto text = fuzz::take_until(rest, "\n====\n");
  const auto profile = parse_profile(text, "p.toml");
  if (!accepted(profile)) return 0;
  FUZZ_CHECK(text.size() <= kProfileBytesMax && profile->sha256.size() == 64 && profile->name.size() <= 64);
  FUZZ_CHECK(profile->url.empty() || accepted(net::http::parse_url(profile->url)));
  check_shape(profile->request);
  for (const auto* steps : {&profile->setup, &profile->teardown}) {
    for (const auto& step : *steps) check_shape(step.shape);
  }
  check_rules(*profile, rest);
  FUZZ_CHECK(explain(*profile).ends_with('\n'));
  for (const auto& doubt : doubts(*profile)) FUZZ_CHECK(!doubt.empty());
  if (const auto values = initial_values(*profile, {{"code", "C"}}); accepted(values)) check_requests(*profile);
  return 0;
}

}  // namespace coupon::fuzz_profile
