// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_CAPTURE_CHILD_LIMITS_H_
#define VMCOREDD_COLLECTOR_CAPTURE_CHILD_LIMITS_H_

#include <sys/types.h>

#include <chrono>
#include <cstdint>

// What a plugin's process may take of the machine. No control groups: Red Hat's crash
// kernels are booted with cgroup_disable=memory.

namespace vmcoredd {

// A plugin has one dump's window in its hands, not a dump: of the 52 MiB that
// crashkernel=128M leaves this is what one of them may take.
inline constexpr uint64_t kChildDataBytes = 16 * 1024 * 1024;

// In the child, before the plugin: memory, CPU time, files, no core. `time`: what it
// has at most. `is_patient`: it gives way to whatever else runs.
void LimitChild(std::chrono::milliseconds time, bool is_patient, uint64_t data_bytes);

// The first that the kernel kills when memory runs out are we, and so our children,
// and not who saves the vmcore. What a plugin's process starts and leaves behind is
// handed to us, so that EndOrphans() finds it.
void OfferOurselvesFirst();

// Kills every process that is left of a plugin's, wherever it tried to hide: every
// child of ours. Does nothing without OfferOurselvesFirst().
void EndOrphans();

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_CAPTURE_CHILD_LIMITS_H_
