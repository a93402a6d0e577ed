#pragma once
// The rules of the lying server's shop, and how they are broken. Not thread-safe.

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "support/lying_server.hpp"

namespace coupon::test {

struct LyingReply {
  int status = 200;
  std::string body;
  std::string headers;
};

[[nodiscard]] LyingReply refuse(int status, const std::string& code, const std::string& data = {});
[[nodiscard]] LyingReply succeed(int status, const std::string& data);
/// The whole answer as bytes.
[[nodiscard]] std::string serialize(const LyingReply& reply);

class LyingShop {
 public:
  LyingShop(std::int64_t quota, const Lies& lies) : quota_(quota), lies_(lies) {}

  /// The request counts from now on: the first one is 1.
  std::int64_t arrive() { return ++asks_; }
  [[nodiscard]] LyingReply issue(const std::string& member);
  [[nodiscard]] LyingReply stock();
  [[nodiscard]] LyingReply read(const std::string& member);
  /// Whether or not there is a place.
  void give(const std::string& member) { grant(member); }

  [[nodiscard]] std::int64_t asks() const { return asks_; }

 private:
  struct Grant {
    std::string member;
    std::string id;
    std::int64_t rank = 0;
    int reads = 0;
    bool pending = false;
  };

  const Grant& grant(const std::string& member);
  [[nodiscard]] bool has_places() const;
  [[nodiscard]] bool grants_again(std::size_t index) const;
  [[nodiscard]] bool busy(int& answered) const;
  [[nodiscard]] LyingReply duplicate(const Grant& grant) const;

  std::int64_t quota_;
  const Lies& lies_;
  std::vector<Grant> grants_;
  std::unordered_map<std::string, std::size_t> by_member_;
  std::int64_t asks_ = 0;
  std::int64_t forgotten_ = 0;
  std::int64_t skipped_ranks_ = 0;
  int issue_busy_ = 0;
  int stock_busy_ = 0;
};

}  // namespace coupon::test
