#pragma once
// What every load command says about its target: URL, -f, --code, --var, -H, --cacert, --insecure; and what that means
// together with the profile.

#include <string>
#include <vector>

#include "base/result.hpp"
#include "couponload/profile/profile.hpp"
#include "couponload/profile/values.hpp"
#include "net/http/client/tls.hpp"
#include "net/http/client/url.hpp"

namespace CLI {
class App;
}  // namespace CLI

namespace coupon::load {

/// As the command line said it; empty: not said.
struct TargetOptions {
  std::string url;
  std::string profile = "couponsrv";
  std::string code;
  Variables vars;  ///< by the names of --var: "quota", "code"
  Headers headers;
  net::http::TlsSettings tls;
};

/// Adds URL, -f/--profile, --code, --var, -H/--header, --cacert and --insecure. `options` must live until parsing is
/// over.
void add_target_options(CLI::App& app, TargetOptions& options);
/// The same without URL and -f.
void add_value_options(CLI::App& app, TargetOptions& options);

struct ResolvedTarget {
  Profile profile;  ///< quota.text has become quota.value
  net::http::Url url;
  Headers headers;  ///< of the command line
  net::http::TlsSettings tls;
  /// Everything but what set-up captures; see new_run() and code_of().
  Variables values;
};

/// Loads the profile (reads a file) and finds every value it needs: from --var and --code, else the profile's own vars,
/// else the environment. kInvalid or kNotFound: exit code 2.
[[nodiscard]] base::Result<ResolvedTarget> resolve_target(const TargetOptions& options);

}  // namespace coupon::load
