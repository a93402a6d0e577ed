#include "couponload/cli/preflight.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fmt/core.h>
#include <fstream>
#include <sys/resource.h>
#include <unistd.h>

namespace coupon::load {

using base::Errc;
using base::fail;
using base::Result;

namespace {

std::string temporary(const std::string& path) { return fmt::format("{}.{}.tmp", path, ::getpid()); }

Result<> write_whole(const std::string& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << content;
  file.close();
  if (file) return {};
  return fail(Errc::kIo, fmt::format("cannot write {}: {}", path, std::strerror(errno)));
}

}  // namespace

Result<> ensure_descriptors(std::uint64_t connections) {
  const auto needed = connections + kSpareDescriptors;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return fail(Errc::kIo, fmt::format("cannot read the limit of open files: {}", std::strerror(errno)));
  }
  if (limit.rlim_cur >= needed) return {};
  if (limit.rlim_max >= needed) {
    limit.rlim_cur = needed;
    if (::setrlimit(RLIMIT_NOFILE, &limit) == 0) return {};
  }
  return fail(Errc::kInvalid,
              fmt::format("--users {} needs {} open files but this process may have {}; run `ulimit -n {}` before (as "
                          "root, or with a higher nofile in /etc/security/limits.conf), or ask for fewer users",
                          connections, needed, limit.rlim_max, needed));
}

Result<> check_writable(const std::string& path) {
  if (std::filesystem::is_directory(path)) return fail(Errc::kInvalid, fmt::format("{} is a folder", path));
  const auto name = temporary(path);
  COUPON_TRY(write_whole(name, {}));
  std::error_code error;
  std::filesystem::remove(name, error);
  return error ? Result<>(fail(Errc::kIo, fmt::format("cannot remove {}: {}", name, error.message()))) : Result<>{};
}

Result<> write_atomically(const std::string& path, const std::string& content) {
  const auto name = temporary(path);
  COUPON_TRY(write_whole(name, content));
  std::error_code error;
  std::filesystem::rename(name, path, error);
  return error ? Result<>(fail(Errc::kIo, fmt::format("cannot rename {} to {}: {}", name, path, error.message())))
               : Result<>{};
}

}  // namespace coupon::load
