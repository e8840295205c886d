// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/report_builder.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "readers/report/device_names.h"
#include "readers/report/event_order.h"
#include "readers/report/general_findings.h"
#include "readers/report/kernel_log.h"
#include "vmcoredd/base/text.h"
#include "vmcoredd/base/utc_time.h"

namespace vmcoredd {

namespace {

// A kernel that was given no name says "(none)".
std::string NameOfNode(const std::string& nodename) {
  return nodename == "(none)" ? std::string() : nodename;
}

class Builder {
 public:
  Builder(const DecodingContext& context, const ReportOptions& options)
      : context_(context), options_(options) {}

  void AddInput(const ReportInput& input) {
    const VmcoreInfo& info = input.reader->info();
    const size_t first = report_.sources.size();
    ReportSource base;
    base.file = input.file;
    base.healthy = input.healthy;
    base.format = VmcoreFormatName(info.format);
    base.release = info.release;
    base.nodename = NameOfNode(info.nodename);
    base.arch = info.arch;
    if (info.format != VmcoreFormat::kArchive) {
      ReportSource vmcore = base;
      vmcore.kind = "vmcore";
      if (info.crash_time != 0) vmcore.time = UtcTime(info.crash_time);
      report_.sources.push_back(std::move(vmcore));
      AddEvent("crash", "the kernel crashed", report_.sources.back().time, first, {});
      KnowCrashTime(report_.sources[first]);
    }
    std::map<size_t, size_t> sources;  // by fragment
    for (size_t i = 0; i < input.table->fragments.size(); ++i) {
      sources[i] = report_.sources.size();
      const ManifestFragment& fragment = input.table->fragments[i];
      if (const auto known = KnownCapture(input, fragment)) {
        sources[i] = *known;
        continue;
      }
      if (!fragment.capture_id.empty()) {
        captures_.try_emplace(fragment.capture_id, Capture{&input, fragment.kind, sources[i]});
      }
      base.time = CaptureTime(*input.table, i);
      AddFragment(base, input.table->fragments[i]);
    }
    for (const DeviceDump& dump : input.table->dumps) {
      size_t source = first;
      if (dump.fragment) source = sources[*dump.fragment];
      if (dump.fragment && WasThere(source, dump)) continue;
      if (source == report_.sources.size()) {  // an archive without a manifest
        base.kind = "pack";
        base.time.clear();
        report_.sources.push_back(base);
      }
      AddDump(input, dump, source);
    }
  }

  void AddLog(const ReportLog& log) { logs_.push_back(log); }

  MachineReport Finish() {
    for (const ReportLog& log : logs_) ReadKernelLog(log.file, log.text, devices_, report_);
    FindParents(report_);
    NameDevices(report_);
    DropRepeatedFindings(report_);
    DropOutdatedSkips(report_);
    CompareWithBaseline();
    FindMissing(report_);
    FindDisagreements(report_);
    JudgeDevices(report_);
    FindDeadLinks(report_);
    Order();
    return std::move(report_);
  }

 private:
  // The source that another input was of the same capture: an archive that was attached to the
  // vmcore beside it, a copy.
  std::optional<size_t> KnownCapture(const ReportInput& input,
                                     const ManifestFragment& fragment) const {
    const auto known = captures_.find(fragment.capture_id);
    if (known == captures_.end() || known->second.input == &input) return std::nullopt;
    const std::string& kind = known->second.kind;
    const bool is_same = kind == fragment.kind || kind == "attach" || fragment.kind == "attach";
    return is_same ? std::optional(known->second.source) : std::nullopt;
  }

  bool WasThere(size_t source, const DeviceDump& dump) {
    if (!dump.manifest || dump.manifest->hash.empty()) return false;
    return !dumps_.emplace(source, dump.name(), dump.manifest->ordinal, dump.manifest->hash).second;
  }

  // A vmcore says it; a capture in the crash kernel came a little later.
  void KnowCrashTime(const ReportSource& source) {
    if (source.healthy || source.time.empty()) return;
    const bool is_better = source.kind == "vmcore" && !has_vmcore_time_;
    if (is_better || report_.crash_time.empty()) report_.crash_time = source.time;
    has_vmcore_time_ |= source.kind == "vmcore";
  }

  // What was put together from files was captured when its dumps were, if anybody says so.
  static std::string CaptureTime(const DeviceDumpTable& table, size_t fragment) {
    if (table.fragments[fragment].kind != "pack") return table.fragments[fragment].time;
    std::string first;
    for (const DeviceDump& dump : table.dumps) {
      if (dump.fragment != fragment || !dump.manifest) continue;
      const auto time = ParseRfc3339(dump.manifest->time);
      if (time && (first.empty() || time < ParseRfc3339(first))) first = dump.manifest->time;
    }
    return first;
  }

