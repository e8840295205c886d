// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/log_line.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "vmcoredd/base/utc_time.h"

namespace vmcoredd {

namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr size_t kMaxStamp = 48;  // "[Sun Nov 29 04:44:01 2026 <    0.000000>]"
constexpr size_t kMaxHost = 80;

void SkipBlanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
}

// Digits at the front, and what must follow them.
std::optional<uint64_t> TakeNumber(std::string_view& text, char end) {
  uint64_t value = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const auto size = static_cast<size_t>(at - text.data());
  if (error != std::errc() || size == text.size() || *at != end) return std::nullopt;
  text.remove_prefix(size + 1);
  return value;
}

// Decimal "12.345678" as seconds.
std::optional<double> Seconds(std::string_view text) {
  SkipBlanks(text);
  const auto whole = TakeNumber(text, '.');
  if (!whole || text.empty() || text.size() > 9) return std::nullopt;
  if (text.find_first_not_of(kDigits) != text.npos) return std::nullopt;
  double parts = 0;
  double scale = 1;
  for (const char c : text) {
    parts = parts * 10 + (c - '0');
    scale *= 10;
  }
  return static_cast<double>(*whole) + parts / scale;
}

bool IsMonth(std::string_view text) {
  constexpr std::string_view months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec ";
  const size_t at = months.find(text);
  return text.size() == 3 && at != months.npos && at % 4 == 0;
}

// "Sun Nov 29 04:44:01 2026" of dmesg -T; "Nov29 04:44" and "  +0.000012" of dmesg -H. They are
// of a zone that nobody knows, and off by the time that the machine slept.
bool IsLocalTime(std::string_view stamp) {
  SkipBlanks(stamp);
  if (stamp.starts_with('+')) return Seconds(stamp.substr(1)).has_value();
  if (stamp.size() > 4 && stamp[3] == ' ') stamp.remove_prefix(4);
  return IsMonth(stamp.substr(0, 3)) &&
         stamp.substr(3).find_first_not_of("0123456789: ") == stamp.npos;
}

// "[   12.345678]", and other times that dmesg puts into brackets.
bool TakeStamp(std::string_view& rest, LogLine& out) {
  if (!rest.starts_with('[')) return false;
  const size_t close = rest.find(']');
  if (close == rest.npos || close > kMaxStamp) return false;
  std::string_view stamp = rest.substr(1, close - 1);
  stamp = stamp.substr(0, stamp.find(" <"));  // dmesg -d: and since the line before
  const auto seconds = Seconds(stamp);
  if (!seconds && !IsLocalTime(stamp)) return false;
  if (seconds) out.since_boot = seconds;
  out.is_known = true;
  rest.remove_prefix(close + 1);
  return true;
}

// "[    T1]", "[   C12]": the task or the processor that a line is from.
void SkipCaller(std::string_view& rest) {
  std::string_view caller = rest;
  SkipBlanks(caller);
  if (!caller.starts_with('[')) return;
  caller.remove_prefix(1);
  SkipBlanks(caller);
  if (!caller.starts_with('T') && !caller.starts_with('C')) return;
  caller.remove_prefix(1);
  if (TakeNumber(caller, ']')) rest = caller;
}

// "6,1,2000000,-;" of /dev/kmsg: level, number, microseconds, flags.
bool TakeKmsg(std::string_view& rest, LogLine& out) {
  std::string_view record = rest;
  if (!TakeNumber(record, ',') || !TakeNumber(record, ',')) return false;
  const auto micros = TakeNumber(record, ',');
  const size_t flags = record.find(';');
  if (!micros || flags == record.npos) return false;
  out.since_boot = static_cast<double>(*micros) / 1e6;
  out.is_known = true;
  rest = record.substr(flags + 1);
  return true;
}

// " SUBSYSTEM=pci": /dev/kmsg says so of the line before.
bool IsProperty(std::string_view line) {
  if (!line.starts_with(' ')) return false;
  const size_t end = line.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_", 1);
  return end != line.npos && end > 1 && line[end] == '=';
}

