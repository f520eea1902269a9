# How every target of the project is built: one warning set, one way to declare a library.

add_library(zhiping_options INTERFACE)
target_compile_options(zhiping_options INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Wno-unused-parameter
  -fno-omit-frame-pointer
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|amd64")
  # popcnt and SSE4.2: every server processor since 2009.
  target_compile_options(zhiping_options INTERFACE -march=x86-64-v2)
endif()
if(ZHIPING_SANITIZE)
  add_compile_options(-fsanitize=${ZHIPING_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${ZHIPING_SANITIZE})
endif()
if(ZHIPING_SANITIZE MATCHES "thread")
  include(tests/tsan/tsan.cmake)
endif()
if(ZHIPING_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# zhiping_library(NAME SRCS file... DEPS target... [PURE])
# PURE: the library may depend on neither gRPC nor SQL nor Redis, directly or through others.
function(zhiping_library name)
  cmake_parse_arguments(ARG "PURE" "" "SRCS;DEPS" ${ARGN})
  add_library(${name} STATIC ${ARG_SRCS})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ARG_DEPS} PRIVATE zhiping_options)
  if(ARG_PURE)
    zhiping_check_pure(${name} ${name})
  endif()
endfunction()

# zhiping_program(NAME SRCS file... DEPS target...)
function(zhiping_program name)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SRCS})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} zhiping_options)
endfunction()

# Fails the configuration if `root` reaches gRPC, a database or Redis through `target`.
function(zhiping_check_pure root target)
  get_target_property(links ${target} LINK_LIBRARIES)
  foreach(link IN LISTS links)
    string(REGEX REPLACE "^\\$<LINK_ONLY:(.*)>$" "\\1" link "${link}")
    if(link MATCHES "gRPC|grpc|hiredis|sqlite|SQLite|PostgreSQL|pq$|zhiping_(rpc|sql|redis|releases)")
      message(FATAL_ERROR "${root} must stay pure, but reaches ${link} through ${target}")
    endif()
    if(TARGET ${link})
      get_target_property(imported ${link} IMPORTED)
      if(NOT imported)
        zhiping_check_pure(${root} ${link})
      endif()
    endif()
  endforeach()
endfunction()
