# SPDX-License-Identifier: LGPL-2.1-or-later
# What users of the installed tree find us by. Included last, when all libraries
# are known. Components: Runtime, Collector, Plugins, Development,
# Documentation.
include(CMakePackageConfigHelpers)

install(EXPORT vmcoreddTargets NAMESPACE vmcoredd:: FILE vmcoredd-targets.cmake
  DESTINATION ${VMCOREDD_INSTALL_CMAKEDIR} COMPONENT Development)

list(JOIN VMCOREDD_DEPENDENCIES " " VMCOREDD_DEPENDENCIES)
configure_package_config_file(
  "${CMAKE_CURRENT_LIST_DIR}/vmcoredd-config.cmake.in" vmcoredd-config.cmake
  INSTALL_DESTINATION ${VMCOREDD_INSTALL_CMAKEDIR})
write_basic_package_version_file(vmcoredd-config-version.cmake COMPATIBILITY SameMajorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/vmcoredd-config.cmake"
  "${PROJECT_BINARY_DIR}/vmcoredd-config-version.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/FindLibElf.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/FindLibMnl.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/FindXxHash.cmake"
  DESTINATION ${VMCOREDD_INSTALL_CMAKEDIR} COMPONENT Development)

# A linker wants users before what they use: the reverse of the order in which
# the folders, and so the targets, were added.
get_property(libraries GLOBAL PROPERTY VMCOREDD_LIBRARIES)
list(REVERSE libraries)
list(TRANSFORM libraries PREPEND "-l" OUTPUT_VARIABLE VMCOREDD_PC_LIBS)
list(JOIN VMCOREDD_PC_LIBS " " VMCOREDD_PC_LIBS)
list(JOIN VMCOREDD_PC_REQUIRES " " VMCOREDD_PC_REQUIRES)
file(RELATIVE_PATH VMCOREDD_PC_PREFIX
  "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" "${CMAKE_INSTALL_PREFIX}")
configure_file("${CMAKE_CURRENT_LIST_DIR}/vmcoredd.pc.in" vmcoredd.pc @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/vmcoredd.pc"
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT Development)

# In folders as here, so that their links hold.
file(GLOB_RECURSE documents RELATIVE "${PROJECT_SOURCE_DIR}" CONFIGURE_DEPENDS
  vmcoredd/*.md readers/*.md collector/*.md driver-plugins/*.md kernel-patches/*.md tests/README.md)
foreach(document IN LISTS documents ITEMS README.md CONTRIBUTING.md)
  get_filename_component(folder ${document} DIRECTORY)
  install(FILES ${document} DESTINATION ${CMAKE_INSTALL_DOCDIR}/${folder} COMPONENT Documentation)
endforeach()
