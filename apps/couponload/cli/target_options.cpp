#include "couponload/cli/target_options.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "base/settings.hpp"
#include "couponload/profile/header_field.hpp"
#include "couponload/profile/load_profile.hpp"
#include "couponload/profile/placeholders.hpp"

namespace coupon::load {

using base::Errc;
using base::Result;

namespace {

void take_field(TargetOptions& options, const std::string& text) {
  auto field = parse_field(text);
  if (!field) throw CLI::ValidationError(fmt::format("--header: {}", field.error().message));
  options.headers.push_back(std::move(*field));
}

void take_var(TargetOptions& options, const std::string& text) {
  const auto equals = text.find('=');
  const auto name = text.substr(0, equals);
  if (equals == std::string::npos || !is_placeholder_name(name)) {
    throw CLI::ValidationError(
        fmt::format("--var: '{}' must be NAME=VALUE, the name of letters, digits, _ and -", text));
  }
  options.vars[name] = text.substr(equals + 1);
}

void take_url(TargetOptions& options, const std::string& text) {
  if (const auto url = net::http::parse_url(text); !url) {
    throw CLI::ValidationError(fmt::format("URL: {}", url.error().message));
  }
  options.url = text;
}

template <class Take>
void add_repeated(CLI::App& app, const char* names, TargetOptions& options, Take take, const char* description,
                  const char* type) {
  app.add_option_function<std::vector<std::string>>(
         names,
         [&options, take](const std::vector<std::string>& given) {
           for (const auto& text : given) take(options, text);
         },
         description)
      ->type_name(type)
      ->allow_extra_args(false);
}

}  // namespace

void add_value_options(CLI::App& app, TargetOptions& options) {
  app.add_option("--code", options.code, "coupon to ask for: the value of {code}")
      ->type_name("TEXT")
      ->envname(base::environment_name("code"))
      ->take_last();
  add_repeated(app, "--var", options, take_var, "value of {var:NAME} in the profile; may be repeated", "NAME=VALUE");
  add_repeated(app, "-H,--header", options, take_field,
               "field to send with every request, 'Name: value'; may be repeated", "FIELD");
  app.add_option("--cacert", options.tls.ca_file, "PEM file of the authorities to trust, for https")
      ->type_name("FILE")
      ->take_last();
  app.add_option("--server-name", options.tls.server_name,
                 "name to ask for and to expect in the certificate, instead of the URL's host")
      ->type_name("NAME")
      ->take_last();
  app.add_flag("--insecure", options.tls.insecure, "https with any certificate: nobody knows who answers");
}

void add_target_options(CLI::App& app, TargetOptions& options) {
  app.add_option_function<std::string>(
         "URL", [&options](const std::string& text) { take_url(options, text); },
         "the server; without it the one that the profile names")
      ->default_str("of the profile");
  app.add_option("-f,--profile", options.profile, "what the service looks like: a built-in profile or a TOML file")
      ->type_name("PROFILE")
      ->default_str(options.profile)
      ->envname(base::environment_name("profile"))
      ->take_last();
  add_value_options(app, options);
}

Result<ResolvedTarget> resolve_target(const TargetOptions& options) {
  auto profile = load_profile(options.profile);
  if (!profile) return std::unexpected(std::move(profile).error());
  auto given = options.vars;
  if (!options.code.empty()) given["code"] = options.code;
  auto values = initial_values(*profile, given);
  if (!values) return std::unexpected(std::move(values).error());
  COUPON_TRY(settle_quota(*profile, *values));
  const auto& text = options.url.empty() ? profile->url : options.url;
  if (text.empty()) return base::fail(Errc::kInvalid, "the profile names no url; say which server: http://HOST:PORT");
  auto url = net::http::parse_url(text);
  if (!url) return std::unexpected(std::move(url).error());
  return ResolvedTarget{.profile = std::move(*profile),
                        .url = std::move(*url),
                        .headers = options.headers,
                        .tls = options.tls,
                        .values = std::move(*values)};
}

}  // namespace coupon::load
