#pragma once
// What a fuzz target says when a property does not hold, and how it takes its input apart.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace coupon::fuzz {

[[noreturn]] inline void broken(const char* file, int line, const char* property) {
  std::fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, property);
  std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Cuts off what stands before `mark`, and the mark; everything when there is none.
inline std::string_view take_until(std::string_view& text, std::string_view mark) {
  const auto end = text.find(mark);
  const auto part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + mark.size());
  return part;
}

}  // namespace coupon::fuzz

/// Ends the process unless `property` holds; the fuzzer keeps the input.
#define FUZZ_CHECK(property) \
  if (!(property)) coupon::fuzz::broken(__FILE__, __LINE__, #property)

namespace coupon::fuzz {

/// True for a value. An error has to say something.
template <class T>
[[nodiscard]] bool accepted(const base::Result<T>& result) {
  FUZZ_CHECK(result.has_value() || !result.error().message.empty());
  return result.has_value();
}

}  // namespace coupon::fuzz

#ifdef COUPON_LIBFUZZER
/// FUZZ_TARGET(NAME) { … return 0; } with the input in `data` and `size`: libFuzzer's entry, one in a program.
#define FUZZ_TARGET(name)                                                            \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size); \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
#else
/// FUZZ_TARGET(NAME) { … return 0; } with the input in `data` and `size`: all of them in one program, found by name.
#define FUZZ_TARGET(name)                                     \
  static int run(const std::uint8_t* data, std::size_t size); \
  static const coupon::fuzz::Target kTarget(#name, &run);     \
  static int run(const std::uint8_t* data, std::size_t size)

namespace coupon::fuzz {

/// A target of this program, which it joins by being made.
struct Target {
  using Run = int (*)(const std::uint8_t* data, std::size_t size);
  Target(std::string_view its_name, Run its_run);
  /// nullptr: there is none.
  [[nodiscard]] static const Target* find(std::string_view name);

  std::string_view name;
  Run run;
};

}  // namespace coupon::fuzz
#endif
