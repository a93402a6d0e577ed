// Shards, each a result and its evidence, put together: "result ==== evidence", for one or two.

#include "couponload/report/merge.hpp"

#include "fuzz/check.hpp"
#include "fuzz/scratch_folder.hpp"

namespace coupon::fuzz_merge {

using fuzz::accepted;

FUZZ_TARGET(merge) {
  static const fuzz::ScratchFolder kFolder;
  constexpr std::string_view kMark = "\n====\n";
  auto rest = fuzz::text_of(data, size);
  load::MergePlan plan{.paths = {}, .clock_error_ns = 50'000'000, .rows_max = 100};
  for (const auto* name : {"1", "2"}) {
    if (rest.empty()) break;
    plan.paths.push_back(kFolder.write(std::string(name) + ".json", fuzz::take_until(rest, kMark)));
    const auto evidence = kFolder.write(std::string(name) + ".ndjson.gz", fuzz::take_until(rest, kMark));
    FUZZ_CHECK(!evidence.empty());
  }
  if (plan.paths.empty()) return 0;
  const auto merged = load::merge(plan);
  if (!accepted(merged)) return 0;
  const auto again = load::read_document(load::write_document(*merged));
  FUZZ_CHECK(accepted(again));
  FUZZ_CHECK(merged->scenario.shard_count == 1 && !merged->repeats.empty());
  return 0;
}

}  // namespace coupon::fuzz_merge
