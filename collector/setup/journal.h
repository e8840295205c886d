// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_SETUP_JOURNAL_H_
#define VMCOREDD_COLLECTOR_SETUP_JOURNAL_H_

#include "collector/setup/sysroot.h"
#include "vmcoredd/format/manifest.h"

namespace vmcoredd {

// "Device dumps of a crash are in place": what `journalctl MESSAGE_ID=...` finds.
inline constexpr std::string_view kFinalisedMessageId = "5a3bd17c69274c6b8ad29f4a0f6c2b1e";

// Writes one entry to the journal of systemd, by its documented protocol
// (systemd.io/JOURNAL_NATIVE_PROTOCOL): a datagram of KEY=VALUE lines. libsystemd
// could not be pointed at another socket, which the tests need. Values are escaped.
Result<void> WriteJournalEntry(const Sysroot& root, const Properties& fields);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_SETUP_JOURNAL_H_
