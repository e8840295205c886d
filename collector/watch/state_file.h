// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_WATCH_STATE_FILE_H_
#define VMCOREDD_COLLECTOR_WATCH_STATE_FILE_H_

#include <string>
#include <string_view>

#include "collector/watch/watch_state.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd::watch {

inline constexpr std::string_view kWatchStateSchema = "vmcoredd-watch-state/1";
inline constexpr std::string_view kWatchStatePath = "/var/lib/vmcoredd/watch.state";
inline constexpr uint64_t kMaxStateBytes = 4 * 1024 * 1024;

// A state as flat text, whose last line says that it is whole: what the state file holds,
// and what the child that enumerates tells.
std::string StateText(const WatchState& state);

// kNotRecognised, kUnsupported (another version), kTruncated without the last line,
// kCorrupt with the line, kLimitExceeded. Nothing of it is used then.
Result<WatchState> ParseState(std::string_view text);

}  // namespace vmcoredd::watch

#endif  // VMCOREDD_COLLECTOR_WATCH_STATE_FILE_H_
