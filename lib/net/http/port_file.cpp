#include "net/http/port_file.hpp"

#include <filesystem>
#include <fstream>
#include <system_error>

namespace coupon::net::http {

base::Result<> write_port_file(const std::string& path, std::uint16_t port) {
  if (path.empty()) return {};
  const auto draft = path + ".part";
  std::ofstream out(draft, std::ios::trunc);
  out << port << '\n';
  out.close();
  std::error_code error;
  if (out) std::filesystem::rename(draft, path, error);
  if (!out || error) return base::fail(base::Errc::kIo, "port file: cannot write " + path);
  return {};
}

}  // namespace coupon::net::http
