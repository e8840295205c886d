// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_TESTS_UNIT_COLLECTOR_HEALTH_SIMULATED_MLX5_H_
#define VMCOREDD_TESTS_UNIT_COLLECTOR_HEALTH_SIMULATED_MLX5_H_

#include <cstdint>
#include <string>

namespace vmcoredd {

// A ConnectX-5 in a captured sysfs tree: configuration space, the file `resource`, and BAR 0
// as a file that tests change under the reader. Bytes that nobody may read are poison.
class SimulatedMlx5 {
 public:
  static constexpr const char* kAddress = "0000:05:00.0";
  static constexpr uint8_t kPoison = 0xbd;

  explicit SimulatedMlx5(std::string sysroot);

  const std::string& sysroot() const { return sysroot_; }
  std::string Path(const std::string& file) const { return folder_ + '/' + file; }

  // Everything well: no syndrome, full driver, firmware version 16.35.2000.
  void Reset();
  void Count();  // firmware lives
  void SetSyndrome(uint8_t syndrome, uint8_t rfr_severity, uint16_t extended = 0);
  void SetNicState(uint8_t state);
  void SetInitializing(bool on);
  void SetRegister(uint32_t address, uint32_t value);
  // Every register reads all ones; configuration space does.
  void LoseRegisters();
  void LoseConfig();
  void PutConfig(uint16_t command, uint8_t power_state);

  // Who looks at it would see this after "1" is written to `remove`; true once for each.
  bool WasRemoved();
  // bytes 0 to 0x1048 as a dump has them: zeros where nothing may be read.
  std::string Image() const;

 private:
  std::string sysroot_, folder_;
  uint32_t counter_ = 0x1234;
};

}  // namespace vmcoredd

#endif  // VMCOREDD_TESTS_UNIT_COLLECTOR_HEALTH_SIMULATED_MLX5_H_
