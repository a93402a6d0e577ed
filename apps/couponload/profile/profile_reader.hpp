#pragma once
// From the tables of a profile to the profile; used by load_profile only.

#include <string>
#include <toml++/toml.h>
#include <vector>

#include "couponload/profile/placeholders.hpp"
#include "couponload/profile/profile.hpp"
#include "couponload/profile/toml_section.hpp"

namespace coupon::load {

/// Reads one file. What is wrong is added to the mistakes, and reading goes on.
class ProfileReader {
 public:
  /// `folder` is where relative paths begin. All must outlive the reader.
  ProfileReader(const toml::table& root, const std::string& folder, Mistakes& mistakes);
  [[nodiscard]] Profile read();

 private:
  void read_heading();
  void read_vars();
  void read_headers();
  void read_members();
  void read_grant();
  void read_quota();
  void read_count();
  void read_readback();
  void read_prime();
  void read_request();
  void read_outcomes();
  void read_outcome(const TomlSection& section);
  void read_steps(const char* key, std::vector<Step>& steps);
  void read_step(const TomlSection& section, std::vector<Step>& steps);
  void read_capture(const TomlSection& section, Step& step);

  [[nodiscard]] RequestShape read_shape(const TomlSection& section, const PlaceholderScope& scope) const;
  void read_fields(const TomlSection& section, const PlaceholderScope& scope, Headers& headers) const;
  void read_path(const TomlSection& section, const PlaceholderScope& scope, std::string& path) const;
  void read_pointer(const TomlSection& section, const char* key, std::string& pointer) const;
  [[nodiscard]] PlaceholderScope scope(bool member, bool request) const;

  TomlSection root_;
  const std::string& folder_;
  Profile profile_;
  std::vector<std::string> captured_;  // by the steps of set-up read so far
};

}  // namespace coupon::load
