// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/watch/recovery_job.h"

#include <unistd.h>

#include <limits>

#include "collector/capture/flat_text.h"
#include "collector/watch/compare.h"
#include "collector/watch/enumeration.h"
#include "collector/watch/rules.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd::watch {

namespace {

std::string Words(const ReporterOfDevice& reporter) {
  const auto& [device, part] = reporter;
  return (part.port ? std::to_string(*part.port) : "-") + ' ' + EscapeBytes(device) + ' ' +
         EscapeBytes(part.name);
}

// The device has no blank in its name: TakeDevice() of a line with one would be another.
std::optional<ReporterOfDevice> ParseWords(std::string_view text) {
  const size_t first = text.find(' '), second = text.find(' ', first + 1);
  if (first == text.npos || second == text.npos) return std::nullopt;
  const std::string_view port = text.substr(0, first);
  const auto number = ParseNumber(port);
  auto device = UnescapeBytes(text.substr(first + 1, second - first - 1));
  auto name = UnescapeBytes(text.substr(second + 1));
  if (!device || !name) return std::nullopt;
  ReporterOfDevice reporter{*std::move(device), {std::nullopt, *std::move(name)}};
  if (port == "-") return reporter;
  if (!number || *number > std::numeric_limits<uint32_t>::max()) return std::nullopt;
  reporter.second.port = static_cast<uint32_t>(*number);
  return reporter;
}

}  // namespace

std::vector<ReporterOfDevice> RecoveriesToTake(const WatchState& state,
                                               const WatchConfig& config,
                                               const std::map<std::string, std::string>& drivers) {
  std::vector<ReporterOfDevice> take;
  for (const auto& [name, device] : state.devices) {
    for (const auto& [part, reporter] : device.reporters) {
      if (reporter.auto_recover != true) continue;
      WatchEvent event;
      event.kind = EventKind::kHealthError;
      std::tie(event.bus, event.device) = SplitDevice(name);
      if (const auto found = drivers.find(name); found != drivers.end()) {
        event.driver = found->second;
      }
      event.port = part.port;
      event.reporter = part.name;
      const WatchRule* const rule = FindRule(config.rules, event);
      if (rule && rule->manage_recovery) take.emplace_back(name, part);
    }
  }
  return take;
}

std::vector<ReporterOfDevice> RecoveriesTaken(const WatchState& state) {
  std::vector<ReporterOfDevice> taken;
  for (const auto& [name, device] : state.devices) {
    for (const auto& [part, reporter] : device.reporters) {
      if (reporter.is_managed) taken.emplace_back(name, part);
    }
  }
  return taken;
}

int RunAutoRecoverJob(const std::vector<ReporterOfDevice>& reporters,
                      bool auto_recover,
                      const devlink::ChannelOpener& open,
                      int output_fd) {
  std::string text;
  const auto set = [&](const ReporterOfDevice& reporter) -> Result<void> {
    auto client = VMCOREDD_TRY(OpenClient(open));
    const auto [bus, device] = SplitDevice(reporter.first);
    devlink::ReporterSettings settings;
    settings.auto_recover = auto_recover;
    return client.SetReporter({{bus, device, reporter.second.port}, reporter.second.name},
                              settings);
  };
  for (const ReporterOfDevice& reporter : reporters) {
    if (const auto done = set(reporter); done) {
      AppendFlatLine(text, "done", Words(reporter));
    } else {
      AppendFlatLine(
          text, "problem",
          EscapeBytes("cannot switch auto_recover of " + EscapeBytes(reporter.first) + ' ' +
                      EscapeBytes(reporter.second.name) + ": " + done.error().ToString()));
    }
  }
  return ::write(output_fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : 1;
}

AutoRecoverResult ParseAutoRecoverResult(std::string_view text) {
  AutoRecoverResult result;
  while (!text.empty()) {
    const auto line = TakeFlatLine(text);
    if (!line) break;
    if (line->first == "done") {
      if (auto reporter = ParseWords(line->second)) result.done.insert(*std::move(reporter));
    } else {
      result.problems.push_back(UnescapeBytes(line->second).value_or(""));
    }
  }
  return result;
}

}  // namespace vmcoredd::watch
