# SPDX-License-Identifier: LGPL-2.1-or-later
# One interface target carries every flag of ours. Targets link it PRIVATE, so
# that consumers of the installed libraries do not get our warnings.

# CMake's Release is -O3, where g++ 12 reports false -Wstringop-overflow in fmt.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_C_FLAGS_RELEASE "-O2 -DNDEBUG")
if(VMCOREDD_STATIC)  # for a crash kernel's image, where size is what counts
  set(CMAKE_CXX_FLAGS_RELEASE "-Os -DNDEBUG")
  set(CMAKE_C_FLAGS_RELEASE "-Os -DNDEBUG")
endif()
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 99)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release)
endif()
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

add_library(vmcoredd_flags INTERFACE)
target_compile_options(vmcoredd_flags INTERFACE
  -Wall -Wextra -Wshadow $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>
  # g++ 12 reports assignments of one-character literals to a std::string (GCC
  # bug 105651).
  $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-restrict>
  $<$<BOOL:${VMCOREDD_WERROR}>:-Werror>
  -fstack-protector-strong
  $<$<CONFIG:Release>:-ffunction-sections -fdata-sections>)
target_compile_definitions(vmcoredd_flags INTERFACE
  _FILE_OFFSET_BITS=64
  _GNU_SOURCE
  # Takes <locale> out of fmt: 590 -> 355 KB in a static program.
  FMT_STATIC_THOUSANDS_SEPARATOR=1
  _GLIBCXX_ASSERTIONS
  $<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
target_link_options(vmcoredd_flags INTERFACE
  -Wl,-z,relro,-z,now $<$<CONFIG:Release>:-Wl,--gc-sections>)
if(VMCOREDD_SANITIZE)
  target_compile_options(vmcoredd_flags INTERFACE
    -fsanitize=${VMCOREDD_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(vmcoredd_flags INTERFACE -fsanitize=${VMCOREDD_SANITIZE})
endif()
