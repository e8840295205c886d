// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_WATCH_UEVENT_SOURCE_H_
#define VMCOREDD_COLLECTOR_WATCH_UEVENT_SOURCE_H_

#include <functional>
#include <string>

#include "collector/loop/event_loop.h"
#include "collector/watch/uevent.h"
#include "vmcoredd/base/unique_fd.h"

namespace vmcoredd::watch {

// The kernel's own uevents (not udev's).
class UeventSource {
 public:
  using OnUevent = std::function<void(const Uevent& uevent)>;
  using OnLost = std::function<void(const std::string& why)>;
  UeventSource(EventLoop& loop, OnUevent on_uevent, OnLost on_lost)
      : loop_(loop), on_uevent_(std::move(on_uevent)), on_lost_(std::move(on_lost)) {}
  UeventSource(const UeventSource&) = delete;
  UeventSource& operator=(const UeventSource&) = delete;
  ~UeventSource();

  Result<void> Open();

 private:
  void Receive();
  EventLoop& loop_;
  OnUevent on_uevent_;
  OnLost on_lost_;
  UniqueFd fd_;
};

}  // namespace vmcoredd::watch

#endif  // VMCOREDD_COLLECTOR_WATCH_UEVENT_SOURCE_H_
