#pragma once
// Requests from a grammar, most of them broken in one known way.

#include <string>
#include <vector>

#include "doors/dice.hpp"

namespace coupon::test {

inline constexpr const char* kDoorCode = "FLASH100";  ///< the coupon that requests are about
inline constexpr const char* kFlipCode = "FLIPPED";   ///< that of requests with flipped bits

/// What has to come of a request.
enum class Fate {
  kGood,     ///< 200
  kRefused,  ///< 4xx; 505 for another version of HTTP
  kCut,      ///< no answer, or 4xx: it is not whole
  kFlipped,  ///< anything but 5xx: it may be good by chance
};

/// What has to come of what follows on the same connection.
enum class After {
  kGoesOn,  ///< it is served
  kEnds,    ///< it is not served, whatever it is: nobody can tell where it begins
  kUnsaid,  ///< nothing may follow
};

/// A request before it is bytes.
struct Draft {
  enum class Framing { kLength, kChunked, kOwn };

  std::string method = "POST";
  std::string target;
  std::string version = "HTTP/1.1";
  std::vector<std::string> fields;  ///< lines without their ends
  std::string body;
  Framing framing = Framing::kLength;
  std::string payload;  ///< what follows the header with Framing::kOwn

  [[nodiscard]] std::string head() const;
  [[nodiscard]] std::string text() const;
  /// Replaces the field of this name, or adds it; an empty line takes it away.
  void field(const std::string& name, const std::string& line);
};

/// Breaks a draft, or its bytes.
struct Mutation {
  enum class Of { kAny, kIssue };  ///< which requests it can be done to

  const char* name;
  Fate fate;
  After after;
  Of of;
  void (*draft)(Draft&, Dice&);
  void (*bytes)(std::string&, std::size_t head, Dice&) = nullptr;
};

/// The tables of what can be broken.
[[nodiscard]] const std::vector<Mutation>& line_mutations();     ///< method, target, version, and any byte
[[nodiscard]] const std::vector<Mutation>& field_mutations();    ///< fields that do not say where the body ends
[[nodiscard]] const std::vector<Mutation>& framing_mutations();  ///< Content-Length, Transfer-Encoding, chunks
[[nodiscard]] const std::vector<Mutation>& body_mutations();     ///< JSON

/// A body in one or more good chunks, with extensions and trailers now and then.
[[nodiscard]] std::string chunked(const std::string& body, Dice& dice);

struct Part {
  Fate fate;
  std::string what;  ///< which request, broken how
};

/// All that one connection sends.
struct Sample {
  std::string bytes;
  std::vector<Part> parts;           ///< in order; an answer each, until the first that ends the connection
  After after = After::kGoesOn;      ///< of the last part
  std::vector<std::string> members;  ///< who ask for a place in well-formed requests that have to be served
};

/// The `number`th of a run, with members that no other one has.
[[nodiscard]] Sample make_sample(Dice& dice, std::size_t number);

}  // namespace coupon::test
