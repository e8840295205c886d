# SPDX-License-Identifier: LGPL-2.1-or-later
# CPack reads this for each generator: packages are one a component, the archive
# holds everything.
if(CPACK_GENERATOR STREQUAL "TGZ")
  set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
  set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
endif()
