// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_WATCH_TRACE_SOURCE_H_
#define VMCOREDD_COLLECTOR_WATCH_TRACE_SOURCE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "collector/loop/event_loop.h"
#include "collector/watch/trace_format.h"
#include "collector/watch/trace_page.h"
#include "vmcoredd/base/unique_fd.h"

namespace vmcoredd::watch {

// One trace event of devlink (include/trace/events/devlink.h). Raw bytes.
struct DevlinkTrace {
  std::string event;  // "devlink_health_report"
  std::string bus, device, driver, reporter, message;
  uint64_t time_ns = 0;  // CLOCK_MONOTONIC
  int64_t error = 0;     // of devlink_hwerr
};

// Trace events from an instance of tracefs that is ours: nobody else's tracing is changed.
// One that was left over is used, and what is in it is read.
class TraceSource {
 public:
  using OnTrace = std::function<void(const DevlinkTrace& trace)>;
  // `lost`: how many records, 0 if the kernel does not say; `why` is printable.
  using OnLost = std::function<void(uint64_t lost, const std::string& why)>;
  TraceSource(EventLoop& loop, OnTrace on_trace, OnLost on_lost)
      : loop_(loop), on_trace_(std::move(on_trace)), on_lost_(std::move(on_lost)) {}
  TraceSource(const TraceSource&) = delete;
  TraceSource& operator=(const TraceSource&) = delete;
  ~TraceSource();

  // `tracefs`: where it is mounted. kNotFound, kIo: there is no such thing here.
  Result<void> Open(const std::string& tracefs);
  bool is_open() const { return !cpus_.empty(); }
  // Whatever has come by now, of all processors.
  void Drain();
  // Closes and removes the instance; without it, it stays for the next of us.
  void Remove();

 private:
  Result<void> Enable();
  Result<void> OpenProcessors();
  void Close();
  void Read(int fd);
  void Take(uint64_t time_ns, std::span<const std::byte> bytes);
  EventLoop& loop_;
  OnTrace on_trace_;
  OnLost on_lost_;
  std::string instance_;
  TracePageLayout layout_;
  std::vector<TraceFormat> formats_;
  std::vector<UniqueFd> cpus_;
  std::vector<std::byte> page_;
};

}  // namespace vmcoredd::watch

#endif  // VMCOREDD_COLLECTOR_WATCH_TRACE_SOURCE_H_
