# SPDX-License-Identifier: LGPL-2.1-or-later

# Versioned, so that "vmcoredd/base/result.h" names one file wherever it is read.
set(VMCOREDD_INSTALL_INCLUDEDIR ${CMAKE_INSTALL_INCLUDEDIR}/vmcoredd-1)
set(VMCOREDD_INSTALL_CMAKEDIR ${CMAKE_INSTALL_LIBDIR}/cmake/vmcoredd)

# vmcoredd_add_library(NAME SOURCES... HEADERS...)
# A static library vmcoredd_NAME, alias vmcoredd::NAME, with our flags and with
# root-relative includes. HEADERS are what users of the library include:
# they are installed at their path in the tree, and the dev presets compile each
# alone.
function(vmcoredd_add_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "HEADERS")
  set(target vmcoredd_${name})
  add_library(${target} STATIC ${arg_UNPARSED_ARGUMENTS})
  add_library(vmcoredd::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  target_include_directories(${target} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
    $<INSTALL_INTERFACE:${VMCOREDD_INSTALL_INCLUDEDIR}>)
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:vmcoredd_flags>)
  target_compile_features(${target} PUBLIC cxx_std_20)
  if(arg_HEADERS)
    target_sources(${target} PUBLIC FILE_SET HEADERS
      BASE_DIRS "${PROJECT_SOURCE_DIR}" FILES ${arg_HEADERS})
  endif()
  install(TARGETS ${target} EXPORT vmcoreddTargets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT Development
    FILE_SET HEADERS DESTINATION ${VMCOREDD_INSTALL_INCLUDEDIR} COMPONENT Development)
  set_property(GLOBAL APPEND PROPERTY VMCOREDD_LIBRARIES ${target})
endfunction()

# The shared library of a dependency, or its archive in a static build. fmt has
# no archive in Debian: there it is used header-only.
if(VMCOREDD_STATIC)
  set(VMCOREDD_ZSTD zstd::libzstd_static)
  set(VMCOREDD_FMT fmt::fmt-header-only)
else()
  set(VMCOREDD_ZSTD zstd::libzstd_shared)
  set(VMCOREDD_FMT fmt::fmt)
endif()
