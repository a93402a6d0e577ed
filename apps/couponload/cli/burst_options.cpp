#include "couponload/cli/burst_options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <thread>

#include "base/settings.hpp"
#include "base/text.hpp"

namespace coupon::load {

using base::Errc;
using base::Result;

namespace {

constexpr std::int64_t kUsersMax = 1'000'000;
constexpr std::int64_t kThreadsMax = 64;
constexpr std::int64_t kTimeMaxMs = 3'600'000;
constexpr double kPercent = 100;

constexpr const char* kExamples = R"(Examples:
  couponload burst                                10,000 members ask 127.0.0.1:8080 for FLASH100 at once
  couponload burst http://shop:8080 --code SPRING -u 5000 -t 2
  couponload burst --same-user 10                 1,000 members, ten requests each: nobody may win twice
  couponload burst -o json --out run.json --quiet
  couponload burst --max-lag 1s --max-run-delay 100   beside the server on a small machine: the verdict is
                                                  about correctness, the times say little
  couponload burst -H 'Authorization: Bearer x'   with every request

Exit codes: 0 pass, 2 wrong usage or a limit of this machine, 3 server unreachable or coupon missing,
5 an invariant is violated, 130 interrupted, 6 invalid or inconclusive, 1 internal error.)";

std::int64_t default_threads() { return std::max<std::int64_t>(1, std::thread::hardware_concurrency() / 2); }

bool is_token_char(char c) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kMarks.find(c) != std::string_view::npos;
}

bool is_ours(const std::string& name) {
  constexpr std::array<std::string_view, 6> kOurs{"host",       "content-length",    "content-type",
                                                  "connection", "transfer-encoding", "expect"};
  return std::ranges::find(kOurs, CLI::detail::to_lower(name)) != kOurs.end();
}

template <class T>
T valid(const Result<T>& result, std::string_view flag) {
  if (!result) throw CLI::ValidationError(fmt::format("{}: {}", flag, result.error().message));
  return *result;
}

}  // namespace

Result<std::pair<std::string, std::string>> parse_header(const std::string& text) {
  const auto colon = std::min(text.find(':'), text.size());
  const auto name = text.substr(0, colon);
  if (colon == text.size() || name.empty() || !std::ranges::all_of(name, is_token_char)) {
    return base::fail(Errc::kInvalid, fmt::format("'{}' must be 'Name: value'", text));
  }
  if (is_ours(name)) return base::fail(Errc::kInvalid, fmt::format("{} is set by couponload itself", name));
  const auto begin = std::min(text.find_first_not_of(" \t", colon + 1), text.size());
  const auto value = text.substr(begin);
  if (std::ranges::any_of(value, [](unsigned char c) { return c < ' ' || c == '\x7f'; })) {
    return base::fail(Errc::kInvalid, fmt::format("the value of {} has a control character", name));
  }
  return std::pair(name, value);
}

// What the command line holds in its own types.
struct BurstCommandLine::Raw {
  explicit Raw(CLI::App& parent)
      : app(parent.add_subcommand("burst", "everybody asks at once; then every promise is verified")), settings(*app) {}

  // Settings knows long names only.
  void add_number(const std::string& names, const std::string& name, const std::string& description,
                  std::int64_t& target, std::int64_t max) {
    app->add_option_function<std::string>(
           names,
           [&target, name, max](const std::string& text) {
             target = valid(base::parse_integer(text, fmt::format("'{}'", text), 1, max), "--" + name);
           },
           description)
        ->type_name(fmt::format("1..{}", max))
        ->default_str(fmt::format("{}", target))
        ->envname(base::environment_name(name))
        ->take_last();
  }

