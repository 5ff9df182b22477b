# Flags as targets: firn_flags for our own code. Warnings become errors in the presets, not here.
add_library(firn_flags INTERFACE)
target_compile_features(firn_flags INTERFACE cxx_std_23)
target_compile_options(firn_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wcast-qual -Wcast-align
  -Wnon-virtual-dtor -Woverloaded-virtual -Wsuggest-override -Wundef -Wvla -Wformat=2 -Wdouble-promotion
  -Wimplicit-fallthrough -Wswitch-enum -Wextra-semi -Wredundant-decls -Wunused -Wdate-time
  -fno-omit-frame-pointer -fstack-protector-strong -fcf-protection=full
  -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=)
target_compile_options(firn_flags INTERFACE
  # -fstack-reuse=none: GCC 12 reuses stack slots of coroutine temporaries that are still alive.
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond;-Wduplicated-branches;-Wlogical-op;-Wuseless-cast;-fstack-reuse=none;-fstack-clash-protection>
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety;-Wthread-safety-beta;-Werror=thread-safety;-Wunreachable-code>
  # GCC 12's std::stable_sort uses what it calls deprecated; GCC itself watches over our own code.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>)
target_compile_definitions(firn_flags INTERFACE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
if(FIRN_CRASH_POINTS)
  target_compile_definitions(firn_flags INTERFACE FIRN_CRASH_POINTS)
endif()
if(FIRN_SANITIZE)
  list(JOIN FIRN_SANITIZE "," sanitizers)
  target_compile_options(firn_flags INTERFACE -fsanitize=${sanitizers} -fno-sanitize-recover=all)
  target_link_options(firn_flags INTERFACE -fsanitize=${sanitizers})
  if(FIRN_SANITIZE MATCHES thread)
    # GCC warns of fences, which ThreadSanitizer does not know; those in Asio are not ours.
    target_compile_options(firn_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
  endif()
else()
  target_compile_options(firn_flags INTERFACE $<$<CONFIG:RelWithDebInfo,Release>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=3>)
  target_link_options(firn_flags INTERFACE -Wl,-z,relro,-z,now)
endif()
if(FIRN_COVERAGE)
  target_compile_options(firn_flags INTERFACE --coverage -fprofile-update=atomic)
  target_link_options(firn_flags INTERFACE --coverage)
endif()
if(FIRN_FUZZ)
  target_compile_options(firn_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# Parsing these takes a third of a compilation's time. Clang builds without them, so a forgotten #include is still found.
# firn_precompiled(NAME [HEADERS ...] [LINKS ...]): headers for targets to use again.
function(firn_precompiled name)
  cmake_parse_arguments(ARG "" "" "HEADERS;LINKS" ${ARGN})
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/${name}.cc CONTENT "")
  add_library(${name} OBJECT ${PROJECT_BINARY_DIR}/${name}.cc)
  target_compile_options(${name} PRIVATE -fpch-preprocess)
  target_link_libraries(${name} PRIVATE firn_flags fmt::fmt ${ARG_LINKS})
  target_precompile_headers(${name} PRIVATE
    <algorithm> <array> <chrono> <cstddef> <cstdint> <expected> <functional> <map> <memory> <mutex> <optional> <set> <span>
    <string> <string_view> <thread> <utility> <variant> <vector> <fmt/format.h> ${ARG_HEADERS})
endfunction()
if(FIRN_PRECOMPILE AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  firn_precompiled(firn_headers)
  if(FIRN_TESTS)
    firn_precompiled(firn_test_headers HEADERS <gtest/gtest.h> LINKS GTest::gtest)
  endif()
endif()

function(firn_use_precompiled target headers)
  if(TARGET ${headers})
    target_compile_options(${target} PRIVATE -fpch-preprocess)
    target_link_libraries(${target} PRIVATE fmt::fmt)
    target_precompile_headers(${target} REUSE_FROM ${headers})
  endif()
endfunction()

# firn_library(NAME SOURCES ... [DEPENDS ...] [PRIVATE_DEPENDS ...]): one folder of src/.
function(firn_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${name} PUBLIC ${ARG_DEPENDS} PRIVATE firn_flags ${ARG_PRIVATE_DEPENDS})
  firn_use_precompiled(${name} firn_headers)
endfunction()

# firn_test(NAME SOURCES ... DEPENDS ... [LABEL unit] [TIMEOUT 20] [ENVIRONMENT NAME=value]): one test program; nothing
# when tests are off.
function(firn_test name)
  if(NOT FIRN_TESTS)
    return()
  endif()
  cmake_parse_arguments(ARG "" "LABEL;TIMEOUT;ENVIRONMENT" "SOURCES;DEPENDS" ${ARGN})
  if(NOT ARG_LABEL)
    set(ARG_LABEL unit)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  if(FIRN_SANITIZE)
    math(EXPR ARG_TIMEOUT "${ARG_TIMEOUT} * 3") # Programs with sanitizers are that much slower.
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE firn_flags ${ARG_DEPENDS} GTest::gtest_main)
  firn_use_precompiled(${name} firn_test_headers)
  set(properties LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT})
  if(ARG_ENVIRONMENT)
    list(APPEND properties ENVIRONMENT ${ARG_ENVIRONMENT})
  endif()
  gtest_discover_tests(${name} PROPERTIES ${properties} DISCOVERY_TIMEOUT 60)
endfunction()
