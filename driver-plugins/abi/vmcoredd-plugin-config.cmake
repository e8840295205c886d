# SPDX-License-Identifier: LGPL-2.1-or-later
# find_package(vmcoredd-plugin): vmcoredd_add_driver_plugin() and its libraries.
include("${CMAKE_CURRENT_LIST_DIR}/vmcoredd-plugin-targets.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/VmcoreddDriverPlugin.cmake")
