// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_TESTS_UNIT_DRIVER_PLUGINS_FAKE_HOST_H_
#define VMCOREDD_TESTS_UNIT_DRIVER_PLUGINS_FAKE_HOST_H_

#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "driver-plugins/abi/vmcoredd_plugin.h"

namespace vmcoredd {

// One access to a device, as a plugin made it.
struct FakeAccess {
  enum class Kind { kRead, kWrite, kConfigWrite };
  Kind kind;
  uint32_t bar;  // 0 for configuration space
  uint64_t offset;
  uint32_t width;
  uint64_t value;  // read or written

  friend bool operator==(const FakeAccess&, const FakeAccess&) = default;
};

// Registers by name, for lists of those that a plugin must never read.
struct NamedRegisters {
  const char* name;
  uint32_t bar;
  uint64_t offset;
  uint64_t size = 4;
};

// A file that add_fixture() of CMakeLists.txt has made: an image of a BAR or the dump that
// it must give. Empty if it is not there, which no dump is.
std::vector<uint8_t> ReadFixture(const std::string& path);

// A host for plugin tests: one device whose configuration space and BARs are in
// memory, which remembers what was read and written, and a sink that remembers what
// was written. It enforces what the real host does: BARs only for dumps and phases
// that may, writes only for side-effect and intrusive dumps, width and alignment.
class FakeHost {
 public:
  explicit FakeHost(uint32_t config_size);
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  void Set32(uint32_t offset, uint32_t value) { std::memcpy(&config[offset], &value, 4); }
  bool WasRead(uint32_t offset) const { return reads.count(offset & ~3u) != 0; }

  // A memory BAR of `size` bytes of zeros; and its registers, little endian.
  void AddBar(uint32_t index, uint64_t size, uint32_t flags = 0);
  void SetRegister(uint32_t bar, uint64_t offset, uint64_t value, uint32_t width = 4);
  uint64_t GetRegister(uint32_t bar, uint64_t offset, uint32_t width = 4) const;
  // Fills the BAR so that each double word holds its own offset plus `seed`.
  void FillBar(uint32_t bar, uint32_t seed);
  // Was any byte of it read or written? How often was this register accessed?
  bool WasTouched(uint32_t bar, uint64_t offset, uint64_t size = 1) const;
  // The names of those of which any byte was read or written.
  std::vector<std::string> TouchedOf(const std::vector<NamedRegisters>& registers) const;
  std::vector<FakeAccess> Writes() const;

  // Registers; then collects the only dump, or the one of this suffix ("": the main
  // one). -ENOENT: there is no such dump.
  int Register(const vmcoredd_plugin& plugin);
  int Collect(const vmcoredd_plugin& plugin);
  int Collect(const vmcoredd_plugin& plugin, const std::string& what);
  // The offer of this suffix, or nullptr.
  const vmcoredd_dump* Offer(const std::string& what) const;
  uint32_t Payload32(uint64_t offset) const;
  // Why the byte at this offset of the dump was not read, or "".
  std::string HoleAt(uint64_t offset) const;

  struct HoleSeen {
    uint64_t size;
    std::string reason;
  };
  struct Bar {
    std::vector<uint8_t> bytes;
    uint32_t flags = 0;
  };
  struct Ones {  // reads as all ones, though the device is there
    uint32_t bar;
    uint64_t begin, end;
  };

  vmcoredd_host host{};
  vmcoredd_device device{};
  vmcoredd_sink sink{};
  std::vector<uint8_t> config;
  std::map<std::string, std::string> options;
  std::map<uint32_t, int> reads;  // double word of configuration space -> how often
  uint32_t fail_from = ~0u;       // reads at or past this offset fail
  uint32_t dies_at = ~0u;         // a read here makes everything read as ones from then on

  std::map<uint32_t, Bar> bars;
  std::vector<Ones> ones;
  std::vector<FakeAccess> accesses;      // of BARs, and writes to configuration space, in order
  uint64_t vanish_after = ~uint64_t{0};  // this many register reads, then everything is ones
  int refuse_bars = 0;                   // -errno that every access to a BAR answers
  bool is_early = false;                 // before the vmcore is safe
  uint64_t remaining_ms = 1000;
  // What the device does. Before a register is read: may change it (a window, a
  // gateway that becomes ready, a counter). After it was written, likewise.
  std::function<void(FakeHost&, uint32_t bar, uint64_t offset)> on_read;
  std::function<void(FakeHost&, const FakeAccess&)> on_write;

  std::string error_text;  // the last thing logged as an error
  std::vector<vmcoredd_dump> dumps;
  std::vector<uint8_t> payload;
  std::map<uint64_t, HoleSeen> holes;  // by offset
  std::vector<std::string> warnings, perturbed;

 private:
  template <typename T>
  static FakeHost& Self(const T* borrowed) {
    return *static_cast<FakeHost*>(borrowed->context);
  }
  static int64_t ReadConfig(const vmcoredd_host* h,
                            const vmcoredd_device* device,
                            uint32_t offset,
                            void* buf,
                            uint32_t size);
  static int DescribeBar(const vmcoredd_host* h,
                         const vmcoredd_device* device,
                         uint32_t index,
                         vmcoredd_bar* bar);
  static int64_t ReadRegisters(const vmcoredd_host* h,
                               const vmcoredd_device* device,
                               uint32_t bar,
                               uint64_t offset,
                               uint32_t width,
                               void* buf,
                               uint32_t count);
  static int WriteRegister(const vmcoredd_host* h,
                           const vmcoredd_device* device,
                           uint32_t bar,
                           uint64_t offset,
                           uint32_t width,
                           uint64_t value);
  static int WriteConfig(const vmcoredd_host* h,
                         const vmcoredd_device* device,
                         uint32_t offset,
                         uint32_t width,
                         uint32_t value);
  int CollectRegistered(const std::string& what);
  void SetUpHost();
  void SetUpSink();
  int CheckAccess(uint32_t bar, uint64_t offset, uint32_t width, uint64_t size) const;
  void Vanish();

  const vmcoredd_dump* collecting_ = nullptr;
  uint64_t register_reads_ = 0;
};

}  // namespace vmcoredd

#endif  // VMCOREDD_TESTS_UNIT_DRIVER_PLUGINS_FAKE_HOST_H_
