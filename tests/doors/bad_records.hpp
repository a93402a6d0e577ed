#pragma once
// Records of the journal from a grammar: good ones, and broken ones whose fate is known.

#include <vector>

#include "doors/dice.hpp"
#include "doors/topic_writer.hpp"

namespace coupon::test {

/// A record as couponsrv writes it; `id` is the text of a grant id.
[[nodiscard]] RawRecord good_record(const std::string& code, const std::string& member, const std::string& id,
                                    std::int64_t rank);
/// Another id each time.
[[nodiscard]] std::string any_id(Dice& dice);

/// Records that no row can come of. Some of them say in their headers whose they would be; all such members begin with
/// "bad-".
[[nodiscard]] std::vector<RawRecord> bad_records(const std::string& code, Dice& dice);
/// Records of coupon `code` for members that begin with "odd-": each is as good as any, whatever surrounds its value.
[[nodiscard]] std::vector<RawRecord> odd_records(const std::string& code, std::int64_t first_rank, Dice& dice);

}  // namespace coupon::test
