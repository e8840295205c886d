# SPDX-License-Identifier: LGPL-2.1-or-later

include("${CMAKE_CURRENT_LIST_DIR}/VmcoreddRegisterList.cmake")

# vmcoredd_add_driver_plugin(NAME SOURCES file... [REGISTERS file] [STATIC])
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
# REGISTERS names a register allow-list, see VmcoreddRegisterList.cmake: the sources
# include "NAME_registers.h", which is made of it.
#
# The same function serves inside the project and in a project that found it with
# find_package(vmcoredd-plugin).
function(vmcoredd_add_driver_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "STATIC" "REGISTERS" "SOURCES")
  if(NOT arg_SOURCES OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR 
      "usage: vmcoredd_add_driver_plugin(NAME SOURCES file... [REGISTERS file] [STATIC])")
  endif()
  string(MAKE_C_IDENTIFIER "${name}" id)
  if(arg_REGISTERS)
    get_filename_component(list "${arg_REGISTERS}" ABSOLUTE)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${list}")
    vmcoredd_compile_register_list(${name} "${list}" "${CMAKE_CURRENT_BINARY_DIR}")
    list(APPEND arg_SOURCES "${CMAKE_CURRENT_BINARY_DIR}/${name}_registers.c")
  endif()

  add_executable(vmcoredd-plugin-${name} ${arg_SOURCES})
  target_link_libraries(vmcoredd-plugin-${name} PRIVATE vmcoredd::plugin_runner)
  if(arg_STATIC OR VMCOREDD_STATIC)
    target_link_options(vmcoredd-plugin-${name} PRIVATE -static)
  endif()

  add_library(vmcoredd_builtin_${id} OBJECT EXCLUDE_FROM_ALL ${arg_SOURCES})
  target_link_libraries(vmcoredd_builtin_${id} PRIVATE vmcoredd::plugin_abi)
  target_compile_definitions(vmcoredd_builtin_${id} PRIVATE VMCOREDD_PLUGIN_BUILTIN_NAME=${id})

  if(arg_REGISTERS)
    target_include_directories(vmcoredd-plugin-${name} PRIVATE "${CMAKE_CURRENT_BINARY_DIR}")
    # Its tests include the tables too.
    target_include_directories(vmcoredd_builtin_${id} PUBLIC "${CMAKE_CURRENT_BINARY_DIR}")
  endif()

  if(TARGET vmcoredd_flags)
    target_link_libraries(vmcoredd-plugin-${name} PRIVATE vmcoredd_flags)
    target_link_libraries(vmcoredd_builtin_${id} PRIVATE vmcoredd_flags)
  endif()
endfunction()
