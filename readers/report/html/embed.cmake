# SPDX-License-Identifier: LGPL-2.1-or-later
# cmake -DOUT=FILE -DFOLDER=DIR -DSTYLES=A,B -DSCRIPTS=A,B -P embed.cmake
# Makes a source file of the page's files: the skeleton, the style, the script, and what the
# page's content security policy needs of the last two: their SHA-256 in base64.

function(join_files out names)
  set(all "")
  string(REPLACE "," ";" names "${names}")
  foreach(name IN LISTS names)
    file(READ "${FOLDER}/${name}" text)
    string(APPEND all "${text}")
  endforeach()
  set(${out} "${all}" PARENT_SCOPE)
endfunction()

function(base64_sha256 out text)
  string(SHA256 digest "${text}")
  set(digits "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  set(result "")
  # 32 bytes: ten times three, and two.
  foreach(group RANGE 10)
    math(EXPR at "${group} * 6")
    string(SUBSTRING "${digest}00" ${at} 6 three)
    foreach(shift 18 12 6 0)
      math(EXPR digit "(0x${three} >> ${shift}) & 63")
      string(SUBSTRING "${digits}" ${digit} 1 letter)
      string(APPEND result "${letter}")
    endforeach()
  endforeach()
  string(REGEX REPLACE "A$" "=" result "${result}")
  set(${out} "sha256-${result}" PARENT_SCOPE)
endfunction()

join_files(style "${STYLES}")
join_files(script "${SCRIPTS}")
file(READ "${FOLDER}/skeleton.html" skeleton)
set(script "(() => {\n'use strict';\n${script}})();\n")
base64_sha256(style_hash "${style}")
base64_sha256(script_hash "${script}")
foreach(text IN ITEMS "${style}" "${script}" "${skeleton}")
  string(FIND "${text}" ")page\"" found)
  if(NOT found EQUAL -1)
    message(FATAL_ERROR "a file of the page ends the string that it is in")
  endif()
endforeach()
file(WRITE "${OUT}" "// Made by embed.cmake.
#include \"readers/report/html/page_files.h\"

namespace vmcoredd {

const std::string_view kPageSkeleton = R\"page(${skeleton})page\";
const std::string_view kPageStyle = R\"page(${style})page\";
const std::string_view kPageScript = R\"page(${script})page\";
const std::string_view kPageStyleHash = \"${style_hash}\";
const std::string_view kPageScriptHash = \"${script_hash}\";

}  // namespace vmcoredd
")
