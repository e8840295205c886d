// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_HEALTH_HEALTH_STORE_H_
#define VMCOREDD_COLLECTOR_HEALTH_HEALTH_STORE_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "collector/health/reporter.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd {

// What reporters have counted, kept over a restart of the service: one file a reporter in a
// folder of ours. As with the kernel's, a reboot ends it: a file of another boot is not
// read. Not made durable (no fsync): what it is for survives the service, not the machine.
class HealthStore {
 public:
  // `boot`: identifies this boot, as /proc/sys/kernel/random/boot_id does.
  HealthStore(std::string folder, std::string boot);

  // Makes the folder (0700), and removes files of other boots.
  Result<void> Open() const;
  Result<void> Save(const HealthReporter& reporter) const;
  // kNotFound without a file of this boot; kCorrupt for a damaged one.
  Result<HealthReporter::Record> Load(const HealthReporter::Name& name) const;

  // A stored dump above this is not kept.
  static constexpr size_t kMaxDumpBytes = 1024 * 1024;
  static constexpr size_t kMaxFileBytes = 2 * kMaxDumpBytes + 4096;

 private:
  std::string PathOf(const HealthReporter::Name& name) const;

  std::string folder_;
  std::string boot_;
};

// The file's text, and back.
std::string HealthRecordText(const HealthReporter::Record& record, std::string_view boot);
Result<HealthReporter::Record> ParseHealthRecord(std::string_view text, std::string_view boot);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_HEALTH_HEALTH_STORE_H_
