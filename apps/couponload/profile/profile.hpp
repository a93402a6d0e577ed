#pragma once
// What a target looks like, as data: how to ask it, and where in its answers the values are. What a profile leaves
// empty is not checked, and the report says so.

#include <string>
#include <vector>

#include "couponload/outcome.hpp"

namespace coupon::load {

/// A test of one value in a JSON answer.
struct Condition {
  enum class Test { kEquals, kDiffers, kExists };
  std::string pointer;  ///< RFC 6901: "/error/code"
  Test test = Test::kEquals;
  std::string value;  ///< as compact JSON: true, "COUPON-003", 7
};

/// The first rule that matches decides.
struct OutcomeRule {
  Outcome outcome;
  std::vector<int> status;       ///< any of these
  std::vector<Condition> where;  ///< all of these
};

/// Placeholders: {code} and {member}; percent-encoded in paths, JSON-escaped in bodies.
struct RequestShape {
  std::string method;
  std::string path;
  std::string body;
};

struct GrantPlaces {
  std::string id;
  std::string rank;
  std::string code;  ///< of a refusal
};

struct CountRoute {
  std::string path;
  std::string quota;
  std::string issued;
  std::string recorded;
};

struct ReadbackRoute {
  std::string path;
  std::string id;
  std::string recorded;
};

struct Profile {
  std::string name;
  RequestShape request;
  GrantPlaces grant;
  CountRoute count;
  ReadbackRoute readback;
  std::string prime;  ///< a harmless GET
  std::vector<OutcomeRule> outcomes;
};

/// Our own server.
[[nodiscard]] const Profile& couponsrv_profile();

}  // namespace coupon::load
