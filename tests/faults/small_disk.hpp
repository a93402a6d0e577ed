#pragma once
// A folder on a disk that is small enough to be full.

#include <string>

namespace coupon::test {

/// May this process mount? Network namespaces and file systems need root.
[[nodiscard]] bool can_mount();

/// A tmpfs of `kib` KiB on a folder that exists, with what was in the folder. Unmounted at the end, also while it is in
/// use. Throws when it cannot be mounted.
class SmallDisk {
 public:
  SmallDisk(std::string folder, int kib);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  /// Not a byte is left; until make_room().
  void fill() const;
  void make_room() const;

 private:
  std::string folder_;
};

}  // namespace coupon::test
