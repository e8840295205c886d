// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_IMPORT_SAVED_DUMP_H_
#define READERS_IMPORT_SAVED_DUMP_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vmcoredd/base/output_stream.h"
#include "vmcoredd/base/result.h"
#include "vmcoredd/format/manifest.h"

// What importers make of the saved output of other tools.

namespace vmcoredd {

enum class SavedKind {
  kRegion,       // bytes of a devlink region
  kHealthDump,   // devlink health dump show, as it was printed
  kDiagnosis,    // devlink health diagnose, as it was printed
  kHealthState,  // devlink health show, as it was printed
  kRegisters,    // an image of a register space
  kPciConfig,    // configuration space of a PCI device
  kRaw,          // whatever a file holds
};

// A dump, as far as its text describes it. What the text does not say comes from
// whoever imports (dump_identity.h).
struct SavedDump {
  SavedKind kind = SavedKind::kRaw;
  std::string_view content;  // the kind of bytes: "devlink-region", "pci-config", ...
  std::string bus;           // of the device, if the text says it
  std::string address;
  bool many_devices = false;  // the text is about more than one
  // If the text says them: the device's port, a number; the region; its snapshot, a number or
  // "live"; when it was made, in the words of the text.
  std::string port, region, snapshot, time;
  // The address of the first byte, where addresses need not begin at 0.
  std::optional<uint64_t> first_address;
};

// What became known of a dump while it was read.
struct DumpRemarks {
  bool is_partial = false;
  std::vector<Hole> holes;
  std::vector<std::string> warnings;
};

// The manifest lists no more of one dump (vmcoredd/writer).
inline constexpr size_t kMaxListedHoles = 1024;

// All gaps of one dump together that become zeros and holes. The tools leave none, so they
// are damage, and two lines must not make a sink write for hours.
inline constexpr uint64_t kMaxGapBytes = 64 * 1024 * 1024;

// Where importers put dumps: Begin, any number of Writes, End, for each. An error
// of these calls is the sink's own: the importer passes it on and stops.
class ImportSink : public OutputStream {
 public:
  virtual Result<void> Begin(const SavedDump& dump) = 0;
  virtual Result<void> End(const DumpRemarks& remarks) = 0;
  // Something in the input is damaged or missing. What can be read is, and the
  // dump that it belongs to, if there is one, ends as partial.
  virtual void Report(const Error& damage) = 0;
  // How many bytes a region, or a raw file, must have, if whoever imports knows it. Importers
  // of other formats do not ask.
  virtual std::optional<uint64_t> expected_size() const { return std::nullopt; }
};

// Tells the sink of damage, and the dump's remarks.
inline void AddDamage(ImportSink& sink, DumpRemarks& remarks, const Error& damage) {
  remarks.is_partial = true;
  remarks.warnings.push_back(damage.ToString());
  sink.Report(damage);
}

}  // namespace vmcoredd

#endif  // READERS_IMPORT_SAVED_DUMP_H_
