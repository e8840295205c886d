# SPDX-License-Identifier: LGPL-2.1-or-later

# vmcoredd_compile_register_list(NAME FILE OUTPUT_DIR)
#
# Makes NAME_registers.h and NAME_registers.c in OUTPUT_DIR of a register allow-list:
# for each section a
#
#   extern const struct vmcoredd_register_list ID_SECTION_registers;
#
# (ID is NAME as a C identifier). The file:
#
#   # a comment, also behind a line: the registers' names belong there
#   [health]                  a section: one dump; lower-case letters, digits, '_'
#   source = where the facts come from (required, may be repeated)
#   class = passive           passive, side-effect or intrusive (required)
#   bar = 0                   for the lines that do not say it themselves; 0 to 5
#   width = 4                 the same: bytes of each access, 1, 2, 4 or 8
#   0x00010,2                 address, registers (of 4 bytes: double words)
#   0x00100,8,1,2             address, registers, width, BAR
#
# Addresses of a BAR ascend within a section and are multiples of the width. Whatever
# is wrong stops the build with the line's number.

function(vmcoredd_compile_register_list name file output_dir)
  string(MAKE_C_IDENTIFIER "${name}" id)
  file(READ "${file}" text)
  # What a CMake list would trip over. No valid line has them but for "[section]".
  string(REGEX REPLACE "[;\\\\]" "?" text "${text}")
  string(REPLACE "[" "<" text "${text}")
  string(REPLACE "]" ">" text "${text}")
  string(REGEX REPLACE "\n$" "" text "${text}")
  string(REPLACE "\n" ";" lines "${text}")

  set(number 0)
  set(section)
  set(sections)
  set(declarations)
  set(definitions)
  foreach(line IN LISTS lines)
    math(EXPR number "${number} + 1")
    string(REGEX REPLACE "#.*$" "" line "${line}")
    string(STRIP "${line}" line)
    set(where "${file}:${number}:")
    if(line STREQUAL "")
      continue()
    elseif(line MATCHES "^<([a-z][a-z0-9_]*)>$")
      set(next "${CMAKE_MATCH_1}")
      _vmcoredd_end_section()
      if(next IN_LIST sections)
        message(FATAL_ERROR "${where} section \"${next}\" was there before")
      endif()
      set(section "${next}")
      list(APPEND sections "${section}")
      set(ranges)
      set(range_count 0)
      set(section_class)
      set(section_source)
      set(section_bar 0)
      set(section_width 4)
      foreach(bar RANGE 5)
        set(end_of_bar_${bar} 0)
      endforeach()
    elseif(NOT section)
      message(FATAL_ERROR "${where} expected [section], found \"${line}\"")
    elseif(line MATCHES "^([a-z]+)[ \t]*=[ \t]*(.*)$")
      _vmcoredd_section_key("${CMAKE_MATCH_1}" "${CMAKE_MATCH_2}")
    else()
      _vmcoredd_range("${line}")
    endif()
  endforeach()
  set(where "${file}:${number}:")
  _vmcoredd_end_section()
  if(NOT sections)
    message(FATAL_ERROR "${where} expected at least one [section]")
  endif()

  string(TOUPPER "VMCOREDD_${id}_REGISTERS_H_" guard)
  set(made "/* Made from a register list by vmcoredd_add_driver_plugin(). */\n")
  file(CONFIGURE OUTPUT "${output_dir}/${name}_registers.h" @ONLY CONTENT
"@made@#ifndef @guard@\n#define @guard@\n
#include \"driver-plugins/abi/vmcoredd_registers.h\"\n
#ifdef __cplusplus\nextern \"C\" {\n#endif
@declarations@#ifdef __cplusplus\n}\n#endif\n\n#endif\n")
  file(CONFIGURE OUTPUT "${output_dir}/${name}_registers.c" @ONLY CONTENT
"@made@#include \"@name@_registers.h\"\n@definitions@")
endfunction()

# The rest share the variables of the function above.

macro(_vmcoredd_end_section)
  if(section)
    if(NOT section_source OR NOT section_class)
      message(FATAL_ERROR "${where} section \"${section}\" ends without source= and class=")
    endif()
    if(range_count EQUAL 0)
      message(FATAL_ERROR "${where} section \"${section}\" ends without a register")
    endif()
    set(symbol "${id}_${section}_registers")
    string(APPEND declarations "extern const struct vmcoredd_register_list ${symbol};\n")
    string(APPEND definitions
      "\nstatic const struct vmcoredd_register_range ${section}_ranges[] = {\n${ranges}};\n"
      "const struct vmcoredd_register_list ${symbol} = {\n"
      "    ${section}_ranges, ${range_count}, ${section_class}};\n")
  endif()
endmacro()

macro(_vmcoredd_section_key key value)
  if(NOT range_count EQUAL 0)
    message(FATAL_ERROR "${where} \"${key}\" stands behind registers of its section")
  elseif("${value}" STREQUAL "")
    message(FATAL_ERROR "${where} \"${key}\" has no value")
  elseif("${key}" STREQUAL "source")
    set(section_source "${value}")
  elseif("${key}" STREQUAL "class")
    if(NOT "${value}" MATCHES "^(passive|side-effect|intrusive)$")
      message(FATAL_ERROR
        "${where} expected class passive, side-effect or intrusive, found \"${value}\"")
    endif()
    string(TOUPPER "VMCOREDD_DUMP_${value}" section_class)
    string(REPLACE "-" "_" section_class "${section_class}")
  elseif("${key}" STREQUAL "bar")
    _vmcoredd_check_bar("${value}")
    set(section_bar "${value}")
  elseif("${key}" STREQUAL "width")
    _vmcoredd_check_width("${value}")
    set(section_width "${value}")
  else()
    message(FATAL_ERROR "${where} expected source, class, bar or width, found \"${key}\"")
  endif()
endmacro()

macro(_vmcoredd_check_bar value)
  if(NOT "${value}" MATCHES "^[0-5]$")
    message(FATAL_ERROR "${where} expected a BAR from 0 to 5, found \"${value}\"")
  endif()
endmacro()

macro(_vmcoredd_check_width value)
  if(NOT "${value}" MATCHES "^[1248]$")
    message(FATAL_ERROR "${where} expected a width of 1, 2, 4 or 8, found \"${value}\"")
  endif()
endmacro()

macro(_vmcoredd_range line)
  string(REGEX REPLACE "[ \t]*,[ \t]*" "," _fields "${line}")
  if(NOT _fields MATCHES
      "^(0x[0-9a-fA-F]+|0|[1-9][0-9]*),(0x[0-9a-fA-F]+|0|[1-9][0-9]*)(,([^,]*))?(,([^,]*))?$")
    message(FATAL_ERROR "${where} expected address,registers[,width[,bar]], found \"${line}\"")
  endif()
  set(_address "${CMAKE_MATCH_1}")
  set(_count "${CMAKE_MATCH_2}")
  set(_width "${CMAKE_MATCH_4}")
  set(_bar "${CMAKE_MATCH_6}")
  string(LENGTH "${_address}" _address_length)
  string(LENGTH "${_count}" _count_length)
  # Ten characters: 32 bits, and no way past the 63 bits that CMake counts in.
  if(_address_length GREATER 10 OR _count_length GREATER 10)
    message(FATAL_ERROR "${where} address and registers have at most 32 bits")
  endif()
  if(_width STREQUAL "")
    set(_width "${section_width}")
  endif()
  if(_bar STREQUAL "")
    set(_bar "${section_bar}")
  endif()
  _vmcoredd_check_width("${_width}")
  _vmcoredd_check_bar("${_bar}")
  math(EXPR _begin "${_address}")
  math(EXPR _registers "${_count}")
  math(EXPR _odd "${_begin} % ${_width}")
  math(EXPR _end "${_begin} + ${_registers} * ${_width}")
  if(_registers EQUAL 0)
    message(FATAL_ERROR "${where} a range of no registers")
  elseif(NOT _odd EQUAL 0)
    message(FATAL_ERROR "${where} ${_address} is not a multiple of ${_width}, its width")
  elseif(_begin LESS end_of_bar_${_bar})
    message(FATAL_ERROR "${where} ${_address} overlaps or precedes the range before it")
  elseif(_end GREATER 4294967296)
    message(FATAL_ERROR "${where} the range ends past 4 GiB")
  endif()
  set(end_of_bar_${_bar} "${_end}")
  math(EXPR range_count "${range_count} + 1")
  string(APPEND ranges "    {${_address}u, ${_registers}u, ${_width}, ${_bar}, 0},\n")
endmacro()
