# SPDX-License-Identifier: LGPL-2.1-or-later
# CPack reads this for each generator: packages are one a component, the archive
# holds everything.
if(CPACK_GENERATOR STREQUAL "TGZ")
  set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
  set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
endif()

# Each family of distributions has hooks of its own. The archive has none: it can
# be unpacked anywhere, they cannot.
macro(vmcoredd_leave_out pattern)
  foreach(list CPACK_COMPONENTS_ALL CPACK_COMPONENTS_HERE)
    list(FILTER ${list} EXCLUDE REGEX "${pattern}")
  endforeach()
endmacro()
if(CPACK_GENERATOR STREQUAL "DEB")
  vmcoredd_leave_out("^Integration(RedHat|Suse|SosLinked)$")
elseif(CPACK_GENERATOR STREQUAL "RPM")
  vmcoredd_leave_out("^Integration(Debian|Sos)$")
else()
  vmcoredd_leave_out("^Integration")
endif()

# The command makes the configuration of an image, and finalises what was saved.
set(CPACK_DEBIAN_VMCOREDD_COLLECT_PACKAGE_DEPENDS "vmcoredd (= ${CPACK_PACKAGE_VERSION})")
set(CPACK_RPM_VMCOREDD_COLLECT_PACKAGE_REQUIRES "vmcoredd = ${CPACK_PACKAGE_VERSION}")
