# coupon_module(NAME SOURCES … ROOMS … LIBS …): one room of lib/ as a static library coupon_NAME.
#
# Headers are reached as "room/file.hpp", and only by a target that lists the room: every room has an
# include folder of its own (a link in the build folder), so an include across a forbidden wall does not compile.
function(coupon_module name)
  cmake_parse_arguments(arg "" "" "SOURCES;ROOMS;LIBS" ${ARGN})
  add_library(coupon_${name} STATIC ${arg_SOURCES})
  coupon_room_include(coupon_${name} ${name})
  coupon_link(coupon_${name} ROOMS ${arg_ROOMS} LIBS ${arg_LIBS})
endfunction()

function(coupon_room_include target name)
  file(RELATIVE_PATH path ${CMAKE_SOURCE_DIR}/lib ${CMAKE_CURRENT_SOURCE_DIR})
  set(root ${CMAKE_BINARY_DIR}/rooms/${name})
  cmake_path(GET path PARENT_PATH parent)
  file(MAKE_DIRECTORY ${root}/${parent})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${root}/${path} SYMBOLIC)
  target_include_directories(${target} PUBLIC ${root})
endfunction()

# Links rooms and libraries privately: nothing is inherited, every room says all that it uses.
function(coupon_link target)
  cmake_parse_arguments(arg "" "" "ROOMS;LIBS" ${ARGN})
  foreach(room IN LISTS arg_ROOMS)
    target_link_libraries(${target} PRIVATE coupon_${room})
  endforeach()
  target_link_libraries(${target} PRIVATE ${arg_LIBS})
endfunction()

# coupon_app(NAME SOURCES … ROOMS … LIBS …): a program; main.cpp and the rest are given as SOURCES.
function(coupon_app name)
  cmake_parse_arguments(arg "" "" "SOURCES;ROOMS;LIBS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/apps)
  target_compile_definitions(${name} PRIVATE COUPON_VERSION="${PROJECT_VERSION}")
  coupon_link(${name} ROOMS ${arg_ROOMS} LIBS ${arg_LIBS})
endfunction()
