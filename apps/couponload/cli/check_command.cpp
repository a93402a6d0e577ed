#include "couponload/cli/check_command.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <sstream>

#include "base/log.hpp"
#include "couponload/members.hpp"
#include "couponload/profile/explain.hpp"
#include "couponload/profile/load_profile.hpp"
#include "couponload/profile/probe.hpp"
#include "couponload/profile/request_template.hpp"

namespace coupon::load {

namespace {

constexpr std::int64_t kAnswerTimeMaxMs = 600'000;

constexpr const char* kCheckExamples = R"(Examples:
  couponload check couponsrv                      a built-in profile (couponsrv, fcfs-s0, fcfs-s2)
  couponload check shop.toml                      every mistake with its line, what is checked, the request as bytes
  couponload check shop.toml --probe http://127.0.0.1:8080 --code SPRING
                                                  set-up, one request as a member no run uses, teardown;
                                                  it may take one place

Exit codes: 0 good, 2 the profile is wrong or does not fit the server, 3 unreachable or set-up failed.)";

ExitCode refuse(const base::Error& error, ExitCode code) {
  fmt::print(stderr, "{}\n", error.message);
  return code;
}

// Carriage returns left out, every line set in.
void print_bytes(const std::string& text, std::ostream& out) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with('\r')) line.pop_back();
    out << (line.empty() ? "" : "  ") << line << '\n';
  }
}

Variables shown_values(const Profile& profile, const TargetOptions& options) {
  Variables known;
  if (!options.code.empty()) known["code"] = options.code;
  for (const auto& [name, value] : options.vars) known["var:" + name] = value;
  return example_values(profile, known);
}

base::Result<std::string> example_request(const Profile& profile, const TargetOptions& options) {
  const auto source = MemberSource::make(profile.members, 1);
  if (!source) return std::unexpected(source.error());
  auto url = net::http::parse_url(options.url.empty() ? profile.url : options.url);
  if (!url) url = net::http::Url{.host = "HOST", .port = 80, .base_path = {}};
  const auto values = shown_values(profile, options);
  return std::string(RequestTemplate(profile.request, {}, *url, options.headers, values).render(source->name(0)));
}

ExitCode run_probe(const CheckOptions& options, std::ostream& out) {
  const auto target = resolve_target(options.target);
  if (!target) return refuse(target.error(), ExitCode::kUsage);
  const StepsPlan plan{
      .url = target->url, .client = {.timeout_ms = options.timeout_ms, .tls = target->tls}, .headers = target->headers};
  const auto report = probe(target->profile, plan, target->values);
  if (!report) {
    return refuse(report.error(),
                  report.error().code == base::Errc::kInvalid ? ExitCode::kUsage : ExitCode::kUnreachable);
  }
  out << "\nProbe of " << target->url.text() << '\n' << report->text;
  if (report->mismatches.empty()) {
    out << "The answer is understood.\n";
    return ExitCode::kPass;
  }
  out << "The profile does not fit:\n";
  for (const auto& mismatch : report->mismatches) out << "  - " << mismatch << '\n';
  return ExitCode::kUsage;
}

}  // namespace

CheckCommandLine::CheckCommandLine(CLI::App& parent)
    : app_(parent.add_subcommand("check", "explains a profile, and probes a server with it")), settings_(*app_) {
  app_->footer(kCheckExamples);
  auto& target = options_.target;
  app_->add_option("PROFILE", target.profile, "a built-in profile or a TOML file")->required()->type_name("PROFILE");
  app_->add_option_function<std::string>(
          "--probe",
          [this](const std::string& text) {
            options_.probe = true;
            if (text.empty()) return;
            const auto url = net::http::parse_url(text);
            if (!url) throw CLI::ValidationError(fmt::format("--probe: {}", url.error().message));
            options_.target.url = text;
          },
          "ask this server once; without a URL the one that the profile names")
      ->expected(0, 1)
      ->type_name("[URL]")
      ->take_last();
  settings_.duration({"timeout", "for an answer"}, options_.timeout_ms, kAnswerTimeMaxMs);
  add_value_options(*app_, target);
}

bool CheckCommandLine::chosen() const { return app_->parsed(); }

ExitCode run_check_command(const CheckOptions& options, std::ostream& out) {
  auto profile = load_profile(options.target.profile);
  if (!profile) return refuse(profile.error(), ExitCode::kUsage);
  if (!settle_quota(*profile, shown_values(*profile, options.target))) {
    base::log::debug("the quota is told by a --var that is not given");
  }
  const auto request = example_request(*profile, options.target);
  if (!request) return refuse(request.error(), ExitCode::kUsage);
  out << explain(*profile) << "\nOne request as it is sent\n";
  print_bytes(*request, out);
  out << std::flush;
  return options.probe ? run_probe(options, out) : ExitCode::kPass;
}

}  // namespace coupon::load
