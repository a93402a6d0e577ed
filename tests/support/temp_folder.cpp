#include "support/temp_folder.hpp"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace coupon::test {

TempFolder::TempFolder() : path_((std::filesystem::temp_directory_path() / "coupon-test-XXXXXX").string()) {
  if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
}

TempFolder::~TempFolder() {
  std::error_code ignored;  // a test that failed half-way must not fail again here
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace coupon::test
