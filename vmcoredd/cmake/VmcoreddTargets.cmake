# SPDX-License-Identifier: LGPL-2.1-or-later

# vmcoredd_add_library(NAME SOURCES... )
# A static library vmcoredd_NAME, alias vmcoredd::NAME, with our flags and with
# root-relative includes.
function(vmcoredd_add_library name)
  set(target vmcoredd_${name})
  add_library(${target} STATIC ${ARGN})
  add_library(vmcoredd::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  target_include_directories(${target} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/vmcoredd-1>)
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:vmcoredd_flags>)
  target_compile_features(${target} PUBLIC cxx_std_20)
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
