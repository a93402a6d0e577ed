# coupon_embed_sql(TARGET ENGINE): sql/ENGINE/NNNN_*.sql as a table in a generated source of TARGET.
function(coupon_embed_sql target engine)
  file(GLOB scripts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/sql/${engine}/[0-9][0-9][0-9][0-9]_*.sql)
  list(SORT scripts)
  set(entries "")
  foreach(script IN LISTS scripts)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${script})
    get_filename_component(name ${script} NAME_WE)
    string(SUBSTRING ${name} 0 4 number)
    math(EXPR number "${number} + 0")
    file(READ ${script} text)
    string(APPEND entries "    {${number}, \"${name}\", R\"sql(${text})sql\"},\n")
  endforeach()
  string(CONFIGURE [[
// Generated from sql/@engine@.
#include "ledger/migrations.hpp"

namespace coupon::ledger {

const std::vector<Migration>& @engine@_migrations() {
  static const std::vector<Migration> scripts = {
@entries@  };
  return scripts;
}

}  // namespace coupon::ledger
]] source @ONLY)
  set(file ${CMAKE_CURRENT_BINARY_DIR}/${engine}_migrations.cpp)
  file(CONFIGURE OUTPUT ${file} CONTENT "@source@" @ONLY)
  target_sources(${target} PRIVATE ${file})
endfunction()
