// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/watch/metrics.h"

#include <sys/stat.h>

#include <cerrno>

#include "vmcoredd/base/output_file.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd::watch {

namespace {

// A label's value: printable, and quotes and backslashes escaped once more.
std::string Label(std::string_view raw) {
  std::string label;
  for (const char c : EscapeBytes(raw)) {
    if (c == '"' || c == '\\') label += '\\';
    label += c;
  }
  return label;
}

class Writer {
 public:
  void Head(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text_ += "# HELP " + name_ + ' ' + std::string(help) + '\n';
    text_ += "# TYPE " + name_ + ' ' + std::string(type) + '\n';
  }
  void Value(const std::string& labels, const std::string& value) {
    text_ += name_ + (labels.empty() ? "" : '{' + labels + '}') + ' ' + value + '\n';
  }
  void Value(const std::string& labels, uint64_t value) { Value(labels, std::to_string(value)); }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_, name_;
};

std::string PartLabels(const std::string& device, const PartName& part, const char* key) {
  return "device=\"" + Label(device) + "\",port=\"" +
         (part.port ? std::to_string(*part.port) : "") + "\"," + key + "=\"" + Label(part.name) +
         '"';
}

template <typename Get>
void Reporters(Writer& writer, const WatchState& state, Get get) {
  for (const auto& [name, device] : state.devices) {
    for (const auto& [part, reporter] : device.reporters) {
      writer.Value(PartLabels(name, part, "reporter"), uint64_t{get(reporter)});
    }
  }
}

void StateMetrics(Writer& writer, const WatchState& state) {
  writer.Head("vmcoredd_health_reporter_state", "gauge", "0 healthy, 1 error.");
  Reporters(writer, state, [](const ReporterState& one) { return one.state; });
  writer.Head("vmcoredd_health_reporter_errors_total", "counter",
              "Errors that a reporter counted.");
  Reporters(writer, state, [](const ReporterState& one) { return one.errors; });
  writer.Head("vmcoredd_health_reporter_recoveries_total", "counter", "Recoveries that succeeded.");
  Reporters(writer, state, [](const ReporterState& one) { return one.recoveries; });
  writer.Head("vmcoredd_health_reporter_dump_stored", "gauge",
              "1 when a dump is stored: the next error makes none.");
  Reporters(writer, state, [](const ReporterState& one) { return one.dump_time != 0 ? 1u : 0u; });
  writer.Head("vmcoredd_region_snapshots", "gauge", "Snapshots that are stored of a region.");
  for (const auto& [name, device] : state.devices) {
    for (const auto& [part, snapshots] : device.regions) {
      writer.Value(PartLabels(name, part, "region"), snapshots.size());
    }
  }
  writer.Head("vmcoredd_devcoredumps", "gauge", "Device coredumps that wait to be read.");
  writer.Value("", state.devcoredumps.size());
}

}  // namespace

Metrics::Metrics() {
  // Series that begin at 0: a rate over one that appears with 1 misses it.
  for (const char* outcome :
       {"complete", "partial", "failed", "refused_rate", "refused_space", "refused_queue"}) {
    captures[outcome] = 0;
  }
  for (const char* source : {"devlink", "trace", "uevent"}) lost[source] = 0;
}

std::string MetricsText(const Metrics& metrics,
                        const WatchState& state,
                        bool is_up,
                        int64_t now_s) {
  Writer writer;
  writer.Head("vmcoredd_watch_up", "gauge", "1 while vmcoredd-watch runs.");
  writer.Value("", is_up ? 1 : 0);
  writer.Head("vmcoredd_watch_written_timestamp_seconds", "gauge", "When this file was written.");
  writer.Value("", std::to_string(now_s));
  writer.Head("vmcoredd_watch_start_time_seconds", "gauge", "When vmcoredd-watch was started.");
  writer.Value("", std::to_string(metrics.start_s));
  StateMetrics(writer, state);
  writer.Head("vmcoredd_watch_events_total", "counter", "What happened, by kind.");
  for (size_t i = 0; i < kEventKinds; ++i) {
    writer.Value("kind=\"" + std::string(EventKindName(static_cast<EventKind>(i))) + '"',
                 metrics.events[i]);
  }
  writer.Head("vmcoredd_watch_late_events_total", "counter",
              "Events that the kernel did not tell, or that were lost, and that were found.");
  writer.Value("", metrics.late_events);
  writer.Head("vmcoredd_watch_captures_total", "counter", "Captures, by what came of them.");
  for (const auto& [outcome, count] : metrics.captures) {
    writer.Value("outcome=\"" + outcome + '"', count);
  }
  writer.Head("vmcoredd_watch_lost_total", "counter", "Times that events were lost, by source.");
  for (const auto& [source, count] : metrics.lost) writer.Value("source=\"" + source + '"', count);
  writer.Head("vmcoredd_watch_recoveries_total", "counter", "Recoveries by vmcoredd-watch.");
  writer.Value("outcome=\"recovered\"", metrics.recovered);
  writer.Value("outcome=\"failed\"", metrics.not_recovered);
  writer.Head("vmcoredd_watch_hooks_total", "counter", "Hooks that were run.");
  writer.Value("outcome=\"ok\"", metrics.hooks);
  writer.Value("outcome=\"failed\"", metrics.failed_hooks);
  writer.Head("vmcoredd_watch_enumerations_total", "counter", "Times that all devices were asked.");
  writer.Value("", metrics.enumerations);
  writer.Head("vmcoredd_watch_last_capture_timestamp_seconds", "gauge",
              "When the last capture ended, 0 if there was none.");
  writer.Value("", std::to_string(metrics.last_capture_s));
  if (metrics.last_delay_us >= 0) {
    writer.Head("vmcoredd_watch_last_capture_delay_microseconds", "gauge",
                "From the event to the begin of the last capture.");
    writer.Value("", std::to_string(metrics.last_delay_us));
  }
  return writer.Take();
}

Result<void> WriteTextfile(const std::string& path, const std::string& text) {
  auto file = VMCOREDD_TRY(OutputFile::Create(path, OutputFile::Existing::kReplace));
  // node_exporter is another user.
  if (::fchmod(file.fd(), 0644) != 0) return FailIo("cannot let others read the metrics", errno);
  VMCOREDD_TRY(file.Write(std::as_bytes(std::span(text.data(), text.size()))));
  return file.Commit();
}

}  // namespace vmcoredd::watch
