// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_WATCH_CHILD_JOBS_H_
#define VMCOREDD_COLLECTOR_WATCH_CHILD_JOBS_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "collector/loop/event_loop.h"
#include "vmcoredd/base/result.h"
#include "vmcoredd/base/unique_fd.h"

namespace vmcoredd::watch {

// How a child ended, and what it wrote.
struct JobEnd {
  int status = 0;  // of waitpid()
  bool is_timed_out = false;
  std::string output;

  bool is_success() const { return status == 0 && !is_timed_out; }
  // "it took longer than 60 s", "it was killed by signal 11", "it ended with 1".
  std::string Problem(std::chrono::milliseconds time) const;
};

struct Job {
  // Either runs in a fork, writes to the descriptor, and returns the exit code; or a
  // program with arguments and its whole environment, whose standard output is kept.
  std::function<int(int output_fd)> run;
  std::vector<std::string> command, environment;
  std::chrono::milliseconds time{60000};
  size_t max_output = size_t{4} << 20;  // what is more is not kept
};

// Children of the watcher, each in a process group of its own, which is asked to end
// (SIGTERM) at its deadline, and killed a moment later. They end with us.
class ChildJobs {
 public:
  // How long a child that was asked to end may take.
  static constexpr std::chrono::milliseconds kGrace{5000};

  explicit ChildJobs(EventLoop& loop);
  ChildJobs(const ChildJobs&) = delete;
  ChildJobs& operator=(const ChildJobs&) = delete;
  ~ChildJobs();

  using OnEnd = std::function<void(JobEnd end)>;
  Result<void> Start(const Job& job, OnEnd on_end);
  size_t running() const { return jobs_.size(); }
  // Asks all to end now.
  void TerminateAll();

 private:
  struct Running;
  void Read(pid_t child);
  void Ended(pid_t child, int status);
  void Finish(pid_t child);
  EventLoop& loop_;
  std::map<pid_t, std::unique_ptr<Running>> jobs_;
};

}  // namespace vmcoredd::watch

#endif  // VMCOREDD_COLLECTOR_WATCH_CHILD_JOBS_H_
