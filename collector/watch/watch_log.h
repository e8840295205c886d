// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_WATCH_WATCH_LOG_H_
#define VMCOREDD_COLLECTOR_WATCH_WATCH_LOG_H_

#include <string>
#include <string_view>

#include "collector/setup/sysroot.h"
#include "collector/watch/capture_job.h"
#include "collector/watch/event.h"

namespace vmcoredd::watch {

// What `journalctl MESSAGE_ID=...` finds: vmcoredd-watch(8) lists them, and the fields.
inline constexpr std::string_view kEventMessageId = "f82717ea4c4e4ef682578abae46bcaf0";
inline constexpr std::string_view kCapturedMessageId = "81c3f4f4c60b483491f22d25ea41d49a";
inline constexpr std::string_view kRefusedMessageId = "d904726a2471403a982f8e3ea3f073d8";
inline constexpr std::string_view kLostMessageId = "61c7b0c3a6924bf2be3b482622160627";
inline constexpr std::string_view kRecoveryMessageId = "2d3b3cd3c8bd4c5a8c2a73d2c1464879";

enum class Priority { kError = 3, kWarning = 4, kNotice = 5, kInfo = 6 };

// Tells people: structured entries of the journal, or lines on standard error where there is
// no journal, or somebody looks on.
class WatchLog {
 public:
  WatchLog(Sysroot root, bool to_stderr) : root_(std::move(root)), to_stderr_(to_stderr) {}

  // `message` is printable, or is made so. `id`: empty for what nobody looks for.
  void Write(Priority priority,
             std::string_view id,
             const std::string& message,
             const Properties& fields = {});

 private:
  Sysroot root_;
  bool to_stderr_;
};

// "health error of netdevsim/netdevsim1 dummy (netdevsim): text", escaped.
std::string EventText(const WatchEvent& event);
// VMCOREDD_EVENT, VMCOREDD_DEVICE, ...: in the journal and in the environment of a hook.
Properties EventFields(const WatchEvent& event);
// The same of a capture: VMCOREDD_OUTCOME, VMCOREDD_ARCHIVE, ...
Properties CaptureFields(const CaptureResult& result);
// "complete", "partial", "failed", "refused".
std::string_view OutcomeOf(const CaptureResult& result);

}  // namespace vmcoredd::watch

#endif  // VMCOREDD_COLLECTOR_WATCH_WATCH_LOG_H_
