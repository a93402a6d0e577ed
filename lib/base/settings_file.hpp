#pragma once
// Settings files: flat TOML, one `name = value` a setting. Used by Settings only.

#include <memory>

namespace CLI {
class App;
class Config;
}  // namespace CLI

namespace coupon::base {

/// Reads what the settings of `app` are called; anything else is refused with its line, and the name that may have been
/// meant. `app` must outlive it.
[[nodiscard]] std::shared_ptr<CLI::Config> flat_toml(const CLI::App& app);

}  // namespace coupon::base
