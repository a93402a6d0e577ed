#include "couponload/report/evidence_file.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/clock.hpp"
#include "couponload/burst/instant.hpp"
#include "couponload/report/gzip_lines.hpp"

namespace coupon::load {

using base::Errc;
using base::Result;
using Json = nlohmann::ordered_json;

namespace {

using State = Readback::State;
constexpr int kStatusMax = 999;
constexpr std::int64_t kInstantMaxNs = 4'000'000'000'000'000'000;  // in 2096; differences fit into 64 bits
constexpr std::array<std::string_view, 5> kStates{"confirmed", "other_id", "missing", "unrecorded", "unread"};
constexpr std::array kFates{Fate::kUnsent, Fate::kNotWritten, Fate::kAnswered, Fate::kTimeout,
                            Fate::kCut,    Fate::kMalformed,  Fate::kTooLarge, Fate::kInterrupted};

// Ids and codes come from outside and need not be UTF-8.
std::string line_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json json_of(const Evidence& ask, std::int64_t offset_ns) {
  return {{"seq", ask.seq},
          {"attempt", ask.attempt},
          {"member", ask.member},
          {"plan", ask.plan_ns + offset_ns},
          {"send", ask.send_ns + offset_ns},
          {"first", ask.first_byte_ns == 0 ? 0 : ask.first_byte_ns + offset_ns},
          {"done", ask.done_ns + offset_ns},
          {"fate", name_of(ask.fate)},
          {"status", ask.status},
          {"class", name_of(ask.outcome)},
          {"id", ask.id},
          {"rank", ask.rank},
          {"code", ask.code}};
}

Json json_of(const Readback& read) {
  return {{"read", kStates.at(static_cast<std::size_t>(read.state))},
          {"member", read.member},
          {"expected", read.expected_id},
          {"found", read.found_id},
          {"pending", read.was_pending}};
}

Json json_of(const Replay& replay) {
  return {{"replay", name_of(replay.outcome)},
          {"member", replay.member},
          {"expected", replay.expected_id},
          {"found", replay.found_id},
          {"answered", replay.answered}};
}

// Not what the JSON library makes of a fraction or of a number that does not fit.
template <class T>
T whole(const nlohmann::json& json, const char* key, std::int64_t min, std::int64_t max) {
  const auto& value = json.at(key);
  const bool fits =
      value.is_number_unsigned() ? std::in_range<std::int64_t>(value.get<std::uint64_t>()) : value.is_number_integer();
  if (!fits || value.get<std::int64_t>() < min || value.get<std::int64_t>() > max) {
    throw std::invalid_argument(fmt::format("'{}' must be a whole number from {} to {}", key, min, max));
  }
  return value.get<T>();
}

std::int64_t instant(const nlohmann::json& json, const char* key) {
  return whole<std::int64_t>(json, key, 0, kInstantMaxNs);
}

template <class T, class Values>
T one_of(const nlohmann::json& json, const char* key, const Values& values) {
  const auto name = json.at(key).get<std::string>();
  for (const T value : values) {
    if (name_of(value) == name) return value;
  }
  throw std::invalid_argument(fmt::format("'{}' cannot be '{}'", key, name));
}

Evidence ask_of(const nlohmann::json& json) {
  return {.seq = whole<std::uint32_t>(json, "seq", 0, UINT32_MAX),
          .fate = one_of<Fate>(json, "fate", kFates),
          .attempt = whole<std::uint16_t>(json, "attempt", 0, UINT16_MAX),
          .outcome = one_of<Outcome>(json, "class", kOutcomes),
          .status = whole<int>(json, "status", 0, kStatusMax),
          .plan_ns = instant(json, "plan"),
          .send_ns = instant(json, "send"),
          .first_byte_ns = instant(json, "first"),
          .done_ns = instant(json, "done"),
          .rank = whole<std::int64_t>(json, "rank", INT64_MIN, INT64_MAX),
          .member = json.at("member").get<std::string>(),
          .id = json.at("id").get<std::string>(),
          .code = json.at("code").get<std::string>()};
}

Readback readback_of(const nlohmann::json& json) {
  const auto state = std::ranges::find(kStates, json.at("read").get<std::string>());
  if (state == kStates.end()) throw std::invalid_argument("'read' has an unknown value");
  return {.member = json.at("member").get<std::string>(),
          .expected_id = json.at("expected").get<std::string>(),
          .found_id = json.at("found").get<std::string>(),
          .state = static_cast<State>(state - kStates.begin()),
          .was_pending = json.at("pending").get<bool>()};
}

Replay replay_of(const nlohmann::json& json) {
  return {.member = json.at("member").get<std::string>(),
          .expected_id = json.at("expected").get<std::string>(),
          .found_id = json.at("found").get<std::string>(),
          .outcome = one_of<Outcome>(json, "replay", kOutcomes),
          .answered = json.at("answered").get<bool>()};
}

void read_line(std::string_view line, Observed& observed) {
  const auto json = nlohmann::json::parse(line);
  if (json.contains("read")) {
    observed.readbacks.push_back(readback_of(json));
  } else if (json.contains("replay")) {
    observed.replays.push_back(replay_of(json));
  } else {
    observed.asks.push_back(ask_of(json));
  }
}

Result<> write_all(const std::string& path, const Observed& observed, std::int64_t offset_ns) {
  auto writer = GzipLineWriter::create(path);
  if (!writer) return std::unexpected(writer.error());
  for (const auto& ask : observed.asks) writer->write(line_of(json_of(ask, offset_ns)));
  for (const auto& read : observed.readbacks) writer->write(line_of(json_of(read)));
  for (const auto& replay : observed.replays) writer->write(line_of(json_of(replay)));
  return writer->close();
}

}  // namespace

std::int64_t wall_offset_ns() { return base::SystemClock{}.wall_ms() * kNsPerMs - now_ns(); }

std::string evidence_path(const std::string& result_path, std::size_t repeat, std::size_t repeats) {
  const std::filesystem::path path(result_path);
  const auto number = repeats > 1 ? fmt::format(".{}", repeat) : std::string();
  return (path.parent_path() / (path.stem().string() + number + ".ndjson.gz")).string();
}

Result<EvidenceFile> write_evidence(const std::string& path, const Observed& observed, std::int64_t wall_offset_ns) {
  const auto unfinished = path + ".part";
  COUPON_TRY(write_all(unfinished, observed, wall_offset_ns));
  if (std::rename(unfinished.c_str(), path.c_str()) != 0) {
    return base::fail(Errc::kIo, fmt::format("{}: {}", path, std::strerror(errno)));
  }
  return EvidenceFile{.name = std::filesystem::path(path).filename().string(),
                      .complete = !observed.left_out.has_value(),
                      .rows = static_cast<std::int64_t>(observed.asks.size())};
}

Result<> read_evidence(const std::string& path, std::size_t rows_max, Observed& observed) {
  auto reader = GzipLineReader::open(path);
  if (!reader) return std::unexpected(reader.error());
  for (std::size_t number = 1;; ++number) {
    const auto line = reader->next();
    if (!line) return std::unexpected(line.error());
    if (!*line) return {};
    try {
      read_line(**line, observed);
    } catch (const std::exception& fault) {
      return base::fail(Errc::kInvalid, fmt::format("{}: line {}: {}", path, number, fault.what()));
    }
    const auto most = std::max({observed.asks.size(), observed.readbacks.size(), observed.replays.size()});
    if (most > rows_max) {
      return base::fail(Errc::kInvalid, fmt::format("{}: more than {} requests; raise --max-rows", path, rows_max));
    }
  }
}

}  // namespace coupon::load
