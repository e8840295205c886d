// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/watch/watch_log.h"

#include <cstdio>

#include "collector/setup/journal.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd::watch {

namespace {

// Of a message of a report: an entry of the journal should stay readable.
constexpr size_t kMaxText = 1024;

std::string Printable(std::string_view text) {
  std::string printable = EscapeBytes(text.substr(0, kMaxText));
  if (text.size() > kMaxText) printable += "...";
  return printable;
}

// What is escaped already is escaped once only.
std::string Raw(const std::string& text) { return UnescapeBytes(text).value_or(text); }

std::string_view KindText(EventKind kind) {
  switch (kind) {
    case EventKind::kHealthError: return "health error";
    case EventKind::kHealthRecovered: return "recovered:";
    case EventKind::kRecoveryAborted: return "the kernel did not recover:";
    case EventKind::kHardwareError: return "hardware error";
    case EventKind::kSnapshot: return "new snapshot";
    case EventKind::kDevcoredump: return "device coredump";
    case EventKind::kDeviceGone: return "device is gone:";
    case EventKind::kLost: break;
  }
  return "events were lost";
}

}  // namespace

void WatchLog::Write(Priority priority,
                     std::string_view id,
                     const std::string& message,
                     const Properties& fields) {
  if (!to_stderr_) {
    Properties entry = {{"MESSAGE", Raw(message)},
                        {"PRIORITY", std::to_string(static_cast<int>(priority))},
                        {"SYSLOG_IDENTIFIER", "vmcoredd-watch"}};
    if (!id.empty()) entry.emplace_back("MESSAGE_ID", id);
    for (const auto& [key, value] : fields) entry.emplace_back(key, Raw(value));
    if (WriteJournalEntry(root_, entry)) return;
  }
  std::fprintf(stderr, "vmcoredd-watch: %s\n", EscapeBytes(Raw(message)).c_str());
}

std::string EventText(const WatchEvent& event) {
  std::string text(KindText(event.kind));
  if (!event.DeviceName().empty()) text += ' ' + Printable(event.DeviceName());
  if (event.port) text += '/' + std::to_string(*event.port);
  if (!event.reporter.empty()) text += ' ' + Printable(event.reporter);
  if (!event.region.empty()) text += ' ' + Printable(event.region);
  if (event.snapshot) text += ' ' + std::to_string(*event.snapshot);
  if (!event.devcoredump.empty() && !event.device.empty())
    text += ' ' + Printable(event.devcoredump);
  if (!event.driver.empty()) text += " (" + Printable(event.driver) + ')';
  if (event.count > 1) text += ", " + std::to_string(event.count) + " times";
  if (event.is_late) text += ", found late";
  if (!event.message.empty()) text += ": " + Printable(event.message);
  return text;
}

Properties EventFields(const WatchEvent& event) {
  Properties fields;
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) fields.emplace_back(key, Printable(value));
  };
  add("VMCOREDD_EVENT", std::string(EventKindName(event.kind)));
  add("VMCOREDD_DEVICE", event.DeviceName());
  if (event.port) add("VMCOREDD_PORT", std::to_string(*event.port));
  add("VMCOREDD_DRIVER", event.driver);
  add("VMCOREDD_REPORTER", event.reporter);
  add("VMCOREDD_REGION", event.region);
  if (event.snapshot) add("VMCOREDD_SNAPSHOT", std::to_string(*event.snapshot));
  add("VMCOREDD_DEVCOREDUMP", event.devcoredump);
  add("VMCOREDD_REPORT", event.message);
  add("VMCOREDD_COUNT", std::to_string(event.count));
  add("VMCOREDD_LATE", event.is_late ? "1" : "0");
  add("VMCOREDD_EVENT_TIME_USEC", std::to_string(event.time_us));
  return fields;
}

Properties CaptureFields(const CaptureResult& result) {
  Properties fields = {{"VMCOREDD_OUTCOME", std::string(OutcomeOf(result))},
                       {"VMCOREDD_COMPLETE", std::to_string(result.complete)},
                       {"VMCOREDD_PARTIAL", std::to_string(result.partial)},
                       {"VMCOREDD_SKIPPED", std::to_string(result.skipped)},
                       {"VMCOREDD_BYTES", std::to_string(result.bytes)},
                       {"VMCOREDD_BEGIN_USEC", std::to_string(result.begin_us)},
                       {"VMCOREDD_END_USEC", std::to_string(result.end_us)}};
  if (!result.archive.empty()) fields.emplace_back("VMCOREDD_ARCHIVE", result.archive);
  return fields;
}

std::string_view OutcomeOf(const CaptureResult& result) {
  if (!result.refused.empty()) return "refused";
  if (result.archive.empty()) return "failed";
  return result.partial != 0 || result.skipped != 0 ? "partial" : "complete";
}

}  // namespace vmcoredd::watch
