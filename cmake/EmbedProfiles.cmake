# coupon_embed_profiles(TARGET): profile/builtin/*.toml as a table, and profile/commented.toml, in a generated source of
# TARGET.
function(coupon_embed_profiles target)
  set(folder ${CMAKE_CURRENT_SOURCE_DIR}/profile)
  file(GLOB profiles CONFIGURE_DEPENDS ${folder}/builtin/*.toml)
  list(SORT profiles)
  set(entries "")
  foreach(profile IN LISTS profiles)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${profile})
    get_filename_component(name ${profile} NAME_WE)
    file(READ ${profile} text)
    string(APPEND entries "      {\"${name}\", R\"toml(${text})toml\"},\n")
  endforeach()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${folder}/commented.toml)
  file(READ ${folder}/commented.toml commented)
  string(CONFIGURE [[
// Generated from apps/couponload/profile.
#include "couponload/profile/load_profile.hpp"

namespace coupon::load {

const std::vector<BuiltinProfile>& builtin_profiles() {
  static const std::vector<BuiltinProfile> kProfiles = {
@entries@  };
  return kProfiles;
}

std::string_view commented_profile() { return R"toml(@commented@)toml"; }

}  // namespace coupon::load
]] source @ONLY)
  set(file ${CMAKE_CURRENT_BINARY_DIR}/builtin_profiles.cpp)
  file(CONFIGURE OUTPUT ${file} CONTENT "@source@" @ONLY)
  target_sources(${target} PRIVATE ${file})
endfunction()
