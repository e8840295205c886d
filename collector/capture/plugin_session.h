// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_CAPTURE_PLUGIN_SESSION_H_
#define VMCOREDD_COLLECTOR_CAPTURE_PLUGIN_SESSION_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collector/capture/child_process.h"
#include "collector/capture/frame_decoder.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd {

// Log lines that are kept of one plugin process, and bytes of each.
inline constexpr size_t kMaxLogLines = 32;
inline constexpr size_t kMaxTextBytes = 512;

// One conversation with a plugin's process, which may lie: checks the order of the
// frames that every run has (hello, log, end) and leaves the rest to a subclass.
// Every text from the plugin is escaped and cut.
class PluginSession : public FrameHandler {
 public:
  explicit PluginSession(std::string plugin_name) : plugin_name_(std::move(plugin_name)) {}

  Result<void> OnFrame(const Frame& frame) final;

  // Has the plugin finished its answer?
  bool ended() const { return state_ == State::kEnded; }
  // The errno value it ended with; 0 is none.
  int error() const { return error_; }
  // Warnings and errors it logged.
  const std::vector<std::string>& logs() const { return logs_; }

  // The last error it logged: the reason, when a callback then fails.
  const std::string& last_error() const { return last_error_; }

  // Why the answer of a process that ended as `end` cannot be used as it is; empty
  // when it is a complete one without error.
  std::string Problem(const ChildEnd& end) const;

 protected:
  // Every frame between hello and end except logs.
  virtual Result<void> OnBodyFrame(const Frame& frame) = 0;
  // May the plugin end its answer here?
  virtual Result<void> CheckEnd() { return {}; }

  static std::string CleanText(std::string_view text);

 private:
  enum class State { kStart, kBody, kEnded };

  Result<void> OnHello(const Frame& frame);
  Result<void> OnLog(const Frame& frame);
  Result<void> OnEnd(const Frame& frame);

  std::string plugin_name_;
  State state_ = State::kStart;
  int error_ = 0;
  std::string reason_;
  std::vector<std::string> logs_;
  std::string last_error_;
};

// Words for an errno value that a plugin gave, without what the C library would
// load for it.
std::string ErrnoText(int error);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_CAPTURE_PLUGIN_SESSION_H_