  void AddFragment(const ReportSource& base, const ManifestFragment& fragment) {
    ReportSource source = base;
    source.kind = fragment.kind;
    source.capture_id = fragment.capture_id;
    source.crash = fragment.crash;
    source.warnings = fragment.warnings;
    for (const auto& [key, value] : fragment.machine) {
      if (key == "release") {
        source.release = value;
      } else if (key == "nodename") {
        source.nodename = NameOfNode(value);
      } else if (key == "arch") {
        source.arch = value;
      } else {
        source.facts.emplace_back(key, value);
      }
    }
    const size_t index = report_.sources.size();
    report_.sources.push_back(source);
    for (const Properties& device : fragment.devices) {
      const size_t known = DeviceFor(DeviceOf(device, ""));
      MergeIdentity(report_.devices[known], device, source.is_baseline());
      seen_[index].insert(known);
    }
    for (const ManifestSkip& skip : fragment.skipped) {
      const size_t device = DeviceFor(DeviceOf({}, skip.name));
      report_.devices[device].skipped.push_back(
          {index, skip.name, std::string(OutcomeName(skip.outcome)), skip.reason});
    }
    if (source.kind == "crash") KnowCrashTime(source);
    const std::string what = source.is_baseline()     ? "a baseline was captured"
                             : source.kind == "crash" ? "devices were captured in the crash kernel"
                             : source.kind == "live"  ? "devices were captured while it was running"
                                                      : "devices were captured";
    if (source.kind != "pack" || !source.time.empty()) {
      AddEvent("capture", what, source.time, index, {});
    }
    AddWatchEvents(source, index);
  }

  // What vmcoredd-watch says of why it captured: event.kind, event2.kind, ...
  void AddWatchEvents(const ReportSource& source, size_t index) {
    for (size_t i = 1;; ++i) {
      const std::string prefix = i == 1 ? "event." : "event" + std::to_string(i) + '.';
      std::map<std::string, std::string> event;
      for (const auto& [key, value] : source.facts) {
        if (key.starts_with(prefix)) event[key.substr(prefix.size())] = value;
      }
      if (event.empty()) return;
      std::string text = event["kind"];
      for (const char* const key : {"reporter", "region", "snapshot", "devcoredump", "message"}) {
        if (!event[key].empty()) text += (key == std::string("message") ? ": " : " ") + event[key];
      }
      std::optional<size_t> device;
      const std::string name = event["device"];
      if (const size_t slash = name.find('/'); slash != name.npos) {
        device = DeviceFor({name.substr(0, slash), name.substr(slash + 1)});
      }
      AddEvent(event["kind"], text, event["time"], index, device);
    }
  }

  void AddEvent(std::string kind,
                std::string text,
                std::string time,
                size_t source,
                std::optional<size_t> device) {
    ReportEvent event;
    event.time = std::move(time);
    event.source = source;
    event.device = device;
    event.kind = std::move(kind);
    event.text = std::move(text);
    report_.events.push_back(std::move(event));
  }

  size_t DeviceFor(const DeviceName& name) {
    const auto [at, is_new] = devices_.emplace(name, report_.devices.size());
    if (is_new) {
      ReportDevice device;
      device.bus = name.first;
      device.address = name.second;
      report_.devices.push_back(std::move(device));
    }
    return at->second;
  }

  void AddDump(const ReportInput& input, const DeviceDump& dump, size_t source) {
    if (options_.on_dump) options_.on_dump(dump.name());
    const Properties none;
    const Properties& facts = dump.manifest ? dump.manifest->device : none;
    ReportDump out;
    out.source = source;
    out.device = DeviceFor(DeviceOf(facts, dump.name()));
    out.place = {input.reader, &dump};
    out.index = dump.index();
    out.name = dump.name();
    out.length = dump.length().value_or(dump.size());
    ReportDevice& device = report_.devices[out.device];
    const bool is_baseline = report_.sources[source].is_baseline();
    MergeIdentity(device, facts, is_baseline);
    seen_[source].insert(out.device);
    if (dump.manifest) {
      out.content = dump.manifest->content;
      out.time = dump.manifest->time;
      out.phase = dump.manifest->phase;
      out.outcome = OutcomeName(dump.manifest->outcome);
      out.duration_us = dump.manifest->duration_us;
      out.holes = dump.manifest->holes;
      out.perturbed = dump.manifest->perturbed;
      out.warnings = dump.manifest->warnings;
    }
    Decode(dump, input, out, is_baseline);
    device.dumps.push_back(report_.dumps.size());
    report_.dumps.push_back(std::move(out));
  }

