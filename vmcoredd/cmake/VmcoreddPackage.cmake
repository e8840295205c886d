# SPDX-License-Identifier: LGPL-2.1-or-later
# Packages of the install components: .deb, .rpm where rpmbuild is, and one
# .tar.gz of everything. `./dev package` makes them.

set(VMCOREDD_STATIC_BUILD "" CACHE PATH
  "A build with VMCOREDD_STATIC whose collector is packaged; empty: this build's own")

# vmcoredd_package(NAME SECTION COMPONENTS SYNOPSIS DESCRIPTION): one package of some
# install components. CPack calls that a component group.
macro(vmcoredd_package name section components synopsis description)
  string(MAKE_C_IDENTIFIER ${name} group)
  string(TOUPPER ${group} upper)
  list(APPEND VMCOREDD_PACKAGE_GROUPS ${group})
  set(CPACK_COMPONENT_GROUP_${upper}_DISPLAY_NAME ${name})
  foreach(component ${components})
    list(APPEND CPACK_COMPONENTS_ALL ${component})
    string(TOUPPER ${component} component_upper)
    set(CPACK_COMPONENT_${component_upper}_GROUP ${group})
  endforeach()
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${name})
  set(CPACK_DEBIAN_${upper}_PACKAGE_SECTION ${section})
  set(CPACK_DEBIAN_${upper}_DESCRIPTION "${synopsis}\n${description}")
  set(CPACK_RPM_${upper}_PACKAGE_NAME ${name})
  set(CPACK_RPM_${upper}_PACKAGE_SUMMARY "${synopsis}")
  set(CPACK_RPM_${upper}_PACKAGE_DESCRIPTION "${description}")
endmacro()

get_property(VMCOREDD_INTEGRATIONS GLOBAL PROPERTY VMCOREDD_INTEGRATIONS)
set(CPACK_COMPONENTS_ALL)
set(VMCOREDD_PACKAGE_GROUPS)
vmcoredd_package(vmcoredd utils Runtime
"read and write device state in Linux crash dumps"
"Lists, extracts, shows and verifies the device dumps of a vmcore (ELF,
kdump-compressed, flattened, split, compressed), says what their bytes mean and
how two of them differ, packs them into archives, and attaches archives to a
vmcore and detaches them, bit for bit. Captures the same
of a running machine from devlink regions, health reporters, device coredumps
and registers: when asked, or, as a service, when a device reports an error.")
# The components of both families; PackageGenerator.cmake leaves out those that a
# package format has no use for.
vmcoredd_package(vmcoredd-collect utils "Collector;${VMCOREDD_INTEGRATIONS}"
"collect the state of devices in a crash kernel"
"One static program for the image of a crash kernel: it runs driver plugins
before any driver resets its device, keeps what they give on a spool, and
saves it as an archive beside the vmcore. With the hooks that put it into the
image of the distribution's kdump, and the services around it.")
vmcoredd_package(vmcoredd-plugin-dev devel Plugins
"write driver plugins for vmcoredd-collect"
"The C contract of a driver plugin, its CMake package, and the runner that makes
an executable of a plugin, for devices that the collector does not know.")
vmcoredd_package(libvmcoredd-dev libdevel Development
"libraries to read and write device dumps in vmcores"
"Headers, static libraries, CMake package and pkg-config file of the libraries
that vmcoredd is made of.")

vmcoredd_package(vmcoredd-doc doc Documentation
"device state in Linux crash dumps, format and design"
"What the bytes of device dumps, archives and manifests mean, what each driver
plugin reads and from where that is known, and how all of it is built.")
set(CPACK_DEBIAN_VMCOREDD_DOC_PACKAGE_ARCHITECTURE all)
set(CPACK_RPM_VMCOREDD_DOC_PACKAGE_ARCHITECTURE noarch)

set(CPACK_DEBIAN_LIBVMCOREDD_DEV_PACKAGE_DEPENDS
  "libarchive-dev, libelf-dev, libexpected-dev, libfmt-dev, libmnl-dev, libpugixml-dev, libsqlite3-dev, libxxhash-dev, libzstd-dev, zlib1g-dev")
# finalise: only where kdump saves by FTP.
set(CPACK_DEBIAN_VMCOREDD_PACKAGE_SUGGESTS "curl")
set(CPACK_RPM_VMCOREDD_PACKAGE_SUGGESTS "curl")
set(CPACK_DEBIAN_VMCOREDD_COLLECT_PACKAGE_RECOMMENDS "kdump-tools | dracut-core")
set(CPACK_DEBIAN_VMCOREDD_COLLECT_PACKAGE_ENHANCES "kdump-tools, dracut-core")
set(integration "${PROJECT_SOURCE_DIR}/collector/integration")
set(CPACK_DEBIAN_VMCOREDD_COLLECT_PACKAGE_CONTROL_EXTRA "${integration}/debian/postinst"
  "${integration}/debian/prerm" "${integration}/debian/postrm" "${integration}/debian/triggers"
  "${integration}/debian/conffiles")
set(CPACK_RPM_VMCOREDD_COLLECT_USER_FILELIST "%config(noreplace) /etc/vmcoredd/vmcoredd.conf")
set(CPACK_RPM_VMCOREDD_COLLECT_POST_INSTALL_SCRIPT_FILE "${integration}/redhat/rpm-post")
set(CPACK_RPM_VMCOREDD_COLLECT_PRE_UNINSTALL_SCRIPT_FILE "${integration}/redhat/rpm-preun")
set(CPACK_RPM_VMCOREDD_COLLECT_POST_UNINSTALL_SCRIPT_FILE "${integration}/redhat/rpm-postun")

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
    /etc/kdump /etc/kdump/pre.d /etc/kdump/post.d /usr/lib/dracut /usr/lib/dracut/modules.d
    /usr/lib/systemd /usr/lib/systemd/system /usr/share/man /usr/share/man/man1 /usr/share/man/man3 /usr/share/man/man5 /usr/share/man/man8
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
set(CPACK_VMCOREDD_PACKAGE_GROUPS ${VMCOREDD_PACKAGE_GROUPS})
set(CPACK_VMCOREDD_LICENSES "${PROJECT_SOURCE_DIR}")
include(CPack)
