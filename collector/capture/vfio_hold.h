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
// other driver works with (the dump's target, for one) or that has been read in this
// way before, no vfio-pci, or one that would put the device to sleep. Looks only.
Result<std::vector<std::string>> CheckVfioGroup(const std::string& sysroot,
                                                const std::string& address);

// What a function was before VFIO got it.
struct FunctionBefore {
  std::string address;
  bool is_bound = false;        // to vfio-pci
  std::string driver_override;  // empty: none
  std::string reset_method;     // empty: none
};
FunctionBefore LookAtFunction(const std::string& sysroot, const std::string& address);

// Takes away every way to reset the function, since opening it would use one. Refuses
// when one is left.
Result<void> ForgetResets(const std::string& sysroot, const std::string& address);

// Makes the function what it was. As much of it as is possible, the first error.
// Nobody may have it open: the kernel would wait for him.
Result<void> GiveBack(const std::string& sysroot, const FunctionBefore& before);

// What the kernel means by this errno when it will not translate for a group.
std::string WhyNoIommu(int error);

// The functions of a group, open with VFIO: registers can be read under lockdown.
//
// Closing resets them, all at once and over the bus, whatever they have been told: who
// reads any of them holds this until all have been read. After it they are given back;
// but in a crash kernel they stay with vfio-pci, without a way to reset them, which is
// by what a later capture knows that their registers are no longer those of the crash.
// Whatever was not opened is always given back.
class VfioHold {
 public:
  static Result<VfioHold> Open(const std::string& address, bool is_crash_kernel);
  VfioHold(VfioHold&&) = default;
  VfioHold& operator=(VfioHold&&) = delete;
  ~VfioHold();

  // The descriptor of a function, or -1.
  int fd(const std::string& address) const;

 private:
  VfioHold() = default;
  Result<void> Take(const std::string& address, const std::vector<std::string>& functions);

  bool is_crash_kernel_ = false;
  std::vector<FunctionBefore> taken_;
  UniqueFd container_, group_;
  std::map<std::string, UniqueFd> functions_;
};

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_CAPTURE_VFIO_HOLD_H_
