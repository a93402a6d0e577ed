#pragma once
// Evidence on disk: gzip-compressed, one JSON object a line, so that any tool can count it again.
//
//   {"seq":0,"attempt":1,"member":"m1","plan":N,"send":N,"first":N,"done":N,"fate":"answered","status":200,
//    "class":"issued","id":"…","rank":1,"code":""}        a request; first is 0 when no byte came
//   {"read":"confirmed","member":"m1","expected":"…","found":"…","pending":false}     what reading a grant back gave
//   {"replay":"duplicate","member":"m1","expected":"…","found":"…","answered":true}   what asking again gave
//
// Instants are nanoseconds since 1970 by the clock of the machine that asked.

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "couponload/report/run_report.hpp"
#include "couponload/verify/observed.hpp"

namespace coupon::load {

/// What to add to an instant of the monotonic clock to have nanoseconds since 1970. Read it once a run.
[[nodiscard]] std::int64_t wall_offset_ns();

/// "run.json" and repeat 2 of 3: "run.2.ndjson.gz"; of one repeat "run.ndjson.gz". Beside the result file.
[[nodiscard]] std::string evidence_path(const std::string& result_path, std::size_t repeat, std::size_t repeats);

/// Writes asks, readbacks and replays to `path`; under another name until it is whole. Blocks. What it returns belongs
/// into RunReport::evidence.
[[nodiscard]] base::Result<EvidenceFile> write_evidence(const std::string& path, const Observed& observed,
                                                        std::int64_t wall_offset_ns);

/// Appends what a file holds to `observed`, instants in nanoseconds since 1970. kInvalid names a line that cannot be
/// read, and a file with more than `rows_max` requests. Blocks; memory is that of the requests read.
[[nodiscard]] base::Result<> read_evidence(const std::string& path, std::size_t rows_max, Observed& observed);

}  // namespace coupon::load
