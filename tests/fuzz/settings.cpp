// The settings file of a server.

#include "base/settings.hpp"

#include <CLI/CLI.hpp>
#include <sstream>

#include "fuzz/check.hpp"
#include "fuzz/input_file.hpp"

namespace coupon::fuzz_settings {

namespace {

using base::Settings;

constexpr std::int64_t kBodyMax = 4096;
constexpr std::int64_t kGraceMaxMs = 60'000;

// One setting of each kind. What the command line would say on stderr is kept in `problem`.
struct Program {
  Program() : settings(app) {
    settings.text({"store", "where it is"}, store);
    settings.choice({"mode", "how it works"}, mode, {"fast", "safe"});
    settings.integer({"max-body", "bytes of a body"}, max_body, 1, kBodyMax);
    settings.duration({"grace", "time to stop"}, grace_ms, kGraceMaxMs);
    settings.flag({"verbose", "says more"}, verbose);
    settings.secret({"token", "the bearer token"}, token);
    settings.config_file();
  }

  [[nodiscard]] bool read(std::string_view text) {
    const fuzz::InputFile file(text);
    try {
      app.parse(std::vector<std::string>{file.path(), "--config"});  // CLI11 takes them from the back
      return true;
    } catch (const CLI::Error& error) {
      problem = error.what();
      return false;
    }
  }

  CLI::App app{"a program", "program"};
  Settings settings;
  std::string store = "sqlite:coupon.db";
  std::string mode = "safe";
  std::int64_t max_body = 1024;
  std::int64_t grace_ms = 5'000;
  bool verbose = false;
  std::string token;
  std::string problem;
};

}  // namespace

FUZZ_TARGET(settings) {
  Program program;
  if (!program.read(fuzz::text_of(data, size))) {
    FUZZ_CHECK(!program.problem.empty());
    return 0;
  }
  FUZZ_CHECK(program.mode == "fast" || program.mode == "safe");
  FUZZ_CHECK(program.max_body >= 1 && program.max_body <= kBodyMax);
  FUZZ_CHECK(program.grace_ms >= 0 && program.grace_ms <= kGraceMaxMs);
  const auto printed = program.settings.effective();
  Program again;
  FUZZ_CHECK(again.read(printed));
  FUZZ_CHECK(again.store == program.store && again.mode == program.mode && again.max_body == program.max_body);
  FUZZ_CHECK(again.grace_ms == program.grace_ms && again.verbose == program.verbose);
  FUZZ_CHECK(again.settings.effective() == printed);
  return 0;
}

}  // namespace coupon::fuzz_settings
