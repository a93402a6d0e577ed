#include "couponload/cli/load_flags.hpp"

#include "base/text.hpp"
#include "couponload/burst/open_socket.hpp"
#include "couponload/members.hpp"
#include "couponload/report/document.hpp"

namespace coupon::load {

void LoadFlags::add_number(const std::string& names, const std::string& name, const std::string& description,
                           std::int64_t& target, std::int64_t max) {
  app->add_option_function<std::string>(
         names,
         [&target, name, max](const std::string& text) {
           target = value_or_usage(base::parse_integer(text, fmt::format("'{}'", text), 1, max), "--" + name);
         },
         description)
      ->type_name(fmt::format("1..{}", max))
      ->default_str(fmt::format("{}", target))
      ->envname(base::environment_name(name))
      ->take_last();
}

void LoadFlags::add_duration(const std::string& names, const std::string& name, const std::string& description,
                             std::int64_t& target_ms) {
  app->add_option_function<std::string>(
         names,
         [&target_ms, name](const std::string& text) {
           target_ms =
               value_or_usage(base::parse_duration_ms(text, fmt::format("'{}'", text), kTimeMaxMs), "--" + name);
           if (target_ms == 0) throw CLI::ValidationError(fmt::format("--{}: must be above 0", name));
         },
         description)
      ->type_name("DURATION")
      ->default_str(fmt::format("{}s", target_ms / 1'000))
      ->take_last();
}

void LoadFlags::add_common() {
  add_target_options(*app, options.target);
  add_who();
  add_number("-t,--threads", "threads", "load threads; more than half of the cores disturb a server beside", threads,
             kThreadsMax);
  add_number("--repeat", "repeat", "runs, each with set-up and teardown", repeat, kRepeatsMax);
  settings.flag({"no-prime", "do not warm each connection with a harmless request"}, no_prime);
  settings.flag({"cold", "a new connection for every request, opened when it is due"}, options.cold);
  settings.duration({"timeout", "for an answer; then the request is unknown"}, options.timeout_ms, kTimeMaxMs);
  app->add_option_function<std::vector<std::string>>(
         "--source",
         [this](const std::vector<std::string>& addresses) {
           for (const auto& text : addresses) options.sources.push_back(value_or_usage(parse_source(text), "--source"));
         },
         "local address to connect from; several are taken in turn")
      ->type_name("ADDR")
      ->allow_extra_args(false);
  add_together();
  add_limits();
  add_output();
}

void LoadFlags::add_together() {
  app->add_option_function<std::string>(
         "--shard", [this](const std::string& text) { options.shard = value_or_usage(Shard::parse(text), "--shard"); },
         "this machine's part of a load that several make together; merge puts the results together")
      ->type_name("i/n")
      ->take_last();
  app->add_option_function<std::string>(
         "--start-at",
         [this](const std::string& text) {
           options.start_at_ms = value_or_usage(base::parse_instant_ms(text, fmt::format("'{}'", text)), "--start-at");
         },
         "when to begin, by this machine's clock: milliseconds since 1970 or RFC 3339, at most 10 min ahead")
      ->type_name("INSTANT")
      ->take_last();
}

void LoadFlags::add_who() {
  settings.integer({"same-user", "requests of each member, sent behind one another"}, same_user, 1, kUsersMax);
  settings.integer({"same-key", "requests behind one another that share {key}, the idempotency key"}, same_key, 1,
                   kUsersMax);
  app->add_option_function<std::string>(
         "--member-format",
         [this](const std::string& text) {
           if (const auto format = MemberFormat::parse(text); !format) {
             throw CLI::ValidationError(fmt::format("--member-format: {}", format.error().message));
           }
           options.member_format = text;
         },
         "names of the members, instead of the profile's")
      ->type_name("TEXT")
      ->envname(base::environment_name("member-format"));
  settings.integer({"seed", "order of the members, and which winners ask again"}, seed, 0, INT64_MAX);
}

void LoadFlags::add_limits() {
  settings.duration({"settle", "for every promise to be recorded"}, options.settle_ms, kTimeMaxMs);
  settings.duration({"max-lag", "above, the run is invalid: heartbeat lag p99 of a load thread"}, options.lag_max_ms,
                    kTimeMaxMs);
  settings.integer({"max-run-delay", "above, the run is invalid: percent of the time without a core"},
                   run_delay_percent, 1, 100);
  app->add_option_function<std::vector<std::string>>(
         "--threshold",
         [this](const std::vector<std::string>& texts) {
           for (const auto& text : texts) {
             options.thresholds.push_back(value_or_usage(parse_threshold(text), "--threshold"));
           }
         },
         "what the run must reach, such as 'issued p(99) < 50ms'; may be repeated")
      ->type_name("EXPR")
      ->allow_extra_args(false);
}

void LoadFlags::add_output() {
  app->add_option_function<std::string>(
         "--evidence",
         [this](const std::string& text) {
           if (text != "grants" && text != "all") throw CLI::ValidationError("--evidence must be grants or all");
           options.evidence = text == "all" ? EvidenceScope::kAll : EvidenceScope::kGrants;
         },
         "requests to keep a row of: grants and unknown ones, or all of them")
      ->type_name("grants|all")
      ->default_str("grants")
      ->take_last();
  app->add_option_function<std::string>(
         "-o,--output",
         [this](const std::string& text) { options.format = value_or_usage(parse_report_format(text), "--output"); },
         "what to print")
      ->type_name("table|json|hgrm|hlog|csv|html|junit")
      ->default_str("table")
      ->take_last();
  app->add_option("--out", options.out_path, "also write the JSON result to this file")->type_name("FILE");
  app->add_flag("--quiet", options.quiet, "no progress and no notices on stderr");
}

void LoadFlags::add_burst() {
  add_number("-u,--users", "users", "requests, each on a connection of its own", users, kUsersMax);
  settings.integer({"retry-timeout", "how often a request that timed out is asked again, on a new connection"}, retries,
                   0, kRetriesMax);
  settings.duration({"max-skew", "above, the run is invalid: last send after the release; 0 is no limit"},
                    options.skew_max_ms, kTimeMaxMs);
}

void LoadFlags::add_paced() {
  add_number("-c,--connections", "connections", "connections, kept alive: at most so many requests are under way",
             connections, kConnectionsMax);
  add_duration("-d,--duration", "duration", "the measured window", options.duration_ms);
  settings.duration({"warmup", "before the window, with the prime request only: it costs no quota"}, options.warmup_ms,
                    kTimeMaxMs);
}

void LoadFlags::add_rate() {
  connections = 1'000;
  add_paced();
  add_number("-R,--rate", "rate", "requests a second, at even distances, whether or not the server keeps up",
             options.rate_per_s, kRateMax);
  app->add_option_function<std::string>(
         "--stages",
         [this](const std::string& text) {
           options.stages = value_or_usage(Stages::parse(text), "--stages");
           options.stages_text = text;
         },
         "rates one behind the other, instead of -R and -d: 10s:1000,30s:5000")
      ->type_name("DURATION:RATE,…")
      ->take_last();
}

void LoadFlags::add_closed() {
  add_paced();
  settings.duration({"think", "between an answer and the next request of the same connection"}, options.think_ms,
                    kTimeMaxMs);
}

}  // namespace coupon::load
