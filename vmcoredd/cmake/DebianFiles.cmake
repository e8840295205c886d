# SPDX-License-Identifier: LGPL-2.1-or-later
# CPack runs this on the staged files of each generator. Debian's policy wants of
# a package what `cmake --install` has no use for: compressed man pages,
# copyright, changelog, and a word on why the collector is static.
if(NOT CPACK_GENERATOR STREQUAL "DEB")
  return()
endif()

string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
foreach(group IN LISTS CPACK_VMCOREDD_PACKAGE_GROUPS)
  string(TOUPPER ${group} upper)
  set(name ${CPACK_DEBIAN_${upper}_PACKAGE_NAME})
  set(share "${CPACK_TEMPORARY_INSTALL_DIRECTORY}/${group}/usr/share")
  file(WRITE "${share}/doc/${name}/changelog"
"${name} (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * Built from the source tree; its history is in git.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
  file(WRITE "${share}/doc/${name}/copyright"
"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: vmcoredd

Files: *
Copyright: 2026 the vmcoredd authors
License: LGPL-2.1+
 On Debian systems the full text of the GNU Lesser General Public License,
 version 2.1, is in /usr/share/common-licenses/LGPL-2.1.

Files: driver-plugins/abi/vmcoredd_plugin.h
Copyright: 2026 the vmcoredd authors
License: BSD-2-Clause
")
  file(STRINGS "${CPACK_VMCOREDD_LICENSES}/driver-plugins/abi/LICENSE" lines)
  foreach(line IN LISTS lines)
    file(APPEND "${share}/doc/${name}/copyright" " ${line}\n")
  endforeach()
  if(name STREQUAL "vmcoredd-collect")
    file(WRITE "${share}/lintian/overrides/${name}"
      "# Goes into the image of a crash kernel, where no libraries are.\n"
      "${name}: statically-linked-binary\n"
      "# A plugin of sos, which brings Python; without sos nobody reads it.\n"
      "${name}: python-package-missing-depends-on-python\n")
  endif()
  file(GLOB_RECURSE to_compress "${share}/man/*.[1-9]")
  execute_process(COMMAND gzip -9n ${to_compress} "${share}/doc/${name}/changelog"
    COMMAND_ERROR_IS_FATAL ANY)
endforeach()
