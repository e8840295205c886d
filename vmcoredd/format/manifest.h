// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_FORMAT_MANIFEST_H_
#define VMCOREDD_FORMAT_MANIFEST_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vmcoredd/base/checked_math.h"
#include "vmcoredd/base/result.h"

// The manifest says of device dumps what their notes cannot. The schema, field
// by field, is in vmcoredd/FORMAT.md ("Manifest").

namespace vmcoredd {

inline constexpr std::string_view kManifestSchema = "vmcoredd-manifest/1";
// Values of `length_is`; the first when it is left out.
inline constexpr std::string_view kExactLength = "exact";
inline constexpr std::string_view kPaddedLength = "padded";
// A fragment larger than this is neither read nor written: it describes at most a
// few thousand dumps with a few hundred bytes each.
inline constexpr uint64_t kMaxManifestBytes = 16 * 1024 * 1024;
// Dumps and skipped dumps of a fragment, likewise.
inline constexpr size_t kMaxManifestDumps = 65536;

// kUnknown: a fragment of a later version named one that this version does not
// know. A payload with an unknown codec can only be taken out as it is stored.
enum class Codec { kNone, kZstd, kUnknown };
enum class Outcome { kOk, kPartial, kFailed, kTimedOut, kOverBudget, kSkipped, kUnknown };

// Bytes of a dump that the plugin could not read; they are zero in the payload.
struct Hole {
  ByteRange range;
  std::string reason;
};

// One note's share of a dump that is stored in parts.
struct Part {
  uint64_t stored = 0;  // bytes of this part, without padding
};

// Which device a dump is of. Keys are those of the inventory: "bus", "address",
// "vendor", "device", "driver", ... Order is kept.
using Properties = std::vector<std::pair<std::string, std::string>>;

// The value of the first one with that key; empty if there is none.
inline std::string_view PropertyOf(const Properties& properties, std::string_view key) {
  for (const auto& [name, value] : properties) {
    if (name == key) return value;
  }
  return {};
}

struct ManifestDump {
  std::string name;      // raw bytes; JSON holds them escaped
  uint64_t ordinal = 0;  // among the dumps of this name in this fragment
  uint64_t length = 0;   // bytes as the device gave them
  // False: taken from a note that nothing described, whose last bytes may be padding.
  bool length_is_exact = true;
  std::string hash;  // PayloadHasher digest of those bytes
  Codec codec = Codec::kNone;
  uint64_t stored = 0;      // bytes in the payload(s), without padding
  std::vector<Part> parts;  // empty: one note
  std::string source;       // what produced it, for example "pci"
  std::string content;      // what its bytes are: FORMAT.md, "Content"; empty: not said
  Properties device;
  std::string time;  // RFC 3339 UTC, empty if unknown
  std::optional<uint64_t> duration_us;
  std::string phase;  // "early" or "late" of a crash kernel; empty elsewhere
  Outcome outcome = Outcome::kOk;
  std::vector<Hole> holes;
  std::vector<std::string> perturbed;  // what had changed before the capture
  std::vector<std::string> warnings;
};

// A device or dump that gave no note at all, and why.
struct ManifestSkip {
  std::string name;
  std::string source;
  Outcome outcome = Outcome::kSkipped;
  std::string reason;
};

// What attach did, so that detach can undo it. `kind` is "kdump", "flattened", "elf" or
// "flattened-elf"; `values` are numbers in decimal and bytes in hex, see FORMAT.md.
struct AttachRecord {
  std::string kind;
  Properties values;
};

// One capture, or one attach. Fragments are append-only and describe the dumps
// that precede them.
struct ManifestFragment {
  std::string generator;   // "vmcoredd 0.1.0"
  std::string kind;        // "crash", "live", "baseline", "pack" or "attach"
  std::string capture_id;  // 32 hexadecimal digits, random
  std::string time;        // RFC 3339 UTC
  Properties machine;      // "release", "arch", "nodename", ...
  std::string crash;       // HashOf(VMCOREINFO) of the crash; empty if none
  std::vector<ManifestDump> dumps;
  std::vector<ManifestSkip> skipped;
  std::vector<Properties> devices;  // that were looked at, with or without a dump
  std::optional<AttachRecord> attach;
  std::vector<std::string> warnings;
};

// JSON text of a fragment, without a JSON library: the crash-kernel program
// links this.
std::string ManifestToJson(const ManifestFragment& fragment);

// The same in pieces, for a writer that does not keep what it says of each dump:
// `begin`, the entries of the dumps with commas between them, `end`.
struct ManifestFrame {
  std::string begin;
  std::string end;
};
ManifestFrame MakeManifestFrame(const ManifestFragment& fragment);  // ignores its dumps
std::string ManifestDumpToJson(const ManifestDump& dump);

std::string_view CodecName(Codec codec);
std::string_view OutcomeName(Outcome outcome);

}  // namespace vmcoredd

#endif  // VMCOREDD_FORMAT_MANIFEST_H_
