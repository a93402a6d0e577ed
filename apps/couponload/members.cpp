#include "couponload/members.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>
#include <random>

#include "base/text.hpp"
#include "couponload/member_file.hpp"
#include "couponload/uuid.hpp"

namespace coupon::load {

using base::Errc;
using base::Result;

namespace {

constexpr std::int64_t kWidthMax = 18;

bool is_printable(char c) { return c > ' ' && c < '\x7f' && c != '{' && c != '}'; }

// What stands between the braces: "", ":d" or ":0Nd". The width, or -1.
std::int64_t width_of(std::string_view spec) {
  if (spec.empty() || spec == ":d") return 0;
  if (!spec.starts_with(":0") || !spec.ends_with('d')) return -1;
  return base::parse_integer(spec.substr(2, spec.size() - 3), "width", 1, kWidthMax).value_or(-1);
}

}  // namespace

Result<MemberFormat> MemberFormat::parse(std::string_view text) {
  const auto open = text.find('{');
  const auto close = text.find('}', open == std::string_view::npos ? 0 : open);
  if (open != std::string_view::npos && close != std::string_view::npos) {
    MemberFormat format;
    format.before_ = text.substr(0, open);
    format.after_ = text.substr(close + 1);
    const auto width = width_of(text.substr(open + 1, close - open - 1));
    if (width >= 0 && std::ranges::all_of(format.before_ + format.after_, is_printable)) {
      format.width_ = static_cast<std::size_t>(width);
      return format;
    }
  }
  return base::fail(Errc::kInvalid, fmt::format("'{}' must be a name with one number in it, such as m{{:08d}}", text));
}

std::string MemberFormat::name(std::uint64_t number) const {
  const auto digits = fmt::format_int(number);
  auto out = before_;
  out.append(digits.size() < width_ ? width_ - digits.size() : 0, '0');
  out.append(digits.data(), digits.size());
  return out += after_;
}

MemberSource::MemberSource(MemberFormat format, std::uint64_t start) : format_(std::move(format)), start_(start) {}

Result<MemberSource> MemberSource::make(const MemberShape& shape, std::uint64_t seed) {
  MemberSource source;
  source.kind_ = shape.kind;
  source.seed_ = seed;
  source.start_ = shape.start;
  if (shape.kind == MemberShape::Kind::kSeq) {
    auto format = MemberFormat::parse(shape.format);
    if (!format) return std::unexpected(std::move(format).error());
    source.format_ = std::move(*format);
  }
  if (shape.kind == MemberShape::Kind::kFile) {
    auto file = MemberFile::read(shape.path);
    if (!file) return std::unexpected(std::move(file).error());
    source.file_ = std::move(*file);
  }
  return source;
}

std::string MemberSource::name(std::uint64_t index) const {
  switch (kind_) {
    case MemberShape::Kind::kSeq: return format_.name(start_ + index);
    case MemberShape::Kind::kUuid: return uuid_text(seed_, index);
    case MemberShape::Kind::kFile: return std::string(file_->lines().at(index));
  }
  return {};
}

std::optional<std::uint64_t> MemberSource::size() const {
  return file_ ? std::optional<std::uint64_t>(file_->lines().size()) : std::nullopt;
}

Result<> MemberSource::ensure(std::uint64_t needed) const {
  const auto there = size();
  if (!there || *there >= needed) return {};
  return base::fail(Errc::kInvalid,
                    fmt::format("{} members are needed but {} has only {}; ask with fewer users, or put more members "
                                "into the file",
                                needed, file_->path(), *there));
}

Members::Members(MemberSource source, std::uint32_t requests, std::uint32_t same, std::uint64_t seed,
                 std::uint64_t first)
    : source_(std::move(source)), same_(same), first_(first), places_((requests + same - 1) / same) {
  std::iota(places_.begin(), places_.end(), 0U);
  std::mt19937_64 random(seed);
  std::ranges::shuffle(places_, random);
}

}  // namespace coupon::load
