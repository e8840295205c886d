// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/setup/health_conf.h"

#include <grp.h>

#include "collector/capture/flat_text.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

Result<uint64_t> GroupNumber(const std::string& group) {
  if (const auto number = ParseNumber(group)) return *number;
  const struct group* const found = ::getgrnam(group.c_str());
  if (found) return found->gr_gid;
  return Fail(ErrorCode::kNotFound, "health.group: there is no group " + EscapeBytes(group));
}

}  // namespace

Result<std::string> HealthText(const Config& config, const DumpPath& path) {
  const Config::Health& health = config.health;
  std::string text;
  if (!health.enabled) return text;
  AppendFlatLine(text, "health.enabled", "1");
  if (health.mlx5.empty()) AppendFlatLine(text, "health.mlx5", "auto");
  for (const std::string& address : health.mlx5) AppendFlatLine(text, "health.mlx5", address);
  AppendFlatLine(text, "health.poll_ms", health.poll_ms);
  AppendFlatLine(text, "health.recover", health.recover ? "1" : "0");
  AppendFlatLine(text, "health.recover_method", health.recover_method);
  if (!health.group.empty()) {
    AppendFlatLine(text, "health.group", VMCOREDD_TRY(GroupNumber(health.group)));
  }
  for (const NeededDevice& device : path.devices) {
    AppendFlatLine(text, "health.needed", device.address + ' ' + EscapeBytes(device.why));
  }
  AppendFlatLine(text, "health.needed_is_known", path.unknown.empty() ? "1" : "0");
  return text;
}

}  // namespace vmcoredd
