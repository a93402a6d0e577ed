// The journal's records: the JSON value and the packed headers.

#include "coupon/event.hpp"

#include <limits>

#include "fuzz/check.hpp"

namespace coupon::fuzz_event {

namespace {

bool same(const GrantEvent& a, const GrantEvent& b) {
  return a.code == b.code && a.member == b.member && a.id == b.id && a.rank == b.rank && a.issued_ms == b.issued_ms &&
         a.epoch == b.epoch;
}

void check_value(std::string_view bytes) {
  const auto event = decode(bytes);
  if (!fuzz::accepted(event)) return;
  FUZZ_CHECK(bytes.size() <= kEventBytesMax);
  FUZZ_CHECK(event->rank >= 1 && event->issued_ms >= 0);
  const auto record = encode(*event);
  FUZZ_CHECK(record.key == event->member.text());
  const auto again = decode(record.value);
  FUZZ_CHECK(fuzz::accepted(again) && same(*again, *event));
  // White space in front keeps the short way of reading out: both ways have to understand the same.
  const auto slowly = decode(' ' + record.value);
  FUZZ_CHECK(fuzz::accepted(slowly) && same(*slowly, *event));
  if (bytes.size() == kEventBytesMax) return;
  const auto of_input = decode(' ' + std::string(bytes));
  FUZZ_CHECK(fuzz::accepted(of_input) && same(*of_input, *event));
}

void check_headers(std::string_view bytes) {
  const auto headers = unpack_headers(bytes);
  std::size_t held = 0;
  for (const auto& header : headers) held += header.name.size() + header.value.size();
  FUZZ_CHECK(held <= bytes.size());
  const auto packed = pack_headers(headers);
  const auto again = unpack_headers(packed);
  FUZZ_CHECK(again.size() == headers.size());
  for (std::size_t i = 0; i < headers.size(); ++i) {
    FUZZ_CHECK(again[i].name == headers[i].name && again[i].value == headers[i].value);
  }
}

}  // namespace

FUZZ_TARGET(event) {
  const auto bytes = fuzz::text_of(data, size);
  check_value(bytes);
  check_headers(bytes);
  return 0;
}

}  // namespace coupon::fuzz_event
