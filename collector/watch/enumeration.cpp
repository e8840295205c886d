// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/watch/enumeration.h"

#include "collector/capture/flat_text.h"
#include "collector/watch/state_file.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd::watch {

namespace {

constexpr std::string_view kBootId = "/proc/sys/kernel/random/boot_id";
constexpr std::string_view kDevcoredumps = "/sys/class/devcoredump";
constexpr std::string_view kProblem = "problem=";

void AskDevlink(const devlink::ChannelOpener& open, Enumeration& result) {
  WatchState& state = result.state;
  state.lacks_reporters = state.lacks_regions = true;
  const auto problem = [&](std::string_view what, const Error& error) {
    result.problems.push_back(std::string(what) + ": " + error.ToString());
  };
  auto channel = open();
  if (!channel) return problem("devlink", channel.error());
  auto client = devlink::DevlinkClient::Open(*std::move(channel));
  if (!client) {
    // No devlink in the kernel: then there is nothing, and that is no problem.
    if (client.error().code() == ErrorCode::kUnsupported) return;
    return problem("devlink", client.error());
  }
  const auto devices = client->Devices();
  if (!devices) return problem("devlink devices", devices.error());
  for (const devlink::Handle& handle : *devices) state.devices[DeviceOf(handle)];
  if (const auto reporters = client->Reporters(); !reporters) {
    problem("devlink health reporters", reporters.error());
  } else {
    state.lacks_reporters = false;
    for (const devlink::Reporter& one : *reporters) {
      state.devices[DeviceOf(one.handle)].reporters[{one.handle.port, one.name}] = StateOf(one);
    }
  }
  if (const auto regions = client->Regions(); !regions) {
    problem("devlink regions", regions.error());
  } else {
    state.lacks_regions = false;
    for (const devlink::Region& one : *regions) {
      state.devices[DeviceOf(one.handle)].regions[{one.handle.port, one.name}] = {
          one.snapshots.begin(), one.snapshots.end()};
    }
  }
}

}  // namespace

Enumeration Enumerate(const devlink::ChannelOpener& open, const Sysroot& root) {
  Enumeration result;
  result.state.boot = EscapeBytes(root.Line(kBootId)).substr(0, 64);
  AskDevlink(open, result);
  for (const std::string& name : root.List(kDevcoredumps)) {
    // Beside them is the file "disabled".
    if (name.starts_with("devcd")) result.state.devcoredumps.insert(name);
  }
  return result;
}

std::string EnumerationText(const Enumeration& enumeration) {
  std::string text;
  for (const std::string& problem : enumeration.problems) {
    text += kProblem;
    text += EscapeBytes(problem) + '\n';
  }
  return text + StateText(enumeration.state);
}

Result<Enumeration> ParseEnumeration(std::string_view text) {
  Enumeration result;
  while (text.starts_with(kProblem)) {
    const auto line = VMCOREDD_TRY(TakeFlatLine(text));
    result.problems.emplace_back(EscapeBytes(UnescapeBytes(line.second).value_or("")));
  }
  result.state = VMCOREDD_TRY(ParseState(text));
  return result;
}

Result<devlink::DevlinkClient> OpenClient(const devlink::ChannelOpener& open) {
  auto channel = VMCOREDD_TRY(open());
  return devlink::DevlinkClient::Open(std::move(channel));
}

ReporterState StateOf(const devlink::Reporter& reporter) {
  ReporterState state;
  state.state = reporter.state;
  state.errors = reporter.errors;
  state.recoveries = reporter.recoveries;
  if (reporter.has_dump()) {
    state.dump_time = reporter.dump_time_ns.value_or(reporter.dump_time_ms.value_or(0));
    if (state.dump_time == 0) state.dump_time = 1;  // 0 would say that there is none
  }
  state.auto_recover = reporter.auto_recover;
  state.auto_dump = reporter.auto_dump;
  return state;
}

std::string DeviceOf(const devlink::Handle& handle) { return handle.bus + '/' + handle.device; }

}  // namespace vmcoredd::watch
