// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_REPORT_LOG_LINE_H_
#define READERS_REPORT_LOG_LINE_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace vmcoredd {

// A line of a kernel log, as dmesg, journalctl, a syslog daemon or /dev/kmsg give it.
struct LogLine {
  bool is_known = false;     // it has one of these forms
  bool is_property = false;  // " DEVICE=+pci:0000:01:00.0", of the line before
  std::optional<double> since_boot;
  std::optional<int64_t> micros;  // since 1970, where the line names its zone
  std::string_view text;          // without time, level, caller and host
};
LogLine ParseLogLine(std::string_view line);

// Takes a line off the front of a text, without its end.
std::string_view TakeLine(std::string_view& text);

// Does a text look like a kernel log? Its last line may be cut.
bool LooksLikeKernelLog(std::string_view head);

}  // namespace vmcoredd

#endif  // READERS_REPORT_LOG_LINE_H_
