#pragma once
// Settings files: flat TOML, one `name = value` a setting. Used by Settings only.

#include <memory>
#include <string>
#include <string_view>

namespace CLI {
class App;
class Config;
}  // namespace CLI

namespace coupon::base {

/// Reads what the settings of `app` are called; anything else is refused with its line, and the name that may have been
/// meant. `app` must outlive it.
[[nodiscard]] std::shared_ptr<CLI::Config> flat_toml(const CLI::App& app);

/// What keeps `path` from being a settings file, naming it; empty when nothing does. A FIFO would be waited for, a
/// device has no end: only regular files of up to 1 MiB.
[[nodiscard]] std::string settings_file_fault(const std::string& path);

/// "FILE, line N: " when `problem` is about a --NAME that flat_toml(app) has read from there, else empty.
[[nodiscard]] std::string place_of(const CLI::App& app, std::string_view problem);

/// The file that flat_toml(app) has read; empty: none.
[[nodiscard]] std::string settings_file_of(const CLI::App& app);

}  // namespace coupon::base
