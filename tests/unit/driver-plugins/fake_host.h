// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_TESTS_UNIT_DRIVER_PLUGINS_FAKE_HOST_H_
#define VMCOREDD_TESTS_UNIT_DRIVER_PLUGINS_FAKE_HOST_H_

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "driver-plugins/abi/vmcoredd_plugin.h"

namespace vmcoredd {

// A host for plugin tests: one device whose configuration space is in memory,
// which remembers what was read, and a sink that remembers what was written.
class FakeHost {
 public:
  explicit FakeHost(uint32_t config_size) : config(config_size) {
    device.struct_size = sizeof device;
    device.bus = "pci";
    device.address = "0000:00:04.0";
    device.config_size = config_size;
    host.struct_size = sizeof host;
    host.abi_version = VMCOREDD_PLUGIN_ABI_VERSION;
    host.context = this;
    host.log = [](const vmcoredd_host* h, uint32_t level, const char* text) {
      if (level == VMCOREDD_LOG_ERROR) Self(h).error_text = text;
    };
    host.remaining_ms = [](const vmcoredd_host*) { return uint64_t{1000}; };
    host.option = [](const vmcoredd_host* h, const char* key) -> const char* {
      const auto found = Self(h).options.find(key);
      return found == Self(h).options.end() ? nullptr : found->second.c_str();
    };
    host.read_config = &ReadConfig;
    host.register_dump = [](const vmcoredd_host* h, const vmcoredd_dump* dump) {
      Self(h).dumps.push_back(*dump);
      return 0;
    };
    sink.struct_size = sizeof sink;
    sink.context = this;
    sink.write = [](const vmcoredd_sink* s, const void* bytes, size_t size) {
      const auto* from = static_cast<const uint8_t*>(bytes);
      Self(s).payload.insert(Self(s).payload.end(), from, from + size);
      return 0;
    };
    sink.hole = [](const vmcoredd_sink* s, uint64_t size, const char* reason) {
      Self(s).holes[Self(s).payload.size()] = {size, reason};
      Self(s).payload.resize(Self(s).payload.size() + size);
      return 0;
    };
    sink.warn = [](const vmcoredd_sink* s, const char* text) { Self(s).warnings.push_back(text); };
    sink.perturbed = [](const vmcoredd_sink* s, const char* text) {
      Self(s).perturbed.push_back(text);
    };
  }
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  void Set32(uint32_t offset, uint32_t value) { std::memcpy(&config[offset], &value, 4); }
  bool WasRead(uint32_t offset) const { return reads.count(offset & ~3u) != 0; }
  // Registers, then collects the only dump.
  int Collect(const vmcoredd_plugin& plugin) {
    const int registered = plugin.register_dumps(&host, &device, 1 << 20);
    if (registered != 0 || dumps.size() != 1) return registered ? registered : -EINVAL;
    return dumps[0].collect(&host, &device, dumps[0].cookie, &sink);
  }

  struct HoleSeen {
    uint64_t size;
    std::string reason;
  };

  vmcoredd_host host{};
  vmcoredd_device device{};
  vmcoredd_sink sink{};
  std::vector<uint8_t> config;
  std::map<std::string, std::string> options;
  std::map<uint32_t, int> reads;  // double word -> how often
  uint32_t fail_from = ~0u;       // reads at or past this offset fail
  uint32_t dies_at = ~0u;         // a read here makes everything read as ones from then on

  std::string error_text;
  std::vector<vmcoredd_dump> dumps;
  std::vector<uint8_t> payload;
  std::map<uint64_t, HoleSeen> holes;  // by offset
  std::vector<std::string> warnings, perturbed;

 private:
  template <typename T>
  static FakeHost& Self(const T* borrowed) {
    return *static_cast<FakeHost*>(borrowed->context);
  }
  static int64_t ReadConfig(
      const vmcoredd_host* h, const vmcoredd_device*, uint32_t offset, void* buf, uint32_t size) {
    FakeHost& self = Self(h);
    if (offset >= self.fail_from) return -EIO;
    if (offset >= self.config.size()) return 0;
    if (offset == self.dies_at) std::fill(self.config.begin(), self.config.end(), 0xff);
    size = std::min<uint32_t>(size, static_cast<uint32_t>(self.config.size()) - offset);
    for (uint32_t at = offset & ~3u; at < offset + size; at += 4) ++self.reads[at];
    std::memcpy(buf, &self.config[offset], size);
    return size;
  }
};

}  // namespace vmcoredd

#endif  // VMCOREDD_TESTS_UNIT_DRIVER_PLUGINS_FAKE_HOST_H_
