#include "couponload/cli/init_command.hpp"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fmt/core.h>
#include <memory>

#include "couponload/profile/load_profile.hpp"

namespace coupon::load {

namespace {

constexpr const char* kInitExamples = R"(Examples:
  couponload init                       profile.toml
  couponload init shop.toml             then change it, and: couponload check shop.toml
  couponload init -                     to standard output

Exit codes: 0 written, 2 the file is there already or cannot be written.)";

ExitCode refuse(const std::string& path, int error) {
  const auto* remedy = error == EEXIST ? "; name another file" : "";
  fmt::print(stderr, "cannot write {}: {}{}\n", path, std::strerror(error), remedy);
  return ExitCode::kUsage;
}

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

}  // namespace

InitCommandLine::InitCommandLine(CLI::App& parent)
    : app_(parent.add_subcommand("init", "writes a commented profile to begin with")) {
  app_->footer(kInitExamples);
  app_->add_option("FILE", path_, "the file to write; never one that is there already")
      ->type_name("FILE")
      ->default_str(path_);
}

bool InitCommandLine::chosen() const { return app_->parsed(); }

ExitCode run_init_command(const std::string& path, std::ostream& out) {
  const auto text = commented_profile();
  if (path == "-") {
    out << text << std::flush;
    return ExitCode::kPass;
  }
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "wxe"));
  if (!file) return refuse(path, errno);
  const bool written = std::fwrite(text.data(), 1, text.size(), file.get()) == text.size();
  if (!written || std::fflush(file.get()) != 0) return refuse(path, errno);
  out << fmt::format("{} is written; change it, then: couponload check {}\n", path, path);
  return ExitCode::kPass;
}

}  // namespace coupon::load
