// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_HEALTH_MLX5_REGISTER_CHILD_H_
#define VMCOREDD_COLLECTOR_HEALTH_MLX5_REGISTER_CHILD_H_

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>

#include "collector/health/mlx5/register_reader.h"
#include "collector/loop/event_loop.h"
#include "vmcoredd/base/unique_fd.h"

namespace vmcoredd::mlx5 {

// Reads one device's registers in a process of its own, since a load that nothing answers
// cannot be ended: then this process is given up, not we. One answer for each Ask(), at the
// latest after the deadline (Sample::Status::kNoReturn). A process that ends is started
// again once: only when the second ends, too, it is the load that ends it.
class RegisterChild {
 public:
  using OnSample = std::function<void(const Sample&)>;
  using Read = std::function<Sample()>;  // in the child; ReadSegment() but in tests

  RegisterChild(EventLoop& loop, Read read, OnSample on_sample);
  RegisterChild(const RegisterChild&) = delete;
  RegisterChild& operator=(const RegisterChild&) = delete;
  ~RegisterChild();

  // Starts the process if there is none. Nothing while an answer is outstanding.
  void Ask(std::chrono::milliseconds deadline);
  bool is_asked() const { return asked_; }
  // Was killed, and does not die.
  bool is_stuck() const { return stuck_ != 0; }

 private:
  bool Start();
  void Send();
  void OnAnswer(uint32_t events);
  void Answer(const Sample& sample);
  void AnswerLater(Sample::Status status, const char* why);
  void GiveUp(const char* why);
  void Kill();

  EventLoop& loop_;
  Read read_;
  OnSample on_sample_;
  UniqueFd fd_;
  pid_t child_ = 0;
  pid_t stuck_ = 0;
  bool asked_ = false, retried_ = false;
  EventLoop::TimerId timer_ = 0;
  // Callbacks of the loop may outlive this.
  std::shared_ptr<RegisterChild*> self_;
};

}  // namespace vmcoredd::mlx5

#endif  // VMCOREDD_COLLECTOR_HEALTH_MLX5_REGISTER_CHILD_H_
