// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_LIVE_LIVE_CAPTURE_H_
#define VMCOREDD_COLLECTOR_LIVE_LIVE_CAPTURE_H_

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "driver-plugins/abi/vmcoredd_plugin.h"
#include "vmcoredd/base/output_file.h"
#include "vmcoredd/base/result.h"
#include "vmcoredd/format/manifest.h"
#include "vmcoredd/writer/registry.h"

namespace vmcoredd {

// A dump of the running machine that can be captured.
struct LiveDump {
  DumpRegistration registration;
  vmcoredd_dump_class dump_class = VMCOREDD_DUMP_PASSIVE;
  std::string pci_address;  // of its device; empty: not on PCI, or not known
  // Puts in order what the callback leaves behind: deletes the snapshot that it took. Called
  // in a child of its own when the callback's child has ended, however that ended, also
  // after a stop signal. Not called when the dump was not started.
  std::function<Result<void>()> cleanup;
  // That it is not supported (EOPNOTSUPP) is no news: in the manifest, but not counted.
  bool is_optional = false;
};

struct LiveSettings {
  std::string archive;
  OutputFile::Existing existing = OutputFile::Existing::kFail;
  std::string kind = "live";  // or "baseline"
  Codec codec = Codec::kZstd;
  vmcoredd_dump_class max_class = VMCOREDD_DUMP_PASSIVE;
  // How long a dump may go without delivering anything, and how long at most.
  std::chrono::milliseconds silence{30000};
  std::chrono::milliseconds dump_time{300000};
  // How long whoever asks a device in a dump's child waits for the answer: a little less
  // than `silence`, so that it has a reason to tell before it is killed.
  std::chrono::milliseconds patience() const {
    return silence - std::min(silence / 4, std::chrono::milliseconds(2000));
  }
  std::chrono::milliseconds total{0};      // everything; 0: no limit
  uint64_t max_bytes = uint64_t{8} << 30;  // of the archive
  std::string sysroot;                     // for the PCI checks; empty: this machine
  Properties machine;                      // added to what uname says: the event that led to it
  std::vector<std::string> warnings;       // for the manifest
};

struct LiveSummary {
  size_t complete = 0;
  size_t partial = 0;  // something of it is there
  size_t skipped = 0;  // nothing is
  uint64_t bytes = 0;  // of the archive
  std::string capture_id;
};

// Told of progress within a dump (bytes so far), and of its end: `problem` is empty when all
// is well; and of what a dump left behind on its device, because cleanup failed. For a person
// on a terminal.
struct LiveObserver {
  std::function<void(const std::string& name, uint64_t bytes)> on_progress;
  std::function<void(const std::string& name, Outcome outcome, const std::string& problem)> on_end;
  std::function<void(const std::string& name, const std::string& problem)> on_left_behind;
};

struct PluginRequest;

// For a program whose only children are those of a capture: a signal ends the capture, and
// what there is by then is kept (kSkipped for the rest); processes that a plugin leaves
// behind are killed; and we are the first to go when memory runs out. Call it before
// Begin(); others see that signals do not end them half way.
void PrepareCaptureProcess();

// Captures `dumps` one after the other, each in a child process with a deadline. A dump above
// `max_class`, or of a device in PCI error recovery (error_recovery.h), is skipped with its
// reason. What goes wrong with a dump costs that dump only; fails when the archive cannot be
// written, and then there is none. Without any dump there is an archive that says so.
class LiveCapture {
 public:
  static Result<LiveCapture> Begin(const LiveSettings& settings, LiveObserver observer);
  LiveCapture(LiveCapture&&) noexcept;
  LiveCapture& operator=(LiveCapture&&) = delete;
  ~LiveCapture();

  Result<void> Add(const std::vector<LiveDump>& dumps);
  // What driver plugins have of PCI devices (live_plugins.h).
  Result<void> AddPlugins(const PluginRequest& request);
  // Something that was not even tried, for the manifest.
  void AddSkip(const ManifestSkip& skip);
  void AddWarning(const std::string& text);
  // A device that was looked at, whether or not there is a dump of it: `devices` of the
  // manifest.
  void AddDevice(Properties device);
  // Writes the manifest and commits the archive.
  Result<LiveSummary> Finish();

 private:
  class Impl;
  explicit LiveCapture(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_LIVE_LIVE_CAPTURE_H_