  void add_target() {
    app->add_option_function<std::string>(
           "URL", [this](const std::string& text) { options.url = valid(net::http::parse_url(text), "URL"); },
           "the server")
        ->default_str("http://127.0.0.1:8080");
    app->add_option_function<std::vector<std::string>>(
           "-H,--header",
           [this](const std::vector<std::string>& lines) {
             for (const auto& line : lines) options.headers.push_back(valid(parse_header(line), "--header"));
           },
           "field to send with every request, 'Name: value'; may be repeated")
        ->type_name("FIELD")
        ->allow_extra_args(false);
    settings.text({"code", "coupon to ask for"}, options.code);
  }

  void add_load() {
    add_number("-u,--users", "users", "requests, each on a connection of its own", users, kUsersMax);
    add_number("-t,--threads", "threads", "load threads; more than half of the cores disturb a server beside", threads,
               kThreadsMax);
    settings.integer({"same-user", "requests of each member, sent behind one another"}, same_user, 1, kUsersMax);
    app->add_option_function<std::string>(
           "--member-format",
           [this](const std::string& text) { options.members = valid(MemberFormat::parse(text), "--member-format"); },
           "names of the members")
        ->type_name("TEXT")
        ->default_str("m{:08d}")
        ->envname(base::environment_name("member-format"));
    settings.integer({"seed", "order of the members, and which winners ask again"}, seed, 0, INT64_MAX);
    settings.flag({"no-prime", "do not warm each connection with a harmless request"}, no_prime);
    settings.duration({"timeout", "for an answer; then the request is unknown"}, options.timeout_ms, kTimeMaxMs);
  }

  void add_limits() {
    settings.duration({"settle", "for every promise to be recorded"}, options.settle_ms, kTimeMaxMs);
    settings.duration({"max-lag", "above, the run is invalid: heartbeat lag p99 of a load thread"}, options.lag_max_ms,
                      kTimeMaxMs);
    settings.integer({"max-run-delay", "above, the run is invalid: percent of the time without a core"}, run_delay, 1,
                     100);
    settings.duration({"max-skew", "above, the run is invalid: last send after the release; 0 is no limit"},
                      options.skew_max_ms, kTimeMaxMs);
  }

  void add_output() {
    app->add_option_function<std::string>(
           "-o,--output",
           [this](const std::string& text) {
             if (text != "table" && text != "json") throw CLI::ValidationError("--output must be table or json");
             options.format = valid(base::parse_output_format(text), "--output");
           },
           "what to print")
        ->type_name("table|json")
        ->default_str("table")
        ->take_last();
    app->add_option("--out", options.out_path, "also write the JSON result to this file")->type_name("FILE");
    app->add_flag("--quiet", options.quiet, "no progress and no notices on stderr");
  }

  CLI::App* app;
  base::Settings settings;
  BurstOptions options;
  std::int64_t users = 10'000;
  std::int64_t threads = default_threads();
  std::int64_t same_user = 1;
  std::int64_t seed = 1;
  std::int64_t run_delay = 10;
  bool no_prime = false;
};

BurstCommandLine::BurstCommandLine(CLI::App& parent) : raw_(std::make_unique<Raw>(parent)) {
  raw_->options.url = {.host = "127.0.0.1", .port = 8080, .base_path = {}};
  raw_->options.members = MemberFormat::parse("m{:08d}").value();
  raw_->app->footer(kExamples);
  raw_->add_target();
  raw_->add_load();
  raw_->add_limits();
  raw_->add_output();
}

BurstCommandLine::~BurstCommandLine() = default;

bool BurstCommandLine::chosen() const { return raw_->app->parsed(); }

BurstOptions BurstCommandLine::options() const {
  auto options = raw_->options;
  options.users = static_cast<std::uint32_t>(raw_->users);
  options.threads = static_cast<int>(std::min(raw_->threads, raw_->users));
  options.same_user = static_cast<std::uint32_t>(std::min(raw_->same_user, raw_->users));
  options.seed = static_cast<std::uint64_t>(raw_->seed);
  options.run_delay_share_max = static_cast<double>(raw_->run_delay) / kPercent;
  options.prime = !raw_->no_prime;
  return options;
}

}  // namespace coupon::load
