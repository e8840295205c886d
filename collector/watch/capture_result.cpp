// SPDX-License-Identifier: LGPL-2.1-or-later
#include <array>
#include <limits>

#include "collector/capture/flat_text.h"
#include "collector/setup/sysroot.h"
#include "collector/watch/capture_job.h"
#include "vmcoredd/base/text.h"
#include "vmcoredd/base/utc_time.h"

namespace vmcoredd::watch {

namespace {

// "PORT TIME NAME", as in the state file.
bool TakeDump(std::string_view text, CaptureResult& result) {
  const size_t first = text.find(' '), second = text.find(' ', first + 1);
  if (first == text.npos || second == text.npos) return false;
  const auto port = ParseNumber(text.substr(0, first));
  const auto time = ParseNumber(text.substr(first + 1, second - first - 1));
  const auto name = UnescapeBytes(text.substr(second + 1));
  const bool has_port = text.substr(0, first) != "-";
  if (!time || !name || (has_port && (!port || *port > std::numeric_limits<uint32_t>::max()))) {
    return false;
  }
  PartName part;
  if (has_port) part.port = static_cast<uint32_t>(*port);
  part.name = *name;
  result.dumps.emplace_back(std::move(part), *time);
  return true;
}

bool Take(std::string_view key, std::string_view value, CaptureResult& result) {
  const std::array<std::pair<std::string_view, uint64_t*>, 7> numbers = {
      {{"complete", &result.complete},
       {"partial", &result.partial},
       {"skipped", &result.skipped},
       {"bytes", &result.bytes},
       {"removed", &result.removed},
       {"recovered", &result.recovered},
       {"not_recovered", &result.not_recovered}}};
  const auto number = ParseNumber(value);
  for (const auto& [name, to] : numbers) {
    if (name == key) return number && (*to = *number, true);
  }
  if (key == "begin_us") return number && (result.begin_us = static_cast<int64_t>(*number), true);
  if (key == "end_us") return number && (result.end_us = static_cast<int64_t>(*number), true);
  if (key == "dump") return TakeDump(value, result);
  if (key == "end") return result.is_whole = true;
  const auto text = UnescapeBytes(value);
  if (!text) return false;
  if (key == "archive") return result.archive = *text, true;
  if (key == "refused") return result.refused = *text, true;
  if (key == "failed") return result.failed = *text, true;
  if (key == "problem") return result.problems.push_back(*text), true;
  if (key == "action") return result.actions.push_back(*text), true;
  return false;
}

}  // namespace

std::string CaptureResultText(const CaptureResult& result) {
  std::string text;
  AppendFlatLine(text, "archive", EscapeBytes(result.archive));
  AppendFlatLine(text, "refused", EscapeBytes(result.refused));
  AppendFlatLine(text, "failed", EscapeBytes(result.failed));
  AppendFlatLine(text, "complete", result.complete);
  AppendFlatLine(text, "partial", result.partial);
  AppendFlatLine(text, "skipped", result.skipped);
  AppendFlatLine(text, "bytes", result.bytes);
  AppendFlatLine(text, "removed", result.removed);
  AppendFlatLine(text, "recovered", result.recovered);
  AppendFlatLine(text, "not_recovered", result.not_recovered);
  for (const std::string& one : result.problems) AppendFlatLine(text, "problem", EscapeBytes(one));
  for (const std::string& one : result.actions) AppendFlatLine(text, "action", EscapeBytes(one));
  for (const auto& [part, time] : result.dumps) {
    AppendFlatLine(text, "dump",
                   (part.port ? std::to_string(*part.port) : "-") + ' ' + std::to_string(time) +
                       ' ' + EscapeBytes(part.name));
  }
  AppendFlatLine(text, "end_us", static_cast<uint64_t>(result.end_us));
  AppendFlatLine(text, "end", "1");
  return text;
}

CaptureResult ParseCaptureResult(std::string_view text) {
  CaptureResult result;
  while (!text.empty()) {
    const auto line = TakeFlatLine(text);
    if (!line) {
      result.problems.push_back("what the capture said is cut: " + line.error().message());
      break;
    }
    if (!Take(line->first, line->second, result)) {
      result.problems.push_back("the capture said what makes no sense: " +
                                EscapeBytes(line->first));
    }
  }
  return result;
}

Properties EventProperties(const CaptureOrder& order) {
  Properties properties;
  for (size_t i = 0; i < order.events.size(); ++i) {
    const WatchEvent& event = order.events[i];
    const std::string prefix = i == 0 ? "event." : "event" + std::to_string(i + 1) + '.';
    const auto add = [&](const char* key, const std::string& value) {
      if (!value.empty()) properties.emplace_back(prefix + key, value);
    };
    add("kind", std::string(EventKindName(event.kind)));
    add("time", event.time_us != 0 ? UtcTime(event.time_us / 1000000) : std::string());
    add("device", event.DeviceName());
    if (event.port) add("port", std::to_string(*event.port));
    add("driver", event.driver);
    add("reporter", event.reporter);
    add("region", event.region);
    if (event.snapshot) add("snapshot", std::to_string(*event.snapshot));
    add("devcoredump", event.devcoredump);
    add("message", event.message);
    if (event.count != 1) add("count", std::to_string(event.count));
    if (event.is_late) add("late", "1");
  }
  if (order.event_count > order.events.size()) {
    properties.emplace_back("events", std::to_string(order.event_count));
  }
  return properties;
}

}  // namespace vmcoredd::watch
