// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_SETUP_IDENTITY_H_
#define VMCOREDD_COLLECTOR_SETUP_IDENTITY_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "collector/setup/sysroot.h"
#include "vmcoredd/format/manifest.h"

// The identity record: what only a kernel with drivers knows of the devices. It goes
// into the image of the crash kernel, and beside the dumps when they are finalised.

namespace vmcoredd {

inline constexpr std::string_view kIdentitySchema = "vmcoredd-identity/1";
inline constexpr std::string_view kIdentityPath = "/var/lib/vmcoredd/identity";
// What it said before it changed last: of a crash before that.
inline constexpr std::string_view kPreviousIdentityPath = "/var/lib/vmcoredd/identity.previous";
// Netdevs, block devices and so on that are named for one function.
inline constexpr size_t kMaxNamesOfDevice = 16;

// "identity.ADDRESS.KEY" -> value, by address. Keys are driver, driver_version,
// firmware, model, serial, netdev, mac, rdma, block, vfs, vf_of, and the ids.
Properties CollectIdentity(const Sysroot& root);

// The record as text: a head (schema, release, boot_id, time) and the above.
std::string IdentityText(const Sysroot& root, const Properties& identity, int64_t time);

// Writes the record if the devices, or the kernel, changed; what was there becomes the
// previous one. True if it was written.
Result<bool> RecordIdentity(const Sysroot& root, int64_t time);

// The record that was valid at `time`; kNotFound when there is none that old.
Result<std::string> IdentityAt(const Sysroot& root, int64_t time);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_SETUP_IDENTITY_H_
