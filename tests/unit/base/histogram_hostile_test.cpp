#include <gtest/gtest.h>
#include <limits>
#include <random>
#include <zlib.h>

#include "base/histogram.hpp"
#include "unit/base/histogram_samples.hpp"

namespace coupon::base {
namespace {

constexpr std::size_t kHeader = 40;

std::string big_endian(std::uint64_t value, int bytes) {
  std::string out;
  while (bytes-- > 0) out += static_cast<char>((value >> (8 * bytes)) & 0xff);
  return out;
}

struct Fields {
  std::uint64_t cookie = 0x1c849313;
  std::uint64_t offset = 0;
  std::uint64_t digits = 2;
  std::uint64_t lowest = 1;
  std::uint64_t highest = 1000;
  std::uint64_t ratio = 0x3ff0000000000000;
  std::string counts = std::string(1, '\x02');
};

std::string raw(const Fields& fields) {
  return big_endian(fields.cookie, 4) + big_endian(fields.counts.size(), 4) + big_endian(fields.offset, 4) +
         big_endian(fields.digits, 4) + big_endian(fields.lowest, 8) + big_endian(fields.highest, 8) +
         big_endian(fields.ratio, 8) + fields.counts;
}

std::string compressed(const std::string& inner) {
  auto size = ::compressBound(inner.size());
  std::string body(size, '\0');
  EXPECT_EQ(::compress(reinterpret_cast<Bytef*>(body.data()), &size, reinterpret_cast<const Bytef*>(inner.data()),
                       inner.size()),
            Z_OK);
  body.resize(size);
  return big_endian(0x1c849314, 4) + big_endian(size, 4) + body;
}

std::string refusal(std::string_view bytes) {
  const auto read = Histogram::decode(bytes);
  return read ? std::string("accepted") : read.error().message;
}

Histogram sample() {
  const auto& layout = samples::layouts()[3];
  return samples::recorded(layout, samples::values(layout, samples::Shape::kLongTail, 300, 6));
}

TEST(HistogramHostile, The_crafted_encoding_is_sound_before_it_is_spoilt) {
  EXPECT_EQ(refusal(raw({})), "accepted");
  EXPECT_EQ(refusal(compressed(raw({}))), "accepted");
}

TEST(HistogramHostile, Truncation_at_any_length_is_refused) {
  const auto histogram = sample();
  for (const auto& text : {histogram.encode(), histogram.encode_compressed(), histogram.encode_base64()}) {
    for (std::size_t length = 0; length < text.size(); ++length) {
      const std::string cut = text.substr(0, length);  // its own memory, so that asan sees a read beyond it
      ASSERT_FALSE(Histogram::decode(cut)) << length << " of " << text.size();
    }
  }
}

TEST(HistogramHostile, Anything_after_the_end_is_refused) {
  const auto histogram = sample();
  EXPECT_FALSE(Histogram::decode(histogram.encode() + '\0'));
  EXPECT_FALSE(Histogram::decode(histogram.encode_compressed() + '\0'));
  EXPECT_FALSE(Histogram::decode(histogram.encode_base64() + "AAAA"));
  EXPECT_FALSE(Histogram::decode(histogram.encode_base64() + "\n"));
  EXPECT_FALSE(Histogram::decode(compressed(histogram.encode() + '\0')));
}

TEST(HistogramHostile, Trailing_bytes_inside_the_stated_compressed_length_are_refused) {
  auto text = compressed(raw({})) + "xx";
  text.replace(4, 4, big_endian(text.size() - 8, 4));
  EXPECT_EQ(refusal(text), "encoded histogram: its length is not the one that it states");
}

TEST(HistogramHostile, Header_that_cannot_be_is_refused_with_its_reason) {
  EXPECT_EQ(refusal(""), "encoded histogram: it ends within its header");
  EXPECT_EQ(refusal("not a histogram!"), "encoded histogram: it is neither binary nor base 64");
  EXPECT_EQ(refusal(raw({.cookie = 0x1c849311})), "encoded histogram: it is not a V2 encoding");
  EXPECT_EQ(refusal(raw({.offset = 1})),
            "encoded histogram: it has a normalizing offset; shifted histograms cannot be read");
  EXPECT_EQ(refusal(raw({.ratio = 0x4000000000000000})),
            "encoded histogram: its values are scaled; only whole values can be read");
  EXPECT_EQ(refusal(raw({.ratio = 0x7ff8000000000000})),
            "encoded histogram: its values are scaled; only whole values can be read");
  EXPECT_EQ(refusal(raw({.digits = 0})), "encoded histogram: a histogram keeps 1 to 5 significant digits");
  EXPECT_EQ(refusal(raw({.digits = 6})), "encoded histogram: a histogram keeps 1 to 5 significant digits");
  EXPECT_EQ(refusal(raw({.digits = 0x80000003})), "encoded histogram: a histogram keeps 1 to 5 significant digits");
  EXPECT_EQ(refusal(raw({.lowest = 0})), "encoded histogram: a histogram's lowest value must be at least 1");
  EXPECT_EQ(refusal(raw({.highest = 1})),
            "encoded histogram: a histogram's highest value must be at least twice its lowest");
  EXPECT_EQ(refusal(raw({.highest = ~std::uint64_t{0}})),
            "encoded histogram: a histogram's highest value must be at least twice its lowest");
  EXPECT_EQ(refusal(raw({.digits = 5, .lowest = std::uint64_t{1} << 61, .highest = INT64_MAX})),
            "encoded histogram: a histogram's lowest value is too large for its digits");
}

TEST(HistogramHostile, Newer_or_scaled_encodings_are_unsupported_and_the_rest_corrupt) {
  EXPECT_EQ(Histogram::decode(raw({.cookie = 0x1c849323})).error().code, Errc::kUnsupported);
  EXPECT_EQ(Histogram::decode(raw({.ratio = 0})).error().code, Errc::kUnsupported);
  EXPECT_EQ(Histogram::decode(raw({.digits = 9})).error().code, Errc::kCorrupt);
}

TEST(HistogramHostile, Counts_beyond_the_layout_are_refused) {
  const std::string beyond = "encoded histogram: it has counts beyond its highest value";
  EXPECT_EQ(refusal(raw({.counts = std::string(100'000, '\x02')})), beyond);
  // A run of 2^63 zeros, and one of 2^62.
  EXPECT_EQ(refusal(raw({.counts = std::string(9, '\xff')})), beyond);
  EXPECT_EQ(refusal(raw({.counts = std::string(8, '\xff') + '\x7f'})), beyond);
}

TEST(HistogramHostile, Counts_that_add_up_to_too_much_are_refused) {
  const auto largest = '\xfe' + std::string(8, '\xff');  // 2^63 - 1
  EXPECT_EQ(refusal(raw({.counts = largest})), "accepted");
  EXPECT_EQ(refusal(raw({.counts = largest + '\x02'})), "encoded histogram: its counts add up to more than 2^63 - 1");
}

TEST(HistogramHostile, Count_that_does_not_end_is_refused) {
  EXPECT_EQ(refusal(raw({.counts = "\xff\xff"})), "encoded histogram: it ends within a count");
}

TEST(HistogramHostile, Small_text_that_inflates_without_end_is_refused_early) {
  constexpr std::size_t kBomb = std::size_t{64} << 20;
  auto inner = raw({.counts = std::string(kBomb, '\0')});
  EXPECT_EQ(refusal(compressed(inner)), "encoded histogram: it has counts beyond its highest value");
  inner.replace(4, 4, big_endian(1, 4));
  EXPECT_EQ(refusal(compressed(inner)), "encoded histogram: its length is not the one that it states");
}

TEST(HistogramHostile, More_than_64_MiB_is_refused) {
  constexpr std::size_t kMiB = std::size_t{1} << 20;
  EXPECT_EQ(refusal(std::string(90 * kMiB, 'A')), "encoded histogram: it would take more than 64 MiB");
  // 24 MiB of base 64 next to the 47 MiB of the largest layout.
  const Histogram largest(1, std::numeric_limits<std::int64_t>::max(), 5);
  std::string noise(18 * kMiB, '\0');
  std::mt19937_64 random(7);
  for (auto& byte : noise) byte = static_cast<char>(random() & 0x7f);
  auto text = largest.encode();
  text.replace(4, 4, big_endian(noise.size() + 1, 4));
  text += noise;
  static constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string base64;
  for (std::size_t at = 0; at + 3 <= text.size(); at += 3) {
    const auto byte = [&](std::size_t i) { return std::uint32_t{static_cast<unsigned char>(text[at + i])}; };
    const auto group = byte(0) << 16 | byte(1) << 8 | byte(2);
    for (const int shift : {18, 12, 6, 0}) base64 += kDigits[(group >> shift) & 63];
  }
  EXPECT_EQ(refusal(base64), "encoded histogram: it would take more than 64 MiB");
}

// Whatever is accepted must be consistent in itself.
void expect_sound(const Histogram& histogram) {
  std::int64_t total = 0;
  for (const auto& bucket : histogram.buckets()) total += bucket.count;
  ASSERT_EQ(total, histogram.count());
  ASSERT_LE(histogram.min(), histogram.max());
  ASSERT_LE(histogram.percentile(50), histogram.max());
  ASSERT_LE(histogram.percentile_rows(5).size(), 1000U);
  const auto again = Histogram::decode(histogram.encode());
  ASSERT_TRUE(again) << again.error().message;
  ASSERT_EQ(again->count(), histogram.count());
}

std::string mutated(std::string text, std::mt19937_64& random) {
  for (auto changes = 1 + random() % 4; changes > 0 && !text.empty(); --changes) {
    const auto at = random() % text.size();
    switch (random() % 5) {
      case 0: text[at] = static_cast<char>(random()); break;
      case 1: text[at] = static_cast<char>(text[at] ^ (1 << (random() % 8))); break;
      case 2: text.erase(at, 1 + random() % 4); break;
      case 3: text.insert(at, 1 + random() % 9, static_cast<char>(random())); break;
      default: text.replace(at, 1, big_endian(random() % 2 == 0 ? ~std::uint64_t{0} : 0, 8)); break;
    }
  }
  return text;
}

TEST(HistogramHostile, Random_mutations_are_refused_or_give_a_sound_histogram) {
  constexpr int kRounds = 4000;
  const auto histogram = sample();
  std::mt19937_64 random(20'260'501);
  int accepted = 0;
  const auto probe = [&](const std::string& text) {
    const auto read = Histogram::decode(text);
    if (read) {
      ++accepted;
      expect_sound(*read);
    } else {
      ASSERT_TRUE(read.error().message.starts_with("encoded histogram: ")) << read.error().message;
    }
  };
  for (int round = 0; round < kRounds && !HasFatalFailure(); ++round) {
    SCOPED_TRACE(round);
    auto inner = mutated(histogram.encode(), random);
    // With its length mended, a changed payload gets past the first check.
    if (round % 2 == 0 && inner.size() > kHeader) inner.replace(4, 4, big_endian(inner.size() - kHeader, 4));
    probe(inner);
    probe(compressed(inner));
    probe(mutated(histogram.encode_compressed(), random));
    probe(mutated(histogram.encode_base64(), random));
  }
  EXPECT_GT(accepted, kRounds / 20) << "the mutations are too coarse to reach the counts";
}

TEST(HistogramHostile, Random_bytes_are_refused) {
  std::mt19937_64 random(8);
  for (int round = 0; round < 20'000; ++round) {
    std::string noise(random() % 100, '\0');
    for (auto& byte : noise) byte = static_cast<char>(random());
    if (!noise.empty() && round % 2 == 0) noise.replace(0, 1, "\x1c\x84\x93\x13");
    ASSERT_FALSE(Histogram::decode(noise)) << round;
  }
}

}  // namespace
}  // namespace coupon::base
