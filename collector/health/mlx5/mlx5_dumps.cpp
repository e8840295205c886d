// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/health/mlx5/mlx5_dumps.h"

#include <cstdio>

namespace vmcoredd::mlx5 {

using devlink::FmsgBuilder;

void Mlx5Context::Put(FmsgBuilder& out) const {
  out.U8Pair("syndrome", syndrome_);
  out.U32Pair("fw_miss_counter", misses_);
}

void PutDiagnosis(FmsgBuilder& out, const HealthBuffer& health) {
  out.U8Pair("Syndrome", health.synd);
  if (health.synd != 0) out.StringPair("Description", SyndromeText(health.synd));
}

void PutHealthBuffer(FmsgBuilder& out, const HealthBuffer& health) {
  if (health.synd == 0) return;
  out.BeginPair("health buffer");
  out.BeginObject();
  out.BeginArrayPair("assert_var");
  for (const uint32_t value : health.assert_var) out.PutU32(value);
  out.EndArrayPair();
  out.U32Pair("assert_exit_ptr", health.assert_exit_ptr);
  out.U32Pair("assert_callra", health.assert_callra);
  out.U32Pair("time", health.time);
  out.U32Pair("hw_id", health.hw_id);
  out.U8Pair("rfr", health.rfr() ? 1 : 0);
  out.U8Pair("severity", static_cast<uint8_t>(health.severity()));
  out.U8Pair("irisc_index", health.irisc_index);
  out.U8Pair("synd", health.synd);
  out.U32Pair("ext_synd", health.ext_synd);
  out.U32Pair("raw_fw_ver", health.fw_ver);
  out.EndObject();
  out.EndPair();
}

void PutFatal(FmsgBuilder& out, Sensor sensor, const std::string& why) {
  out.U8Pair("fatal_error", static_cast<uint8_t>(sensor));
  out.StringPair("reason", why.empty() ? SensorText(sensor) : SensorText(sensor) + ": " + why);
}

void PutSegment(FmsgBuilder& out, const SegmentImage& image, bool is_current) {
  const Registers registers = DecodeSegment(image);
  out.FlagPair("iseg_is_current", is_current);
  out.U8Pair("nic_state", registers.nic_state);
  out.U32Pair("health_counter", registers.counter);
  out.BinaryPair("iseg_data", image);
}

std::string HealthText(const Registers& registers) {
  const HealthBuffer& health = registers.health;
  const int severity = health.severity();
  char text[512];
  std::snprintf(
      text, sizeof text,
      "Health issue observed, %s, severity(%d) %s: synd 0x%x, ext_synd 0x%04x, rfr %d, "
      "irisc_index %u, fw_ver %u.%u.%u, raw fw_ver 0x%08x, hw_id 0x%08x, time %u, "
      "assert_exit_ptr 0x%08x, assert_callra 0x%08x, assert_var 0x%08x 0x%08x 0x%08x 0x%08x "
      "0x%08x 0x%08x",
      std::string(SyndromeText(health.synd)).c_str(), severity,
      std::string(SeverityText(severity)).c_str(), health.synd, health.ext_synd,
      health.rfr() ? 1 : 0, health.irisc_index, registers.firmware_major, registers.firmware_minor,
      registers.firmware_subminor, health.fw_ver, health.hw_id, health.time, health.assert_exit_ptr,
      health.assert_callra, health.assert_var[0], health.assert_var[1], health.assert_var[2],
      health.assert_var[3], health.assert_var[4], health.assert_var[5]);
  return text;
}

}  // namespace vmcoredd::mlx5
