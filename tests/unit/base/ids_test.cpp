#include "base/ids.hpp"

#include <gtest/gtest.h>
#include <set>

namespace coupon::base {
namespace {

class StandingClock final : public Clock {
 public:
  [[nodiscard]] std::int64_t wall_ms() const override { return now_ms; }
  [[nodiscard]] std::int64_t mono_ns() const override { return now_ms * 1'000'000; }
  std::int64_t now_ms = 1'700'000'000'000;
};

TEST(Ulid, Text_form_reads_back_to_the_same_id) {
  StandingClock clock;
  UlidGenerator generator(clock);
  for (int i = 0; i < 1000; ++i) {
    const auto id = generator.next();
    EXPECT_EQ(id.text().size(), Ulid::kTextLength);
    EXPECT_EQ(Ulid::parse(id.text()).value(), id);
  }
}

TEST(Ulid, Ids_increase_within_one_millisecond_and_when_the_clock_steps_back) {
  StandingClock clock;
  UlidGenerator generator(clock);
  auto last = generator.next();
  for (int i = 0; i < 100'000; ++i) {
    if (i == 50'000) clock.now_ms -= 5000;
    const auto id = generator.next();
    ASSERT_LT(last, id);
    ASSERT_LT(last.text(), id.text());
    last = id;
  }
}

TEST(Ulid, Every_bit_has_its_place_in_the_text) {
  const auto text_of_bit = [](std::size_t bit) {
    Ulid id;
    id.bytes[bit / 8] = static_cast<std::uint8_t>(0x80U >> (bit % 8));
    return id.text();
  };
  EXPECT_EQ(Ulid{}.text(), std::string(26, '0'));
  for (std::size_t bit = 0; bit < 128; ++bit) {
    std::string expected(26, '0');
    expected[(bit + 2) / 5] = "G8421"[(bit + 2) % 5];  // two bits of the first character are never set
    EXPECT_EQ(text_of_bit(bit), expected) << bit;
    EXPECT_EQ(Ulid::parse(expected)->bytes[bit / 8], 0x80U >> (bit % 8)) << bit;
  }
}

TEST(Ulid, Carries_its_creation_time) {
  StandingClock clock;
  EXPECT_EQ(UlidGenerator(clock).next().created_ms(), clock.now_ms);
}

TEST(Ulid, Two_generators_do_not_meet) {
  StandingClock clock;
  UlidGenerator a(clock);
  UlidGenerator b(clock);
  std::set<Ulid> seen;
  for (int i = 0; i < 10'000; ++i) {
    EXPECT_TRUE(seen.insert(a.next()).second);
    EXPECT_TRUE(seen.insert(b.next()).second);
  }
}

TEST(Ulid, Refuses_text_of_another_length_alphabet_or_range) {
  EXPECT_FALSE(Ulid::parse(""));
  EXPECT_FALSE(Ulid::parse("01ARZ3NDEKTSV4RRFFQ69G5FA"));
  EXPECT_FALSE(Ulid::parse("01ARZ3NDEKTSV4RRFFQ69G5FAVX"));
  EXPECT_FALSE(Ulid::parse("01ARZ3NDEKTSV4RRFFQ69G5FAU"));
  EXPECT_FALSE(Ulid::parse("81ARZ3NDEKTSV4RRFFQ69G5FAV"));
  EXPECT_TRUE(Ulid::parse("01ARZ3NDEKTSV4RRFFQ69G5FAV"));
}

TEST(Ulid, Refuses_raw_bytes_of_another_length) {
  EXPECT_FALSE(Ulid::from_bytes("short"));
  EXPECT_TRUE(Ulid::from_bytes(std::string(16, 'x')));
}

}  // namespace
}  // namespace coupon::base
