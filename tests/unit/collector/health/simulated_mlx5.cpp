// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/collector/health/simulated_mlx5.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "tests/unit/collector/support.h"

namespace vmcoredd {

namespace {

constexpr size_t kBarBytes = 0x3000;
constexpr uint32_t kHealth = 0x200;

std::string BigEndian(uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16),
          static_cast<char>(value >> 8), static_cast<char>(value)};
}

// In place: the reader has the file open, or opens it now.
void Overwrite(const std::string& path, size_t offset, const std::string& bytes) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  const auto put = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
  ::close(fd);
  if (put != static_cast<ssize_t>(bytes.size())) std::abort();
}

// Of what may be read, each with the number of double words.
constexpr uint32_t kReadable[][2] = {{0x0000, 2}, {0x0010, 2}, {0x01fc, 17},
                                     {0x0ff8, 4}, {0x1010, 1}, {0x1040, 2}};

}  // namespace

SimulatedMlx5::SimulatedMlx5(std::string sysroot) : sysroot_(std::move(sysroot)) {
  folder_ = sysroot_ + "/sys/bus/pci/devices/" + kAddress;
  std::filesystem::create_directories(folder_);
  std::filesystem::create_directories(sysroot_ + "/proc/sys/kernel/random");
  WriteFile(sysroot_ + "/proc/sys/kernel/random/boot_id", "0d7e5f9a-boot\n");
  WriteFile(Path("class"), "0x020000\n");
  WriteFile(Path("vendor"), "0x15b3\n");
  WriteFile(Path("device"), "0x1017\n");
  WriteFile(Path("remove"), "");
  WriteFile(sysroot_ + "/sys/bus/pci/rescan", "");
  std::string resource = "0x00000000e0000000 0x00000000e00fffff 0x000000000014220c\n";
  for (int i = 1; i < 13; ++i) {
    resource += "0x0000000000000000 0x0000000000000000 0x0000000000000000\n";
  }
  WriteFile(Path("resource"), resource);
  WriteFile(Path("config"), std::string(256, '\xff'));
  PutConfig(0x0006, 0);
  WriteFile(Path("resource0"), std::string(kBarBytes, static_cast<char>(kPoison)));
  Reset();
}

void SimulatedMlx5::PutConfig(uint16_t command, uint8_t power_state) {
  std::string config(256, '\0');
  const auto put = [&](size_t at, std::initializer_list<int> bytes) {
    for (const int byte : bytes) config[at++] = static_cast<char>(byte);
  };
  put(0x00, {0xb3, 0x15, 0x17, 0x10, command & 0xff, command >> 8, 0x10, 0x00});
  put(0x08, {0x00, 0x00, 0x00, 0x02});
  put(0x10, {0x0c, 0x00, 0x00, 0xe0});
  put(0x34, {0x40});
  put(0x40, {0x01, 0x00, 0x03, 0x00, power_state});  // power management
  Overwrite(Path("config"), 0, config);
}

void SimulatedMlx5::LoseConfig() { Overwrite(Path("config"), 0, std::string(256, '\xff')); }

void SimulatedMlx5::SetRegister(uint32_t address, uint32_t value) {
  Overwrite(Path("resource0"), address, BigEndian(value));
}

void SimulatedMlx5::Reset() {
  SetRegister(0x0000, 0x00230010);
  SetRegister(0x0004, 0x000507d0);
  SetRegister(0x0010, 0x00000001);
  SetRegister(0x0014, 0x23456056);
  SetRegister(0x01fc, 0);
  for (uint32_t i = 0; i < 6; ++i) SetRegister(kHealth + 4 * i, 0xa55e0000 + i);
  SetRegister(kHealth + 0x18, 0);
  SetRegister(kHealth + 0x1c, 0);
  SetRegister(kHealth + 0x20, 0x00123456);
  SetRegister(kHealth + 0x24, 0x00654321);
  SetRegister(kHealth + 0x28, 0);
  SetRegister(kHealth + 0x2c, 0x65000000);
  SetRegister(kHealth + 0x30, 0x100237d0);
  SetRegister(kHealth + 0x34, 0x0000020d);
  SetSyndrome(0, 0);
  SetRegister(0x0ff8, 60000);
  SetRegister(0x0ffc, 2000);
  SetRegister(0x1000, 0x12);
  SetRegister(0x1004, 0x3456789a);
  SetRegister(0x1010, counter_);
  SetRegister(0x1040, 0x6b);
  SetRegister(0x1044, 0x0badf00d);
}

void SimulatedMlx5::Count() { SetRegister(0x1010, ++counter_); }

void SimulatedMlx5::SetSyndrome(uint8_t syndrome, uint8_t rfr_severity, uint16_t extended) {
  // The syndrome last, and so its word in one write: the reader looks at any time.
  SetRegister(kHealth + 0x38, static_cast<uint32_t>(rfr_severity) << 24);
  SetRegister(kHealth + 0x3c, 0x05000000U | static_cast<uint32_t>(syndrome) << 16 | extended);
}

void SimulatedMlx5::SetNicState(uint8_t state) {
  SetRegister(0x0014, 0x23456056U | static_cast<uint32_t>(state) << 8);
}

void SimulatedMlx5::SetInitializing(bool on) { SetRegister(0x01fc, on ? 0x80000000U : 0); }

void SimulatedMlx5::LoseRegisters() {
  Overwrite(Path("resource0"), 0, std::string(0x1048, '\xff'));
}

bool SimulatedMlx5::WasRemoved() {
  if (ReadFile(Path("remove")).empty() || ReadFile(sysroot_ + "/sys/bus/pci/rescan").empty()) {
    return false;
  }
  WriteFile(Path("remove"), "");
  WriteFile(sysroot_ + "/sys/bus/pci/rescan", "");
  return true;
}

std::string SimulatedMlx5::Image() const {
  const std::string bar = ReadFile(Path("resource0"));
  std::string image(0x1048, '\0');
  for (const auto& [address, count] : kReadable) {
    image.replace(address, 4 * count, bar.substr(address, 4 * count));
  }
  return image;
}

}  // namespace vmcoredd
