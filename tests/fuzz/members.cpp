// couponload's file of members, and the format of their names.

#include "couponload/members.hpp"

#include <unordered_set>

#include "couponload/member_file.hpp"
#include "couponload/profile/placeholders.hpp"
#include "fuzz/check.hpp"
#include "fuzz/input_file.hpp"

namespace coupon::fuzz_members {

using fuzz::accepted;

FUZZ_TARGET(members) {
  const auto text = fuzz::text_of(data, size);
  if (const auto format = load::MemberFormat::parse(text); accepted(format)) {
    FUZZ_CHECK(format->name(1) != format->name(2));
    FUZZ_CHECK(!load::has_control_character(format->name(UINT64_MAX)));
  }
  const fuzz::InputFile input(text);
  const auto file = load::MemberFile::read(input.path());
  if (!accepted(file)) return 0;
  std::unordered_set<std::string_view> seen;
  std::string written;
  for (const auto line : (*file)->lines()) {
    FUZZ_CHECK(!line.empty() && line.size() <= load::kMemberBytesMax);
    FUZZ_CHECK(!load::has_control_character(line));
    FUZZ_CHECK(seen.insert(line).second);
    written.append(line).push_back('\n');
  }
  const fuzz::InputFile copy(written);
  const auto again = load::MemberFile::read(copy.path());
  FUZZ_CHECK(accepted(again) && (*again)->lines() == (*file)->lines());
  return 0;
}

}  // namespace coupon::fuzz_members
