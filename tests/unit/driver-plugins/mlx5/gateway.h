// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_TESTS_UNIT_DRIVER_PLUGINS_MLX5_GATEWAY_H_
#define VMCOREDD_TESTS_UNIT_DRIVER_PLUGINS_MLX5_GATEWAY_H_

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>

#include "tests/unit/driver-plugins/fake_host.h"

namespace vmcoredd {

// A ConnectX device: its initialisation segment in BAR 0, and the gateway behind its
// vendor-specific capability, which behaves as pci_vsc.c of the kernel expects it.
struct ConnectX : FakeHost {
  static constexpr uint32_t kCap = 0xc0;
  static constexpr uint32_t kControl = kCap + 0x04;
  static constexpr uint32_t kCounter = kCap + 0x08;
  static constexpr uint32_t kSemaphore = kCap + 0x0c;
  static constexpr uint32_t kAddress = kCap + 0x10;
  static constexpr uint32_t kData = kCap + 0x14;

  ConnectX() : FakeHost(4096) {
    device.vendor_id = 0x15b3;
    device.device_id = 0x1017;
    Set32(0x00, 0x101715b3);
    Set32(0x04, 0x00100006);
    Set32(0x34, 0x40);
    Set32(0x40, 0x00030000 | kCap << 8 | 0x01);  // power management first
    Set32(kCap, 0x00180009);
    AddBar(0, 0x10000);
    read_config_ = host.read_config;
    host.read_config = [](const vmcoredd_host* h, const vmcoredd_device* d, uint32_t offset,
                          void* buf, uint32_t size) {
      auto& self = *static_cast<ConnectX*>(static_cast<FakeHost*>(h->context));
      self.BeforeConfigRead(offset);
      return self.read_config_(h, d, offset, buf, size);
    };
    on_write = [](FakeHost& fake, const FakeAccess& access) {
      if (access.kind == FakeAccess::Kind::kConfigWrite) {
        static_cast<ConnectX&>(fake).AfterConfigWrite(access);
      }
    };
  }

  uint32_t Config32(uint32_t offset) const {
    uint32_t value = 0;
    std::memcpy(&value, &config[offset], 4);
    return value;
  }

  // The CR space: what can be read, by address.
  std::map<uint32_t, uint32_t> crspace;
  uint32_t crspace_size = 0;
  std::map<uint32_t, uint32_t> semaphores;  // of address space 0xa
  uint32_t gateway_holder = 0;
  uint32_t polls_until_ready = 1;
  uint32_t silent_at = ~0u;  // the gateway does not answer for this address
  uint32_t vanish_at = ~0u;  // the device goes away at this one
  uint32_t wrong_next_at = ~0u;
  bool has_crspace = true;
  uint32_t reads_of_crspace = 0;
  uint64_t ms_per_read = 0;

 private:
  void BeforeConfigRead(uint32_t offset) {
    if (gone_) return;
    if (offset == kCounter) Set32(kCounter, ++ticket_);
    if (offset == kSemaphore) Set32(kSemaphore, gateway_holder);
    if (offset != kAddress || polls_left_ == 0 || address_ == silent_at) return;
    if (--polls_left_ == 0) Set32(kAddress, answer_);
  }

  void AfterConfigWrite(const FakeAccess& access) {
    const auto value = static_cast<uint32_t>(access.value);
    const bool is_last = access.offset == kAddress && (value & 0x3fffffff) == vanish_at;
    if (gone_ || is_last) {
      gone_ = true;
      std::fill(config.begin(), config.end(), 0xff);
    } else if (access.offset == kSemaphore) {
      if (value == 0 || gateway_holder == 0) gateway_holder = value;
    } else if (access.offset == kControl) {
      space_ = value & 0xffff;
      const bool known = space_ == 0xa || (space_ == 0x7 && has_crspace);
      const bool sized = space_ == 0x7;
      Set32(kControl, space_ | (known ? 0x20000000 : 0) | (sized ? 0x10000000 : 0));
      if (sized) Set32(kAddress, crspace_size);
    } else if (access.offset == kAddress) {
      address_ = value & 0x3fffffff;
      polls_left_ = polls_until_ready;
      if (value & 0x80000000) {
        Write();
      } else {
        Read();
      }
    }
  }

  void Write() {
    const uint32_t value = Config32(kData);
    uint32_t& held = semaphores[address_];
    if (space_ == 0xa && (value == 0 || held == 0)) held = value;
    answer_ = address_;
  }

  void Read() {
    if (space_ == 0xa) Set32(kData, semaphores[address_]);
    answer_ = address_ | 0x80000000;
    if (space_ != 0x7) return;
    ++reads_of_crspace;
    remaining_ms -= std::min(remaining_ms, ms_per_read);
    const auto found = crspace.find(address_);
    Set32(kData, found == crspace.end() ? 0xbadacce5 : found->second);
    const auto next = crspace.upper_bound(address_);
    answer_ = (next == crspace.end() ? crspace_size : next->first) | 0x80000000;
    if (address_ == wrong_next_at) answer_ = 0x80000000;
  }

  int64_t (*read_config_)(const vmcoredd_host*, const vmcoredd_device*, uint32_t, void*, uint32_t) =
      nullptr;
  bool gone_ = false;
  uint32_t ticket_ = 0x100;
  uint32_t space_ = 0;
  uint32_t address_ = 0;
  uint32_t answer_ = 0;
  uint32_t polls_left_ = 0;
};

}  // namespace vmcoredd

#endif  // VMCOREDD_TESTS_UNIT_DRIVER_PLUGINS_MLX5_GATEWAY_H_
