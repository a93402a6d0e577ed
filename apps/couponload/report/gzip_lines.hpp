#pragma once
// Lines of text in a gzip file.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <zlib.h>

#include "base/result.hpp"

namespace coupon::load {

struct GzipCloser {
  void operator()(gzFile_s* file) const { gzclose(file); }
};
using GzipHandle = std::unique_ptr<gzFile_s, GzipCloser>;

/// Not thread-safe. Every call may block.
class GzipLineWriter {
 public:
  [[nodiscard]] static base::Result<GzipLineWriter> create(const std::string& path);
  /// A failed write shows in close().
  void write(std::string_view line);
  [[nodiscard]] base::Result<> close();

 private:
  GzipLineWriter(std::string path, GzipHandle file) : path_(std::move(path)), file_(std::move(file)) {}
  std::string path_;
  GzipHandle file_;
  bool failed_ = false;
};

/// Not thread-safe. Reads plain files too.
class GzipLineReader {
 public:
  [[nodiscard]] static base::Result<GzipLineReader> open(const std::string& path);
  /// The next line without its end, valid until the next call; nothing at the end of the file. A line longer than
  /// kLineBytesMax and a file that is cut off or damaged are kInvalid.
  [[nodiscard]] base::Result<std::optional<std::string_view>> next();

  static constexpr std::size_t kLineBytesMax = std::size_t{1} << 20;

 private:
  GzipLineReader(std::string path, GzipHandle file) : path_(std::move(path)), file_(std::move(file)) {}
  [[nodiscard]] base::Result<bool> fill();

  std::string path_;
  GzipHandle file_;
  std::string buffer_;
  std::size_t at_ = 0;
};

}  // namespace coupon::load
