// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_REPORT_MACHINE_REPORT_H_
#define READERS_REPORT_MACHINE_REPORT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "readers/report/dump_diff.h"
#include "readers/report/field_collector.h"
#include "vmcoredd/format/manifest.h"

// Everything that is known of a machine, from all files that somebody gave: by device and in
// time. Text, JSON and HTML are views of this. Indexes are into the vectors of MachineReport.
// Strings may come from a dump or a log: they are escaped where they are shown.

namespace vmcoredd {

// A file, or one capture in it.
struct ReportSource {
  std::string file;
  std::string format;  // "elf", "kdump", ..., "archive", "kernel-log"
  std::string kind;    // "vmcore", "crash", "live", "baseline", "pack", "attach", "kernel-log"
  std::string time;    // RFC 3339, UTC; empty: not known
  std::string release, nodename, arch;
  std::string capture_id;
  std::string crash;  // the hash of the crash that it belongs to
  Properties facts;   // of the capture: "event.kind", ...
  std::vector<std::string> warnings;

  bool healthy = false;  // somebody says so

  // What everything else is compared with.
  bool is_baseline() const { return kind == "baseline" || healthy; }
};

struct ReportDump {
  size_t source = 0;
  size_t device = 0;
  DumpPlace place;  // its bytes; borrows
  uint32_t index = 0;
  std::string name;
  std::string content;
  std::string layout, title;  // empty: no layout is known
  std::string time, phase, outcome;
  std::optional<uint64_t> duration_us;
  uint64_t length = 0;
  uint64_t first_address = 0;
  std::vector<Hole> holes;
  std::vector<std::string> perturbed, warnings;
  std::vector<FieldRecord> fields;
  std::vector<RemarkRecord> remarks;
  std::vector<std::string> problems;
  uint64_t fields_left_out = 0;
  std::optional<size_t> baseline;  // the dump that it was compared with
  std::optional<DumpDiff> diff;    // from the baseline to this
};

struct ReportFinding {
  Finding finding;
  size_t device = 0;
  std::optional<size_t> dump;  // nothing: of several
};

// Where an event stands among others, finer than what is shown of its time.
struct EventPlace {
  // 0: it is not known when, in the boot of the crash or before; 1: that is known; 2: nobody
  // knows, but it was later.
  int group = 0;
  int boot = 0;        // of a log with several: counted from the one that crashed
  int64_t micros = 0;  // since 1970 where it is known when, since boot where it is not
  int rank = 0;        // of one moment: what led to the crash, the crash, what was made of it

  friend bool operator<(const EventPlace& a, const EventPlace& b) {
    return std::tie(a.group, a.boot, a.micros, a.rank) <
           std::tie(b.group, b.boot, b.micros, b.rank);
  }
};

struct ReportEvent {
  std::string time;                  // RFC 3339, UTC; empty: not known
  std::optional<double> since_boot;  // seconds, of a kernel log
  size_t source = 0;
  std::optional<size_t> device;
  std::string kind;  // "capture", "health-error", ..., "crash", "kernel-log"
  std::string text;
  EventPlace place;
};

// A dump that was not captured, and why.
struct ReportSkip {
  size_t source = 0;
  std::string name, outcome, reason;
};

enum class Verdict : uint8_t {
  kUnknown,  // nothing was captured, or nothing of it can be decoded
  kNoTrouble,
  kSuspect,  // warnings
  kFailed,   // it answers, and says that it failed
  kGone,     // it does not answer
};
std::string_view VerdictName(Verdict verdict);
std::string_view VerdictText(Verdict verdict);

struct ReportDevice {
  std::string bus, address;  // bus is empty where only a name is known
  Properties identity;       // of all sources: "vendor", "driver", "running.fw", ...
  std::string title;         // what it is, in words, as far as that is known
  Verdict verdict = Verdict::kUnknown;
  std::optional<size_t> parent;  // the bridge that it is behind
  std::vector<size_t> dumps;     // newest sources last
  std::vector<size_t> findings;  // worst first
  std::vector<size_t> events;    // in time
  std::vector<ReportSkip> skipped;

  std::string Name() const;  // "pci/0000:01:00.0", or what is known
};

struct MachineReport {
  std::string nodename, release, arch;
  std::string crash_time;  // empty: no crash among the sources, or not known
  std::vector<ReportSource> sources;
  std::vector<ReportDump> dumps;
  std::vector<ReportDevice> devices;
  std::vector<ReportFinding> findings;  // worst first
  std::vector<ReportEvent> events;      // in time
  std::vector<std::string> problems;    // of the report itself
  uint64_t log_lines_left_out = 0;
};

}  // namespace vmcoredd

#endif  // READERS_REPORT_MACHINE_REPORT_H_
