#pragma once
// What a target looks like, as data: how to ask it, and where in its answers the values are. What a profile leaves
// empty is not checked, and the report says so. Written as TOML, see load_profile.hpp.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "couponload/outcome.hpp"

namespace coupon::load {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// Values of placeholders that stay the same for a whole run, by name: "code", "run", "env:X", "var:X", captured ones.
using Variables = std::map<std::string, std::string, std::less<>>;

/// A test of one value in a JSON answer.
struct Condition {
  enum class Test { kEquals, kDiffers, kExists };
  std::string pointer;  ///< RFC 6901: "/error/code"
  Test test = Test::kEquals;
  std::string value;  ///< as JSON: true, "COUPON-003", 7
  bool operator==(const Condition&) const = default;
};

/// The first rule that matches decides.
struct OutcomeRule {
  Outcome outcome = Outcome::kUnknown;
  std::vector<int> status;            ///< any of these; empty: any status
  std::vector<Condition> where = {};  ///< all of these
  bool operator==(const OutcomeRule&) const = default;
};

/// Its texts hold placeholders, see placeholders.hpp: percent-encoded in paths, JSON-escaped in bodies, as they are in
/// headers.
struct RequestShape {
  std::string method;
  std::string path;
  std::string body;
  Headers headers = {};
  bool operator==(const RequestShape&) const = default;
};

/// JSON pointers into an answer; empty: the answers do not have it.
struct GrantPlaces {
  std::string id = {};
  std::string rank = {};
  std::string code = {};  ///< of a refusal
  bool operator==(const GrantPlaces&) const = default;
};

/// How many places there are: a number known beforehand, or where to read it. All empty: see CountRoute::quota.
struct QuotaPlace {
  std::optional<std::int64_t> value = {};
  std::string text = {};  ///< a value with placeholders, until resolve_target() makes it `value`
  std::string path = {};
  std::string pointer = {};
  bool operator==(const QuotaPlace&) const = default;
};

struct CountRoute {
  std::string path = {};
  std::string quota = {};
  std::string issued = {};
  std::string recorded = {};
  bool operator==(const CountRoute&) const = default;
};

struct ReadbackRoute {
  std::string path = {};
  std::string id = {};
  std::string recorded = {};
  bool operator==(const ReadbackRoute&) const = default;
};

/// Who asks, see members.hpp.
struct MemberShape {
  enum class Kind { kSeq, kUuid, kFile };
  Kind kind = Kind::kSeq;
  std::string format = "m{:08d}";  ///< of kSeq
  std::uint64_t start = 1;         ///< the first number of kSeq
  std::string path = {};           ///< of kFile
  bool operator==(const MemberShape&) const = default;
};

/// A value from an answer becomes a placeholder.
struct Capture {
  std::string name;
  std::string pointer;
  bool operator==(const Capture&) const = default;
};

/// One request of set-up or teardown.
struct Step {
  RequestShape shape;
  std::vector<int> expect;  ///< any of these; empty: any 2xx
  std::vector<Capture> capture = {};
  bool operator==(const Step&) const = default;
};

struct Profile {
  std::string name;
  std::string sha256 = {};  ///< of the text it was read from, hex
  std::string url = {};     ///< empty: the command line has to say it
  Variables vars = {};      ///< defaults of {var:X}, by X; "code" is also that of {code}
  MemberShape members = {};
  Headers headers = {};  ///< with every request; already part of the headers of `request` and of the steps
  RequestShape request = {};
  GrantPlaces grant = {};
  QuotaPlace quota = {};
  CountRoute count = {};
  ReadbackRoute readback = {};
  std::string prime = {};  ///< path of a harmless GET
  std::vector<OutcomeRule> outcomes = {};
  std::vector<Step> setup = {};     ///< before each repeat
  std::vector<Step> teardown = {};  ///< after it, also when it was stopped
  bool operator==(const Profile&) const = default;
};

/// The GET of one of the profile's paths (count, quota, read-back, prime), with the headers of every request.
[[nodiscard]] RequestShape reading(const Profile& profile, std::string path);

/// Our own server.
[[nodiscard]] const Profile& couponsrv_profile();

}  // namespace coupon::load
