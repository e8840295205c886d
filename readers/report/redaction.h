// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_REPORT_REDACTION_H_
#define READERS_REPORT_REDACTION_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "readers/report/dump_decoding.h"

namespace vmcoredd {

// What must not leave the house.
struct RedactionPolicy {
  PrivacyClasses classes = kAllPrivacy;
  bool host = true;           // the machine's name, what events and warnings say
  bool keep_unknown = false;  // also what no layout describes
};

// What is to be taken out of a dump.
struct DumpRedaction {
  const Layout* layout = nullptr;
  std::optional<std::string> dropped;      // why all of it goes
  std::vector<ByteRange> blanked;          // of the payload; ascending, apart
  std::map<std::string, uint64_t> counts;  // fields by class, and "unknown": bytes
};

// Decodes a dump to find what the policy is about. Where that cannot be told (no layout,
// damage, a limit) the whole dump goes, unless the policy keeps what is unknown.
Result<DumpRedaction> PlanRedaction(VmcoreReader& reader,
                                    const DeviceDump& dump,
                                    const DecodingContext& context,
                                    const RedactionPolicy& policy);

// "2 mac, 1 serial, 40 bytes that no layout describes"
std::string RedactionText(const DumpRedaction& redaction);

// Takes out of what a manifest says what the policy is about: serial numbers and addresses in
// the identity, by name or by value, and in texts; what somebody wrote. Adds what was blanked as
// holes.
ManifestDump RedactedFacts(ManifestDump facts,
                           const DumpRedaction& redaction,
                           const RedactionPolicy& policy);
void RedactFragment(ManifestFragment& fragment, const RedactionPolicy& policy);

}  // namespace vmcoredd

#endif  // READERS_REPORT_REDACTION_H_
