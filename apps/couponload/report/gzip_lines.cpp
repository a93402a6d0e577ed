#include "couponload/report/gzip_lines.hpp"

#include <cerrno>
#include <cstring>
#include <fmt/core.h>

namespace coupon::load {

using base::Errc;
using base::Result;

namespace {

constexpr unsigned kChunkBytes = 1U << 16;

std::unexpected<base::Error> refuse(Errc code, const std::string& path, std::string_view why) {
  return base::fail(code, fmt::format("{}: {}", path, why));
}

}  // namespace

Result<GzipLineWriter> GzipLineWriter::create(const std::string& path) {
  GzipHandle file(gzopen(path.c_str(), "wb"));
  if (!file) return refuse(Errc::kIo, path, std::strerror(errno));
  return GzipLineWriter(path, std::move(file));
}

void GzipLineWriter::write(std::string_view line) {
  const auto put = [&](std::string_view text) {
    return text.empty() || gzwrite(file_.get(), text.data(), static_cast<unsigned>(text.size())) > 0;
  };
  failed_ = failed_ || !put(line) || !put("\n");
}

Result<> GzipLineWriter::close() {
  const auto closed = gzclose(file_.release());
  if (failed_ || closed != Z_OK) return refuse(Errc::kIo, path_, "could not be written (disk full?)");
  return {};
}

Result<GzipLineReader> GzipLineReader::open(const std::string& path) {
  GzipHandle file(gzopen(path.c_str(), "rb"));
  if (!file) return refuse(Errc::kIo, path, std::strerror(errno));
  return GzipLineReader(path, std::move(file));
}

// True when there is more.
Result<bool> GzipLineReader::fill() {
  buffer_.erase(0, at_);
  at_ = 0;
  const auto size = buffer_.size();
  buffer_.resize(size + kChunkBytes);
  const auto got = gzread(file_.get(), buffer_.data() + size, kChunkBytes);
  buffer_.resize(size + static_cast<std::size_t>(std::max(got, 0)));
  int code = Z_OK;
  const char* message = gzerror(file_.get(), &code);
  // At the end of a file that was cut off, zlib answers with what it has and this error.
  if (got < 0 || code == Z_BUF_ERROR) {
    return refuse(Errc::kInvalid, path_, got < 0 ? std::string_view(message) : "the file is cut off");
  }
  return got > 0;
}

Result<std::optional<std::string_view>> GzipLineReader::next() {
  auto end = buffer_.find('\n', at_);
  while (end == std::string::npos) {
    const auto unread = buffer_.size() - at_;
    if (unread > kLineBytesMax) return refuse(Errc::kInvalid, path_, "a line is too long");
    const auto more = fill();
    if (!more) return std::unexpected(more.error());
    if (!*more) {
      if (buffer_.empty()) return std::nullopt;
      return refuse(Errc::kInvalid, path_, "the last line is cut off");
    }
    end = buffer_.find('\n', unread);
  }
  const auto line = std::string_view(buffer_).substr(at_, end - at_);
  at_ = end + 1;
  return line;
}

}  // namespace coupon::load
