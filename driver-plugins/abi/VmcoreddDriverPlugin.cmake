# SPDX-License-Identifier: LGPL-2.1-or-later

# vmcoredd_add_driver_plugin(NAME SOURCES file... [STATIC])
#
# Builds a driver plugin (see vmcoredd-plugin(3)) from one set of sources, twice:
#
#   vmcoredd-plugin-NAME       an executable of its own, for vmcoredd-collect
#                              --plugin; fully static with STATIC, for a crash
#                              kernel's image
#   vmcoredd_builtin_NAME      an object library with the entry
#                              vmcoredd_builtin_NAME_entry (NAME as a C identifier),
#                              to be linked into a collector; built only on demand
#
# The same function serves inside the project and in a project that found it with
# find_package(vmcoredd-plugin).
function(vmcoredd_add_driver_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "STATIC" "" "SOURCES")
  if(NOT arg_SOURCES OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "usage: vmcoredd_add_driver_plugin(NAME SOURCES file... [STATIC])")
  endif()
  string(MAKE_C_IDENTIFIER "${name}" id)

  add_executable(vmcoredd-plugin-${name} ${arg_SOURCES})
  target_link_libraries(vmcoredd-plugin-${name} PRIVATE vmcoredd::plugin_runner)
  if(arg_STATIC OR VMCOREDD_STATIC)
    target_link_options(vmcoredd-plugin-${name} PRIVATE -static)
  endif()

  add_library(vmcoredd_builtin_${id} OBJECT EXCLUDE_FROM_ALL ${arg_SOURCES})
  target_link_libraries(vmcoredd_builtin_${id} PRIVATE vmcoredd::plugin_abi)
  target_compile_definitions(vmcoredd_builtin_${id} PRIVATE VMCOREDD_PLUGIN_BUILTIN_NAME=${id})

  if(TARGET vmcoredd_flags)
    target_link_libraries(vmcoredd-plugin-${name} PRIVATE vmcoredd_flags)
    target_link_libraries(vmcoredd_builtin_${id} PRIVATE vmcoredd_flags)
  endif()
endfunction()
