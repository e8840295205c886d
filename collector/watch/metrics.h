// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_WATCH_METRICS_H_
#define VMCOREDD_COLLECTOR_WATCH_METRICS_H_

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "collector/watch/event.h"
#include "collector/watch/watch_state.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd::watch {

// What we have done since we were started.
struct Metrics {
  std::array<uint64_t, kEventKinds> events{};  // by kind: what happened, as counters say
  uint64_t late_events = 0;
  std::map<std::string, uint64_t> captures;  // by outcome, refusals with their reason
  std::map<std::string, uint64_t> lost;      // by source
  uint64_t recovered = 0, not_recovered = 0;
  uint64_t hooks = 0, failed_hooks = 0;
  uint64_t enumerations = 0;
  int64_t start_s = 0, last_capture_s = 0;
  int64_t last_delay_us = -1;  // from an event to the begin of its capture

  Metrics();
};

// Prometheus' text format, for the textfile collector of node_exporter. `now_s`: of a service
// that died, only its age tells.
std::string MetricsText(const Metrics& metrics, const WatchState& state, bool is_up, int64_t now_s);

// Appears whole, and everybody may read it.
Result<void> WriteTextfile(const std::string& path, const std::string& text);

}  // namespace vmcoredd::watch

#endif  // VMCOREDD_COLLECTOR_WATCH_METRICS_H_
