#pragma once
// What Redis answered, as a tree.

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/result.hpp"

struct redisReply;   // NOLINT(readability-identifier-naming): hiredis named it
struct redisReader;  // NOLINT(readability-identifier-naming): hiredis named it

namespace coupon::net::redis {

/// A reply, or a part of one. A part is valid as long as the reply that it belongs to. Reading a kind that it is not
/// gives 0, "" or no elements.
class View {
 public:
  explicit View(const redisReply* reply) : reply_(reply) {}

  [[nodiscard]] std::int64_t integer() const;
  /// The bytes of a string, status or error.
  [[nodiscard]] std::string_view text() const;
  [[nodiscard]] bool nil() const;
  [[nodiscard]] bool is_error() const;
  [[nodiscard]] std::size_t size() const;  ///< elements of an array
  /// `index` must be below size().
  [[nodiscard]] View operator[](std::size_t index) const;

 private:
  const redisReply* reply_;
};

/// Owns a whole reply. Never empty when a call completed with it.
class Reply {
 public:
  explicit Reply(redisReply* reply) : reply_(reply) {}
  [[nodiscard]] View view() const { return View(reply_.get()); }

 private:
  struct Free {
    void operator()(redisReply* reply) const;
  };
  std::unique_ptr<redisReply, Free> reply_;
};

/// Of one array. No script sends more than some thousand.
inline constexpr int kElementsMax = 1 << 20;

struct FreeReader {
  void operator()(redisReader* reader) const;
};
/// Makes replies of bytes. An array that announces more than kElementsMax elements is a protocol error: hiredis would
/// ask for the memory of all of them at once. Throws std::bad_alloc.
[[nodiscard]] std::unique_ptr<redisReader, FreeReader> make_reader();

/// What an error reply means to a caller. kUnavailable and retryable: the server will take the same command later
/// (loading, failing over, out of memory, too few replicas); not retryable: somebody must change a setting, the message
/// says which. kCorrupt: a key is of another type. kUnsupported: a cluster. kInternal: anything else.
[[nodiscard]] base::Error error_of(std::string_view text);

}  // namespace coupon::net::redis
