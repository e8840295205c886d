# SPDX-License-Identifier: LGPL-2.1-or-later
# LibElf::LibElf. elfutils has a .pc file but no CMake package, and the imported
# target that pkg-config gives names the shared library, which breaks -static.
find_path(LibElf_INCLUDE_DIR libelf.h)
if(VMCOREDD_STATIC)
  find_library(LibElf_LIBRARY NAMES libelf.a)
  find_library(LibElf_ZLIB_LIBRARY NAMES libz.a)
else()
  find_library(LibElf_LIBRARY NAMES elf)
  find_library(LibElf_ZLIB_LIBRARY NAMES z)
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibElf REQUIRED_VARS
  LibElf_LIBRARY LibElf_ZLIB_LIBRARY LibElf_INCLUDE_DIR)
if(LibElf_FOUND AND NOT TARGET LibElf::LibElf)
  add_library(LibElf::LibElf UNKNOWN IMPORTED)
  set_target_properties(LibElf::LibElf PROPERTIES
    IMPORTED_LOCATION "${LibElf_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${LibElf_INCLUDE_DIR}"
    INTERFACE_LINK_LIBRARIES "${LibElf_ZLIB_LIBRARY}")
endif()
mark_as_advanced(LibElf_INCLUDE_DIR LibElf_LIBRARY LibElf_ZLIB_LIBRARY)
