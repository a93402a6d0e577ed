#include "couponctl/session.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <fmt/core.h>
#include <pwd.h>
#include <unistd.h>

#include "base/settings.hpp"
#include "base/text.hpp"

namespace coupon::ctl {

using base::Result;

namespace {

std::string user_name() {
  const auto* entry = getpwuid(getuid());
  return entry != nullptr && entry->pw_name != nullptr ? entry->pw_name : std::to_string(getuid());
}

// A result that could not be written is a failure of the command: a full disk must not look like success.
void write_out(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    throw std::runtime_error("cannot write the result to stdout");
  }
}

}  // namespace

void Session::add_options(CLI::App& app) {
  base::Settings settings(app);
  engines_config_.start_timeout_ms = 0;  // who asks by hand is told at once
  profile::add_settings(settings, engines_config_);
  app.add_option("-o,--output", output_, "how results are printed: table, json or csv")
      ->envname("COUPON_OUTPUT")
      ->check(CLI::IsMember({"table", "json", "csv"}))
      ->capture_default_str();
  app.add_flag("-q,--quiet", quiet_, "no remarks on stderr");
}

Result<> Session::prepare() {
  COUPON_TRY(profile::check(engines_config_));
  const auto format = base::parse_output_format(output_);
  if (!format) return std::unexpected(format.error());
  format_ = *format;
  return {};
}

int Session::run() { return action_ ? action_() : kFailed; }

Result<service::Backend*> Session::backend(bool create) { return open(create, false); }
Result<service::Backend*> Session::backend_that_appends() { return open(false, true); }

Result<service::Backend*> Session::open(bool create, bool appends) {
  if (!bench_) {
    auto config = engines_config_;
    config.create = create;
    config.appends = appends;
    auto engines = profile::Engines::open(config, clock_, metrics_);
    if (!engines) return std::unexpected(engines.error());
    engines_ = std::move(*engines);
    auto bench = profile::Workbench::open(*engines_, clock_, metrics_);
    if (!bench) return std::unexpected(bench.error());
    bench_ = std::move(*bench);
  }
  return &bench_->backend();
}

std::string Session::actor() const { return "couponctl:" + user_name(); }

void Session::print(const base::Table& table) const { write_out(base::render(table, format_)); }
void Session::print(const Record& record) const { write_out(base::render_record(record, format_)); }
void Session::print_text(const std::string& text) const { write_out(text); }

void Session::note(const std::string& text) const {
  if (!quiet_) fmt::print(stderr, "{}\n", text);
}

int Session::fail(const base::Error& error) const {
  fmt::print(stderr, "couponctl: {}\n", error.message);
  return kFailed;
}

base::Cell instant_cell(std::int64_t ms) {
  if (ms == 0) return std::monostate{};
  return base::format_instant(ms);
}

}  // namespace coupon::ctl
