#include "functional/worker.hpp"

#include <stdexcept>
#include <utility>

#include "functional/programs.hpp"

namespace coupon::test {

Worker::Worker(std::vector<std::string> command, const std::string& port_file) : process(std::move(command)) {
  const bool told = eventually([&] { return !process.running() || !read_file(port_file).empty(); }, kStart);
  if (!told || !process.running()) throw std::runtime_error("couponworker did not start: " + process.err());
  health_port = static_cast<std::uint16_t>(std::stoi(read_file(port_file)));
}

int Worker::records(const std::string& outcome) const {
  const auto text = get("/metrics").body;
  const auto series = "\npersist_records_total{outcome=\"" + outcome + "\"} ";
  const auto at = text.find(series);
  return at == std::string::npos ? -1 : std::stoi(text.substr(at + series.size()));
}

}  // namespace coupon::test
