// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_TESTS_UNIT_DRIVER_PLUGINS_HOST_FAKE_SYSFS_H_
#define VMCOREDD_TESTS_UNIT_DRIVER_PLUGINS_HOST_FAKE_SYSFS_H_

#include <cstdint>
#include <string>
#include <vector>

extern "C" {
#include "driver-plugins/abi/runner/session.h"
}

namespace vmcoredd {

// A sysfs tree with one device behind one bridge, all well: BAR 0 is 64 KiB of memory
// in which each double word holds its own offset, BAR 1 is missing, BAR 2 is I/O.
class FakeSysfs {
 public:
  static constexpr uint64_t kBarAddress = 0xfe000000;
  static constexpr uint64_t kBarSize = 0x10000;

  FakeSysfs();
  ~FakeSysfs();
  FakeSysfs(const FakeSysfs&) = delete;
  FakeSysfs& operator=(const FakeSysfs&) = delete;

  void SetDevice32(uint32_t offset, uint32_t value) { Set32(device_, offset, value); }
  void SetBridge32(uint32_t offset, uint32_t value) { Set32(bridge_, offset, value); }
  void WriteResource(const std::string& lines);
  void WriteBar0(const std::string& bytes);
  std::string DevicePath(const std::string& file) const { return device_ + '/' + file; }
  const std::string& root() const { return root_; }

 private:
  static void Set32(const std::string& folder, uint32_t offset, uint32_t value);

  std::string root_, bridge_, device_;
};

// A session of the runner for that device, and what was logged in it.
class FakeSession {
 public:
  // `more`: further lines of the request.
  explicit FakeSession(const FakeSysfs& sysfs, const std::string& more = "");
  ~FakeSession();
  FakeSession(const FakeSession&) = delete;
  FakeSession& operator=(const FakeSession&) = delete;

  // As if this dump were being collected.
  void Collect(uint32_t dump_class, uint32_t flags);
  int64_t Read(uint32_t bar, uint64_t offset, uint32_t width, void* buf, uint32_t count);
  int64_t Read32(uint64_t offset, uint32_t* value) { return Read(0, offset, 4, value, 1); }
  int Write(uint32_t bar, uint64_t offset, uint32_t width, uint64_t value);
  std::string reason() const { return session_.reason; }

  session session_{};

 private:
  vmcoredd_dump dump_{};
};

}  // namespace vmcoredd

#endif  // VMCOREDD_TESTS_UNIT_DRIVER_PLUGINS_HOST_FAKE_SYSFS_H_
