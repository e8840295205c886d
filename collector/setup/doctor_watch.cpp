// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/setup/doctor_checks.h"

namespace vmcoredd {

// Does somebody capture the state of devices while the machine lives? A captured tree does
// not say what ran on its machine, and without the program nobody expects it.
void CheckWatch(const DoctorContext& context, std::vector<Check>& checks) {
  constexpr std::string_view program = "/usr/lib/vmcoredd/vmcoredd-watch";
  constexpr std::string_view group = "/sys/fs/cgroup/system.slice/vmcoredd-watch.service";
  constexpr std::string_view old_group =
      "/sys/fs/cgroup/systemd/system.slice/vmcoredd-watch.service";
  const Sysroot& root = context.root;
  if (!root.is_machine() || !root.Exists(program)) return;
  if (root.Exists(group) || root.Exists(old_group)) {
    checks.push_back({"watch", CheckStatus::kOk, "vmcoredd-watch runs", {}});
    return;
  }
  checks.push_back({"watch", CheckStatus::kWarn,
                    "vmcoredd-watch does not run: errors that devices report while the machine "
                    "lives are not captured",
                    "systemctl enable --now vmcoredd-watch"});
}

}  // namespace vmcoredd
