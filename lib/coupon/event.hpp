#pragma once
// The record that the journal carries for every grant, and its JSON form:
//   key    the member id
//   value  {"v":1,"code":"FLASH100","user":"m1","id":"01J…","rank":7,"issuedMs":1767225600000,"epoch":3}
//   headers v, code, user, id, epoch: so that an unreadable value stays attributable
// Unknown fields are ignored. A greater major version `v` must not be skipped: decode says kUnsupported.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/record.hpp"
#include "base/result.hpp"
#include "coupon/grant.hpp"

namespace coupon {

inline constexpr int kEventVersion = 1;
/// Longest value that decode reads; longer ones are refused unread.
inline constexpr std::size_t kEventBytesMax = 16 * 1024;

/// Largest rank that decode takes: 15 digits, as the gate's scripts do. No coupon gets there (kQuotaMax).
inline constexpr std::int64_t kRankMax = 999'999'999'999'999;
/// Latest instant that decode takes: the end of the year 9999.
inline constexpr std::int64_t kInstantMaxMs = 253'402'300'799'999;

struct GrantEvent {
  CouponCode code;
  MemberId member;
  GrantId id;
  std::int64_t rank = 0;
  std::int64_t issued_ms = 0;
  std::uint32_t epoch = 0;  ///< the gate's, stamped when published
};

using base::Header;
using JournalRecord = base::Record;

[[nodiscard]] GrantEvent make_event(const CouponCode& code, const Grant& grant, std::uint32_t epoch);
/// The JSON value alone.
[[nodiscard]] std::string encode_value(const GrantEvent& event);
[[nodiscard]] JournalRecord encode(const GrantEvent& event);
/// Headers as one byte string, for a store without lists; any bytes are kept. No headers: empty.
[[nodiscard]] std::string pack_headers(const std::vector<Header>& headers);
/// Reads what pack_headers wrote; of damaged bytes, the headers before the damage.
[[nodiscard]] std::vector<Header> unpack_headers(std::string_view packed);
/// kInvalid: not a grant event (the message says which field); kUnsupported: written by a newer version.
[[nodiscard]] base::Result<GrantEvent> decode(std::string_view value);

}  // namespace coupon
