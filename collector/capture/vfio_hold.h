// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_CAPTURE_VFIO_HOLD_H_
#define VMCOREDD_COLLECTOR_CAPTURE_VFIO_HOLD_H_

#include <map>
#include <string>
#include <vector>

#include "vmcoredd/base/result.h"
#include "vmcoredd/base/unique_fd.h"

namespace vmcoredd {

// The functions of the IOMMU group of `address` that have to be held for it to be
// read, bridges left out; or why it must not be done: no IOMMU, a function that some
// other driver works with (the dump's target, for one), no vfio-pci, or one that
// would put the device to sleep. Looks only.
Result<std::vector<std::string>> CheckVfioGroup(const std::string& sysroot,
                                                const std::string& address);

// Takes away every way to reset the function, since opening it would use one. Refuses
// when one is left.
Result<void> ForgetResets(const std::string& sysroot, const std::string& address);

// The functions of a group, open with VFIO: registers can be read under lockdown.
// Closing one may reset it or all of them, so whoever reads any of them holds this
// until all have been read.
class VfioHold {
 public:
  static Result<VfioHold> Open(const std::string& address);

  // The descriptor of a function, or -1.
  int fd(const std::string& address) const;

 private:
  UniqueFd container_, group_;
  std::map<std::string, UniqueFd> functions_;
};

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_CAPTURE_VFIO_HOLD_H_