// "host kernel: ", with so many words at most in front of "kernel".
bool TakeHost(std::string_view& rest, ptrdiff_t max_words) {
  constexpr std::string_view kernel = " kernel: ";
  std::string_view host = rest;
  SkipBlanks(host);
  if (host.starts_with(kernel.substr(1))) {  // journalctl --no-hostname
    rest = host.substr(kernel.size() - 1);
    return true;
  }
  const size_t end = host.find(kernel);
  if (end == host.npos || end == 0 || end > kMaxHost) return false;
  const std::string_view words = host.substr(0, end);
  if (std::count(words.begin(), words.end(), ' ') >= max_words) return false;
  if (max_words == 1 && words.find(':') != words.npos) return false;  // text, not a host
  rest = host.substr(end + kernel.size());
  return true;
}

// Microseconds of "2026-11-29T04:44:01,000000+00:00" (dmesg) and "...+0000" (journalctl).
std::optional<int64_t> IsoTime(std::string_view word) {
  std::string time(word);
  std::replace(time.begin(), time.end(), ',', '.');
  const size_t sign = time.find_last_of("+-");
  if (sign != time.npos && time.size() - sign == 5) time.insert(sign + 3, ":");
  return ParseRfc3339(time);
}

// "2026-11-29T04:44:01,000000+00:00 text", and with a host.
bool TakeIso(std::string_view& rest, LogLine& out) {
  const size_t blank = rest.find(' ');
  const auto micros = IsoTime(rest.substr(0, std::min<size_t>(blank, 40)));
  if (!micros || blank == rest.npos) return false;
  const bool is_dmesg = rest.substr(0, blank).find(',') != rest.npos;
  std::string_view text = rest.substr(blank + 1);
  if (!TakeHost(text, 2) && !is_dmesg) return false;  // of another program
  out.micros = micros;
  out.is_known = true;
  rest = text;
  return true;
}

// "Nov 29 04:44:01 host kernel: text", also with parts of a second.
bool TakeSyslog(std::string_view& rest, LogLine& out) {
  constexpr size_t date = 15;
  if (!IsMonth(rest.substr(0, 3)) ||
      rest.substr(3, date - 3).find_first_not_of("0123456789: ") != rest.npos) {
    return false;
  }
  std::string_view text = rest.substr(std::min(date, rest.size()));
  if (text.starts_with('.')) text = text.substr(std::min(text.find(' '), text.size()));
  // syslogd of busybox: "host kern.info kernel: "
  if (!TakeHost(text, 2)) return false;
  out.is_known = true;
  rest = text;
  return true;
}

void SkipLevel(std::string_view& rest) {
  if (rest.starts_with('<')) {
    std::string_view text = rest.substr(1);
    if (TakeNumber(text, '>')) rest = text;
  } else if (rest.starts_with("kern  :")) {  // dmesg -x: "kern  :info  : "
    const size_t level = rest.find(": ", 7);
    if (level != rest.npos && level < 16) rest.remove_prefix(level + 2);
  }
}

}  // namespace

LogLine ParseLogLine(std::string_view line) {
  LogLine out;
  out.is_property = IsProperty(line);
  std::string_view rest = line;
  SkipLevel(rest);
  const bool is_dated = TakeKmsg(rest, out) || TakeIso(rest, out) || TakeSyslog(rest, out);
  if (TakeStamp(rest, out) && !is_dated) TakeHost(rest, 1);  // journalctl -o short-monotonic
  if (out.is_known) {
    SkipCaller(rest);
    SkipBlanks(rest);
  }
  out.text = rest;
  return out;
}

std::string_view TakeLine(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool LooksLikeKernelLog(std::string_view head) {
  size_t good = 0;
  size_t lines = 0;
  while (!head.empty() && lines < 20) {
    const LogLine line = ParseLogLine(TakeLine(head));
    if (line.is_property) continue;
    if (line.is_known) ++good;
    if (line.is_known || !head.empty()) ++lines;  // the last may be cut
  }
  return good >= 1 && good * 2 >= lines;
}

}  // namespace vmcoredd