  void Decode(const DeviceDump& dump, const ReportInput& input, ReportDump& out, bool is_baseline) {
    FieldCollector collector(options_.max_fields);
    const auto decoded = DecodeDump(*input.reader, dump, context_, collector);
    if (!decoded) {
      out.problems.push_back(decoded.error().ToString());
      return;
    }
    if (decoded->layout) {
      out.layout = decoded->layout->name;
      out.title = decoded->layout->title;
    }
    out.first_address = decoded->first_address;
    if (decoded->damage) out.problems.push_back(decoded->damage->ToString());
    if (decoded->hash_matches == false) {
      out.problems.emplace_back("the payload does not match its checksum");
    }
    out.fields = std::move(collector.fields);
    out.remarks = std::move(collector.remarks);
    out.fields_left_out = collector.left_out;
    // A healthy machine's warnings are what is usual there.
    if (is_baseline) return;
    for (Finding& finding : collector.findings) {
      report_.findings.push_back({std::move(finding), out.device, report_.dumps.size()});
    }
  }

  std::optional<int64_t> TimeOf(const ReportDump& dump) const {
    return ParseRfc3339(report_.sources[dump.source].time);
  }

  // Each dump with the last baseline's of the same name.
  void CompareWithBaseline() {
    std::map<std::string, size_t> baseline;
    for (size_t i = 0; i < report_.dumps.size(); ++i) {
      const ReportDump& dump = report_.dumps[i];
      if (!report_.sources[dump.source].is_baseline()) continue;
      auto& known = baseline.try_emplace(PairingName(*dump.place.dump), i).first->second;
      if (TimeOf(report_.dumps[known]) <= TimeOf(dump)) known = i;
    }
    for (ReportDump& dump : report_.dumps) {
      if (report_.sources[dump.source].is_baseline()) continue;
      const auto known = baseline.find(PairingName(*dump.place.dump));
      if (known == baseline.end()) continue;
      if (options_.on_dump) options_.on_dump(dump.name);
      auto diff = DiffDumps(report_.dumps[known->second].place, dump.place, context_);
      if (!diff) {
        dump.problems.push_back("comparing with the baseline: " + diff.error().ToString());
        continue;
      }
      dump.baseline = known->second;
      const auto index = static_cast<size_t>(&dump - report_.dumps.data());
      for (Finding& finding : diff->findings) {
        report_.findings.push_back({finding, dump.device, index});
      }
      dump.diff = std::move(*diff);
    }
  }

  void Order() {
    OrderEvents(report_);
    std::stable_sort(report_.findings.begin(), report_.findings.end(),
                     [](const ReportFinding& a, const ReportFinding& b) {
                       return a.finding.severity > b.finding.severity;
                     });
    for (size_t i = 0; i < report_.findings.size(); ++i) {
      report_.devices[report_.findings[i].device].findings.push_back(i);
    }
    for (size_t i = 0; i < report_.events.size(); ++i) {
      if (report_.events[i].device) report_.devices[*report_.events[i].device].events.push_back(i);
    }
    IdentifyMachine();
  }

  // By what is reported on; else by what it is compared with.
  void IdentifyMachine() {
    std::set<std::string> names;
    for (const bool of_baselines : {false, true}) {
      for (const ReportSource& source : report_.sources) {
        if (!source.nodename.empty()) names.insert(source.nodename);
        if (source.is_baseline() != of_baselines) continue;
        if (report_.nodename.empty()) report_.nodename = source.nodename;
        if (report_.release.empty()) report_.release = source.release;
        if (report_.arch.empty()) report_.arch = source.arch;
      }
    }
    if (names.size() < 2) return;
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + EscapeBytes(name);
    report_.problems.push_back("of several machines, by their names: " + list);
  }

  const DecodingContext& context_;
  const ReportOptions& options_;
  MachineReport report_;
  bool has_vmcore_time_ = false;
  DeviceIndex devices_;
  std::map<size_t, std::set<size_t>> seen_;  // devices of each source
  struct Capture {
    const ReportInput* input;  // the first that it was in
    std::string kind;
    size_t source;
  };
  std::map<std::string, Capture> captures_;  // by id
  // Source, name, ordinal, hash.
  std::set<std::tuple<size_t, std::string, uint64_t, std::string>> dumps_;
  std::vector<ReportLog> logs_;
};

}  // namespace

MachineReport BuildReport(const std::vector<ReportInput>& inputs,
                          const std::vector<ReportLog>& logs,
                          const DecodingContext& context,
                          const ReportOptions& options) {
  Builder builder(context, options);
  for (const ReportInput& input : inputs) builder.AddInput(input);
  for (const ReportLog& log : logs) builder.AddLog(log);
  return builder.Finish();
}

}  // namespace vmcoredd
