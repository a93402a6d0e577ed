# Language, warnings, sanitizers and linker, the same for every target.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_CXX_FLAGS_DEV "-O1 -g1 -D_GLIBCXX_ASSERTIONS")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wcast-qual
  -Wunused -Woverloaded-virtual -Wformat=2 -Wimplicit-fallthrough)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-Wduplicated-cond -Wlogical-op)
  if(CMAKE_UNITY_BUILD)
    # Meant for headers; a source that is read through another file looks like one.
    add_compile_options(-Wno-subobject-linkage)
  endif()
endif()
if(COUPON_WERROR)
  add_compile_options(-Werror)
endif()

if(COUPON_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(COUPON_SANITIZE STREQUAL "thread")
  # gcc's -Wtsan rejects atomic_thread_fence inside the standard library and Asio.
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer -Wno-tsan)
  add_link_options(-fsanitize=thread)
elseif(COUPON_SANITIZE STREQUAL "fuzz")
  # Everything is instrumented for libFuzzer; its main() is in the fuzz targets only.
  add_compile_options(-fsanitize=address,undefined,float-cast-overflow,fuzzer-no-link -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(COUPON_SANITIZE)
  message(FATAL_ERROR "COUPON_SANITIZE is '${COUPON_SANITIZE}'; use address, thread, fuzz (with clang) or nothing")
endif()
if(COUPON_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Inlined instrumentation makes gcc 12 see uninitialized values that are not there.
  add_compile_options(-Wno-maybe-uninitialized)
endif()

find_program(COUPON_CCACHE ccache)
if(COUPON_CCACHE)
  # What was compiled in one folder is found again from another.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${COUPON_CCACHE})
endif()
find_program(COUPON_MOLD mold)
if(COUPON_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
