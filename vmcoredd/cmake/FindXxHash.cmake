# SPDX-License-Identifier: LGPL-2.1-or-later
# xxHash::xxhash. As with libelf: a .pc file, no CMake package, and the imported
# target that pkg-config gives names the shared library, which breaks -static.
find_path(XxHash_INCLUDE_DIR xxhash.h)
if(VMCOREDD_STATIC)
  find_library(XxHash_LIBRARY NAMES libxxhash.a)
else()
  find_library(XxHash_LIBRARY NAMES xxhash)
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(XxHash REQUIRED_VARS XxHash_LIBRARY XxHash_INCLUDE_DIR)
if(XxHash_FOUND AND NOT TARGET xxHash::xxhash)
  add_library(xxHash::xxhash UNKNOWN IMPORTED)
  set_target_properties(xxHash::xxhash PROPERTIES
    IMPORTED_LOCATION "${XxHash_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${XxHash_INCLUDE_DIR}")
endif()
mark_as_advanced(XxHash_INCLUDE_DIR XxHash_LIBRARY)
