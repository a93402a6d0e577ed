#include "couponload/members.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "couponload/member_file.hpp"
#include "couponload/uuid.hpp"
#include "support/process.hpp"
#include "support/temp_folder.hpp"

namespace coupon::load::test {

using testing::ElementsAre;
using testing::HasSubstr;

namespace {

MemberFormat format(std::string_view text) { return MemberFormat::parse(text).value(); }

MemberShape file_shape(std::string path) {
  return {.kind = MemberShape::Kind::kFile, .format = {}, .start = 1, .path = std::move(path)};
}

class MemberFiles : public testing::Test {
 protected:
  base::Result<MemberSource> read(const std::string& content) {
    coupon::test::write_file(path(), content);
    return MemberSource::make(file_shape(path()), 1);
  }
  std::string mistake(const std::string& content) {
    const auto source = read(content);
    return source ? "none" : source.error().message;
  }
  [[nodiscard]] std::string path() const { return folder_.file("members.txt"); }

 private:
  coupon::test::TempFolder folder_;
};

}  // namespace

TEST(MemberFormat, Puts_the_number_where_the_braces_are) {
  EXPECT_EQ(format("m{:08d}").name(42), "m00000042");
  EXPECT_EQ(format("user-{}-x").name(7), "user-7-x");
  EXPECT_EQ(format("{:03d}").name(12345), "12345");
}

TEST(MemberFormat, Refuses_what_is_not_one_number) {
  for (const auto* bad : {"", "member", "{", "}{", "{}{}", "{:x}", "{:0d}", "{:099d}", "a b{}", "{:8d}"}) {
    EXPECT_FALSE(MemberFormat::parse(bad)) << bad;
  }
}

TEST(Members, Are_all_different_and_in_an_order_that_the_seed_decides) {
  const Members first(format("m{}"), 1'000, 1, 7);
  const Members again(format("m{}"), 1'000, 1, 7);
  const Members other(format("m{}"), 1'000, 1, 8);
  std::set<std::string> names;
  bool same_as_other = true;
  for (std::uint32_t seq = 0; seq < 1'000; ++seq) {
    names.insert(first.name(seq));
    EXPECT_EQ(first.name(seq), again.name(seq));
    same_as_other = same_as_other && first.name(seq) == other.name(seq);
  }
  EXPECT_EQ(names.size(), 1'000U);
  EXPECT_FALSE(same_as_other);
}

TEST(Members, Ask_several_times_in_a_row_when_told_so) {
  const Members members(format("m{}"), 10, 4, 1);
  EXPECT_EQ(members.distinct(), 3U);
  EXPECT_EQ(members.name(0), members.name(3));
  EXPECT_NE(members.name(3), members.name(4));
}

TEST(Members, Of_shards_are_different_ones) {
  std::set<std::string> names;
  for (std::uint64_t shard = 0; shard < 3; ++shard) {
    const Members members(format("m{}"), 100, 1, 7, shard * 100);
    for (std::uint32_t seq = 0; seq < 100; ++seq) names.insert(members.name(seq));
  }
  EXPECT_EQ(names.size(), 300U);
  EXPECT_TRUE(names.contains("m1"));
  EXPECT_TRUE(names.contains("m300"));
}

TEST(MemberSource, Begins_where_it_is_told_to) {
  const MemberShape shape{.kind = MemberShape::Kind::kSeq, .format = "u{:03d}", .start = 41, .path = {}};
  const auto source = MemberSource::make(shape, 1).value();
  EXPECT_EQ(source.name(0), "u041");
  EXPECT_EQ(source.name(9), "u050");
  EXPECT_EQ(source.size(), std::nullopt);
  EXPECT_TRUE(source.ensure(1'000'000));
}

TEST(MemberSource, Of_uuids_depends_on_the_seed_alone) {
  const MemberShape shape{.kind = MemberShape::Kind::kUuid, .format = {}, .start = 1, .path = {}};
  const auto first = MemberSource::make(shape, 1).value();
  const auto again = MemberSource::make(shape, 1).value();
  const auto other = MemberSource::make(shape, 2).value();
  EXPECT_EQ(first.name(5), again.name(5));
  EXPECT_NE(first.name(5), other.name(5));
  EXPECT_THAT(first.name(5),
              testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
}

TEST(Uuid, Differs_for_every_seed_and_number) {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    for (std::uint64_t number = 0; number < 10'000; ++number) seen.insert(uuid_text(seed, number));
  }
  EXPECT_EQ(seen.size(), 100'000U);
}

TEST_F(MemberFiles, Give_their_lines_in_order) {
  const auto source = read("ann\nb\xc3\xb6rje\r\ncarl@shop").value();
  EXPECT_EQ(source.size(), 3U);
  EXPECT_THAT((std::vector{source.name(0), source.name(1), source.name(2)}),
              ElementsAre("ann", "b\xc3\xb6rje", "carl@shop"));
}

TEST_F(MemberFiles, Live_as_long_as_a_copy_does) {
  std::optional<MemberSource> copy;
  {
    const auto source = read("ann\n").value();
    copy = source;
  }
  EXPECT_EQ(copy->name(0), "ann");
}

TEST_F(MemberFiles, Refuse_what_is_no_list_of_different_members_with_its_line) {
  EXPECT_THAT(mistake("ann\nbob\nann\n"), HasSubstr("members.txt:3: 'ann' is in line 1 already"));
  EXPECT_THAT(mistake("ann\n\nbob\n"), HasSubstr("members.txt:2: there is no member; remove the empty line"));
  EXPECT_THAT(mistake("ann\na\tb\n"), HasSubstr("members.txt:2: the member has a control character"));
  EXPECT_THAT(mistake("\xff\xfe\n"), HasSubstr("members.txt:1: the member is not UTF-8"));
  EXPECT_THAT(mistake(std::string(257, 'a')), HasSubstr("members.txt:1: the member has 257 bytes, 256 are allowed"));
  EXPECT_THAT(mistake(""), HasSubstr("is empty; write one member a line"));
  EXPECT_EQ(mistake(std::string(256, 'a')), "none");
}

TEST_F(MemberFiles, That_are_not_there_or_a_folder_are_errors) {
  EXPECT_EQ(MemberSource::make(file_shape("/nowhere/members.txt"), 1).error().code, base::Errc::kIo);
  EXPECT_EQ(MemberSource::make(file_shape("/tmp"), 1).error().code, base::Errc::kIo);
}

TEST_F(MemberFiles, With_too_few_members_say_what_to_do) {
  const auto source = read("ann\nbob\n").value();
  EXPECT_TRUE(source.ensure(2));
  EXPECT_THAT(source.ensure(3).error().message, HasSubstr("3 members are needed but"));
  EXPECT_THAT(source.ensure(3).error().message, HasSubstr("has only 2; ask with fewer users"));
}

}  // namespace coupon::load::test
