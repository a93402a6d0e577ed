#include <fstream>
#include <sys/utsname.h>
#include <thread>
#include <unistd.h>

#include "couponload/report/document.hpp"

namespace coupon::load {

namespace {

// "model name	: AMD EPYC 7763", the first of many; other architectures have no such line.
std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("model name")) continue;
    const auto value = line.find_first_not_of(": \t", std::string_view("model name").size());
    return value == std::string::npos ? std::string() : line.substr(value);
  }
  return {};
}

}  // namespace

Host read_host() {
  Host host;
  host.cores = static_cast<int>(std::thread::hardware_concurrency());
  host.cpu = cpu_model();
  host.memory_bytes = std::int64_t{::sysconf(_SC_PHYS_PAGES)} * ::sysconf(_SC_PAGESIZE);
  utsname names{};
  if (::uname(&names) == 0) {
    host.name = names.nodename;
    host.kernel = names.release;
    host.machine = names.machine;
  }
  return host;
}

}  // namespace coupon::load
