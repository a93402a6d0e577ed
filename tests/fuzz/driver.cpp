// Runs a fuzz target without a fuzzing engine: the inputs it is given, then mutations of them, the same ones for the
// same seed. What crashes, hangs, leaks or takes too much memory is kept as a file, to be run again:
//   fuzz TARGET [--runs N] [--seed S] [--seconds MAX] [--save FOLDER] FILE|FOLDER…      a FILE NAME.dict has words to
//   insert

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/core.h>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#include <string>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

#include "fuzz/check.hpp"
#include "fuzz/mutator.hpp"

// One allocation and the whole process are bounded; what goes beyond is a finding like any other.
extern "C" const char* __asan_default_options();  // NOLINT: the sanitizer named it
extern "C" const char* __asan_default_options() {
  return "max_allocation_size_mb=256:allocator_may_return_null=0:quarantine_size_mb=16:hard_rss_limit_mb=768:"
         "detect_leaks=1";
}

namespace coupon::fuzz {

namespace {

std::vector<Target>& targets() {
  static std::vector<Target> all;
  return all;
}

}  // namespace

Target::Target(std::string_view its_name, Run its_run) : name(its_name), run(its_run) { targets().push_back(*this); }

const Target* Target::find(std::string_view name) {
  const auto found = std::ranges::find(targets(), name, &Target::name);
  return found == targets().end() ? nullptr : &*found;
}

}  // namespace coupon::fuzz

namespace {

using namespace coupon;
using Clock = std::chrono::steady_clock;

constexpr unsigned kHangSeconds = 30;
constexpr std::size_t kInputBytesMax = std::size_t{32} * 1024;
constexpr long kPeakKiBMax = 768L * 1024;
constexpr int kLeakCheckEvery = 2'000;
constexpr int kFound = 77;

struct Options {
  std::uint64_t seed = 1;
  long runs = 0;
  int seconds = 20;
  std::string save = ".";
  std::vector<std::string> inputs;
  std::vector<std::string> paths;  // of the inputs
  fuzz::Words words;
};

// What is being run, for the handlers of its end; they may only use what is safe in a signal.
const fuzz::Target* target = nullptr;  // NOLINT: as the next two
bool is_given = false;                 // NOLINT
std::string current;                   // NOLINT: handlers have no other way to it
std::string current_path;              // NOLINT

void say(std::initializer_list<std::string_view> parts) {
  for (const auto part : parts) {
    if (::write(STDERR_FILENO, part.data(), part.size()) < 0) ::_exit(kFound);
  }
}

// An input that was given is a file already.
void keep_input() {
  if (is_given) return say({"the input is ", current_path, "\n"});
  const int file = ::open(current_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (file < 0) return say({"the input cannot be kept as ", current_path, "\n"});
  const bool whole = ::write(file, current.data(), current.size()) == static_cast<ssize_t>(current.size());
  ::close(file);
  say({whole ? "the input is kept: " : "the input is kept in part: ", current_path, "\n"});
}

void on_hang(int /*signal*/) {
  say({"this input takes too long\n"});
  __sanitizer_print_stack_trace();
  keep_input();
  ::_exit(kFound);
}

void on_abort(int /*signal*/) {
  keep_input();
  ::_exit(kFound);
}

void check_leaks() {
  if (__lsan_do_recoverable_leak_check() == 0) return;
  if (!is_given) fmt::print(stderr, "the leak is of this input or of one of the {} before it\n", kLeakCheckEvery);
  keep_input();
  ::_exit(kFound);
}

void run(std::string input) {
  current = std::move(input);
  ::alarm(kHangSeconds);
  // Of exactly its size, so that a byte read behind it shows.
  const std::vector<std::uint8_t> copy(current.begin(), current.end());
  if (target->run(copy.data(), copy.size()) != 0) std::abort();
  ::alarm(0);
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void load(const std::filesystem::path& path, Options& options) {
  if (std::filesystem::is_directory(path)) {
    std::vector<std::filesystem::path> inside(std::filesystem::directory_iterator(path), {});
    std::ranges::sort(inside);
    for (const auto& file : inside) load(file, options);
  } else if (path.extension() == ".dict") {
    options.words = fuzz::read_words(read_file(path));
  } else if (std::filesystem::is_regular_file(path)) {
    options.inputs.push_back(read_file(path));
    options.paths.push_back(path.string());
  } else {
    fmt::print(stderr, "there is no input {}\n", path.string());
    std::exit(2);
  }
}

Options read_options(int argc, char** argv) {
  Options options;
  for (int i = 2; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const char* value = i + 1 < argc ? argv[i + 1] : "";
    const bool named = argument.starts_with("--");
    if (argument == "--runs") options.runs = std::atol(value);
    if (argument == "--seed") options.seed = std::strtoull(value, nullptr, 10);
    if (argument == "--seconds") options.seconds = std::atoi(value);
    if (argument == "--save") options.save = value;
    if (named) {
      ++i;
    } else {
      load(argv[i], options);
    }
  }
  return options;
}

// Mutations of the inputs, and of mutations now and then. Returns how many were run.
long mutate(const Options& options) {
  fuzz::Mutator mutator(options.seed, options.inputs, options.words, kInputBytesMax);
  const auto until = Clock::now() + std::chrono::seconds(options.seconds);
  for (long done = 0; done < options.runs; ++done) {
    if (Clock::now() > until) return done;
    run(mutator.next());
    if (done % kLeakCheckEvery == kLeakCheckEvery - 1) check_leaks();
  }
  return options.runs;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view name = argc > 1 ? argv[1] : "";
  target = fuzz::Target::find(name);
  if (target == nullptr) {
    fmt::print(stderr, "there is no fuzz target '{}'\n", name);
    return 2;
  }
  const auto options = read_options(argc, argv);
  const auto kept_path = (std::filesystem::path(options.save) / fmt::format("{}-{}.input", name, ::getpid())).string();
  current_path = kept_path;
  std::filesystem::create_directories(options.save);
  std::signal(SIGALRM, on_hang);
  std::signal(SIGABRT, on_abort);
  __sanitizer_set_death_callback(keep_input);

  run({});
  is_given = true;
  for (std::size_t i = 0; i < options.inputs.size(); ++i) {
    current_path = options.paths[i];
    run(options.inputs[i]);
    check_leaks();
  }
  is_given = false;
  current_path = kept_path;
  const auto mutations = mutate(options);
  check_leaks();

  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) != 0) return 1;
  fmt::print("{}: {} inputs and {} mutations of them (seed {}), peak {} MiB, nothing found\n", name,
             options.inputs.size(), mutations, options.seed, usage.ru_maxrss / 1024);
  if (usage.ru_maxrss <= kPeakKiBMax) return 0;
  fmt::print(stderr, "more memory was taken than {} MiB\n", kPeakKiBMax / 1024);
  return 1;
}
