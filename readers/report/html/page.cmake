# SPDX-License-Identifier: LGPL-2.1-or-later
# The page of a report: the sources of this folder, and its files as one of them. Included, not
# a directory of its own: a file that a command makes is known in one directory only.
target_sources(vmcoredd_readers_report PRIVATE
  html/dump_block.cpp
  html/dump_bytes.cpp
  html/html_stream.cpp
  html/page_block.cpp
  html/page_device.cpp
  html/page_devices.cpp
  html/page_findings.cpp
  html/page_overview.cpp
  html/page_parts.cpp
  html/report_html.cpp
  "${CMAKE_CURRENT_BINARY_DIR}/page_files.cpp")
target_sources(vmcoredd_readers_report PUBLIC FILE_SET HEADERS
  BASE_DIRS "${PROJECT_SOURCE_DIR}" FILES html/report_html.h)
target_link_libraries(vmcoredd_readers_report PRIVATE ZLIB::ZLIB)

set(page_styles base.css overview.css dump.css)
set(page_scripts dom.js blocks.js rows.js dump_bytes.js dump_model.js details.js field_view.js
                 hex_view.js map_view.js dump_view.js page.js start.js)
set(page_files html/embed.cmake html/page/skeleton.html ${page_styles} ${page_scripts})
list(TRANSFORM page_files PREPEND html/page/ REGEX "^[a-z_]+[.](css|js)$")
list(JOIN page_styles "," page_style_list)
list(JOIN page_scripts "," page_script_list)
add_custom_command(OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/page_files.cpp"
  COMMAND "${CMAKE_COMMAND}" "-DOUT=${CMAKE_CURRENT_BINARY_DIR}/page_files.cpp"
          "-DFOLDER=${CMAKE_CURRENT_SOURCE_DIR}/html/page"
          "-DSTYLES=${page_style_list}" "-DSCRIPTS=${page_script_list}"
          -P "${CMAKE_CURRENT_SOURCE_DIR}/html/embed.cmake"
  DEPENDS ${page_files}
  VERBATIM)
