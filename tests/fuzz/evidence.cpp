// couponload's evidence: gzip-compressed or plain, an object a line.

#include "couponload/report/evidence_file.hpp"
#include "couponload/verify/invariant.hpp"
#include "fuzz/check.hpp"
#include "fuzz/input_file.hpp"
#include "fuzz/scratch_folder.hpp"

namespace coupon::fuzz_evidence {

using fuzz::accepted;

namespace {

constexpr std::size_t kRowsMax = 200;

bool same(const load::Evidence& a, const load::Evidence& b) {
  return a.seq == b.seq && a.attempt == b.attempt && a.fate == b.fate && a.outcome == b.outcome &&
         a.status == b.status && a.plan_ns == b.plan_ns && a.send_ns == b.send_ns &&
         a.first_byte_ns == b.first_byte_ns && a.done_ns == b.done_ns && a.rank == b.rank && a.member == b.member &&
         a.id == b.id && a.code == b.code;
}

// A number stands in the file as it was understood: 4294967296 is no 0.
bool stands_in(std::string_view line, std::string_view key, std::int64_t number) {
  return line.find(fmt::format("\"{}\":{}", key, number)) != std::string_view::npos;
}

}  // namespace

FUZZ_TARGET(evidence) {
  const auto bytes = fuzz::text_of(data, size);
  const fuzz::InputFile input(bytes);
  load::Observed observed;
  if (!accepted(load::read_evidence(input.path(), kRowsMax, observed))) return 0;
  FUZZ_CHECK(observed.asks.size() <= kRowsMax && observed.readbacks.size() <= kRowsMax);
  // Of a line that we could have written ourselves.
  if (bytes.starts_with("{\"seq\":") && bytes.find_first_of(" .eE+\n") == size - 1 && observed.asks.size() == 1) {
    const auto& ask = observed.asks.front();
    FUZZ_CHECK(stands_in(bytes, "seq", ask.seq) && stands_in(bytes, "attempt", ask.attempt));
    FUZZ_CHECK(stands_in(bytes, "status", ask.status) && stands_in(bytes, "plan", ask.plan_ns));
  }
  observed.verified = true;
  for (const auto& invariant : load::check_all(observed)) FUZZ_CHECK(!invariant.name.empty());

  static const fuzz::ScratchFolder kFolder;
  const auto path = kFolder.file("again.ndjson.gz");
  FUZZ_CHECK(accepted(load::write_evidence(path, observed, 0)));
  load::Observed again;
  FUZZ_CHECK(accepted(load::read_evidence(path, kRowsMax, again)));
  FUZZ_CHECK(again.asks.size() == observed.asks.size() && again.readbacks.size() == observed.readbacks.size());
  for (std::size_t i = 0; i < observed.asks.size(); ++i) FUZZ_CHECK(same(again.asks[i], observed.asks[i]));
  return 0;
}

}  // namespace coupon::fuzz_evidence
