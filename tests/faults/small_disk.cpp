#include "faults/small_disk.hpp"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <stdexcept>
#include <sys/mount.h>
#include <vector>

#include "support/process.hpp"

namespace coupon::test {

namespace {

constexpr std::size_t kBlock = 4096;

std::string ballast_in(const std::string& folder) { return folder + "/ballast"; }

}  // namespace

bool can_mount() {
  const TempFolder probe;
  if (::mount("tmpfs", probe.path().c_str(), "tmpfs", 0, "size=64k") != 0) return false;
  return ::umount2(probe.path().c_str(), MNT_DETACH) == 0;
}

SmallDisk::SmallDisk(std::string folder, int kib) : folder_(std::move(folder)) {
  const TempFolder kept;
  std::filesystem::copy(folder_, kept.path(), std::filesystem::copy_options::recursive);
  const auto size = "size=" + std::to_string(kib) + "k";
  if (::mount("tmpfs", folder_.c_str(), "tmpfs", 0, size.c_str()) != 0) {
    throw std::runtime_error("no tmpfs on " + folder_);
  }
  std::filesystem::copy(kept.path(), folder_, std::filesystem::copy_options::recursive);
}

SmallDisk::~SmallDisk() { EXPECT_EQ(::umount2(folder_.c_str(), MNT_DETACH), 0) << folder_ << " stays mounted"; }

void SmallDisk::fill() const {
  const std::vector<char> block(kBlock);
  std::ofstream ballast(ballast_in(folder_), std::ios::app | std::ios::binary);
  while (ballast.write(block.data(), kBlock).flush()) {
  }
}

void SmallDisk::make_room() const { EXPECT_TRUE(std::filesystem::remove(ballast_in(folder_))); }

}  // namespace coupon::test
