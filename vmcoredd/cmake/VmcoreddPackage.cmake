# SPDX-License-Identifier: LGPL-2.1-or-later
# Packages of the install components: .deb, .rpm where rpmbuild is, and one
# .tar.gz of everything. `./dev package` makes them.

set(VMCOREDD_STATIC_BUILD "" CACHE PATH
  "A build with VMCOREDD_STATIC whose collector is packaged; empty: this build's own")

# vmcoredd_package(COMPONENT NAME SECTION DEPENDS SYNOPSIS DESCRIPTION)
macro(vmcoredd_package component name section depends synopsis description)
  list(APPEND CPACK_COMPONENTS_ALL ${component})
  string(TOUPPER ${component} upper)
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${name})
  set(CPACK_DEBIAN_${upper}_PACKAGE_SECTION ${section})
  set(CPACK_DEBIAN_${upper}_PACKAGE_DEPENDS "${depends}")
  set(CPACK_DEBIAN_${upper}_DESCRIPTION "${synopsis}\n${description}")
  set(CPACK_RPM_${upper}_PACKAGE_NAME ${name})
  set(CPACK_RPM_${upper}_PACKAGE_SUMMARY "${synopsis}")
  set(CPACK_RPM_${upper}_PACKAGE_DESCRIPTION "${description}")
endmacro()

set(CPACK_COMPONENTS_ALL)
vmcoredd_package(Runtime vmcoredd utils ""
"read and write device state in Linux crash dumps"
"Lists, extracts, shows and verifies the device dumps of a vmcore (ELF,
kdump-compressed, flattened, split, compressed), packs them into archives, and
attaches archives to a vmcore and detaches them, bit for bit.")
vmcoredd_package(Collector vmcoredd-collect utils ""
"collect the state of devices in a crash kernel"
"One static program for the image of a crash kernel: it runs driver plugins
before any driver resets its device, keeps what they give on a spool, and
saves it as an archive beside the vmcore.")
vmcoredd_package(Plugins vmcoredd-plugin-dev devel ""
"write driver plugins for vmcoredd-collect"
"The C contract of a driver plugin, its CMake package, and the runner that makes
an executable of a plugin, for devices that the collector does not know.")
vmcoredd_package(Development libvmcoredd-dev libdevel
"libarchive-dev, libelf-dev, libexpected-dev, libfmt-dev, libxxhash-dev, libzstd-dev, zlib1g-dev"
"libraries to read and write device dumps in vmcores"
"Headers, static libraries, CMake package and pkg-config file of the libraries
that vmcoredd is made of.")

set(CPACK_PACKAGE_CONTACT "vmcoredd maintainers <maintainers@vmcoredd.example>")
# Or it would stand above every synopsis.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)

# More than one component each: with a single one CPack falls back to one package
# of everything, without a word.
set(CPACK_GENERATOR DEB TGZ)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
find_program(RPMBUILD_PROGRAM rpmbuild)
if(RPMBUILD_PROGRAM)
  list(APPEND CPACK_GENERATOR RPM)
  set(CPACK_RPM_COMPONENT_INSTALL ON)
  set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
  set(CPACK_RPM_PACKAGE_LICENSE "LGPL-2.1-or-later AND BSD-2-Clause")
  set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION /usr/sbin
    ${CMAKE_INSTALL_FULL_LIBDIR} ${CMAKE_INSTALL_FULL_LIBDIR}/cmake ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig
    /usr/share/man /usr/share/man/man1 /usr/share/man/man3 /usr/share/man/man8
    /usr/share/bash-completion /usr/share/bash-completion/completions)
endif()

# A static collector comes from a build of its own. The third word names a list
# CPACK_COMPONENTS_<word>; a component's own name there would count as no
# components at all, and give one package of everything.
set(CPACK_COMPONENTS_HERE ${CPACK_COMPONENTS_ALL})
set(CPACK_INSTALL_CMAKE_PROJECTS "${PROJECT_BINARY_DIR}" vmcoredd HERE /)
if(VMCOREDD_STATIC_BUILD)
  list(REMOVE_ITEM CPACK_COMPONENTS_HERE Collector)
  set(CPACK_COMPONENTS_STATIC Collector)
  list(APPEND CPACK_INSTALL_CMAKE_PROJECTS "${VMCOREDD_STATIC_BUILD}" vmcoredd STATIC /)
endif()

set(CPACK_PROJECT_CONFIG_FILE "${CMAKE_CURRENT_LIST_DIR}/PackageGenerator.cmake")
set(CPACK_PRE_BUILD_SCRIPTS "${CMAKE_CURRENT_LIST_DIR}/DebianFiles.cmake")
set(CPACK_VMCOREDD_LICENSES "${PROJECT_SOURCE_DIR}")
include(CPack)
