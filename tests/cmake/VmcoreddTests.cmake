# SPDX-License-Identifier: LGPL-2.1-or-later

# vmcoredd_add_unit_test(NAME SOURCES file... LIBS target...)
# One executable of GoogleTest cases, one ctest entry a case, label "unit".
function(vmcoredd_add_unit_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBS")
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE vmcoredd_flags ${arg_LIBS} GTest::gmock GTest::gtest_main)
  gtest_discover_tests(${name} TEST_PREFIX ${name}: DISCOVERY_MODE PRE_TEST NO_PRETTY_VALUES
                       PROPERTIES LABELS unit TIMEOUT 120)
endfunction()
