#pragma once
// How the scripts of lua/ are called and what their replies mean: shared by the files of RedisGate, used by nothing
// else.

#include <string>
#include <string_view>

#include "coupon/gate.hpp"
#include "net/redis/client.hpp"

namespace coupon::gate {

/// The fields before the first entry of a reply of scan.
inline constexpr std::size_t kScanHead = 3;

/// The number of keys, and the coupon's keys in the order of common.lua; the script's own arguments follow.
[[nodiscard]] net::redis::Arguments keys_of(const CouponCode& code);
/// A member and the id that it holds, or is to hold.
void add_grant(net::redis::Arguments& arguments, const MemberId& member, const GrantId& id);
/// The three arguments of an ask; the key hash in hexadecimal, as the gate keeps it, so that no script takes it for a
/// number.
void add_ask(net::redis::Arguments& arguments, const Ask& ask);
void add_token(net::redis::Arguments& arguments, const BuildToken& token);
/// The arguments of scan.lua. A page is made of several steps, so that the last of them overshoots it by little.
void add_scan(net::redis::Arguments& arguments, std::string_view cursor, std::size_t page, std::string_view which);
void add_values(net::redis::Arguments& arguments, const GateChange& values);

/// A number that a script sends as one or as text. Anything else is 0.
[[nodiscard]] std::int64_t number_of(net::redis::View view);
/// The coupon that arguments which begin with keys_of() are about.
[[nodiscard]] std::string code_in(const net::redis::Arguments& arguments);
/// An error of the coupon's gate; where what it keeps is at fault, with the keys and the remedy.
[[nodiscard]] base::Error named(base::Error error, std::string_view code);
/// "id rank issued_ms key_hash", the rank 0 where a rebuild merged a letter that had none; kCorrupt when it is not
/// that.
[[nodiscard]] base::Result<Grant> grant_of(MemberId member, std::string_view value);
/// The same of a field as it came; kCorrupt also when that is no member.
[[nodiscard]] base::Result<Grant> grant_of_field(std::string_view field, std::string_view value);
/// What issue.lua says to one ask; kCorrupt when it is something else. What its member holds and is no grant is logged,
/// and fenced.
[[nodiscard]] base::Result<Decision> decision_of(const Ask& ask, std::string_view text, std::int64_t now_ms);
/// The error of a reply of another shape than the script's.
[[nodiscard]] std::unexpected<base::Error> unexpected_reply(std::string_view script);
}  // namespace coupon::gate
