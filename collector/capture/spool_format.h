// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_CAPTURE_SPOOL_FORMAT_H_
#define VMCOREDD_COLLECTOR_CAPTURE_SPOOL_FORMAT_H_

#include <cstdint>
#include <string_view>

// The spool: where dumps wait between capture, early and in memory, and save, when
// there is a disk. One file that is only ever appended to, so that whatever kills
// the collector leaves every dump before it whole.
//
// Records look like frames: type and length, u32 little endian, then the payload.
// "Flat" payloads are key=value lines whose values are escaped (EscapeBytes).
//
//   start (dump (data|packed|hole|warning|perturbed)* dump-end | skip | note)* finish
//
// The hash in dump-end covers every byte from the dump record's first to the last
// before dump-end's, so that a dump is either as it was captured or found out.

namespace vmcoredd {

// Version 1 has no packed records and no phases; readers take both.
inline constexpr std::string_view kSpoolSchema = "vmcoredd-spool/2";
inline constexpr std::string_view kOldSpoolSchema = "vmcoredd-spool/1";
inline constexpr std::string_view kSpoolFileName = "capture.spool";
inline constexpr char kDefaultSpoolFolder[] = "/run/vmcoredd";

inline constexpr uint64_t kSpoolRecordHeaderBytes = 8;
inline constexpr uint64_t kMaxSpoolRecordPayload = 64 * 1024;

// What a spool may grow to unless the user says otherwise: in the crash kernel it
// is memory, and the image's drivers still have to fit (52 MiB are left of
// crashkernel=128M).
inline constexpr uint64_t kDefaultSpoolBytes = 4 * 1024 * 1024;
// And what a user may say: on a disk, of a running machine.
inline constexpr uint64_t kLargestSpoolBytes = uint64_t{1} << 40;

enum class SpoolRecord : uint32_t {
  kStart = 1,      // flat: schema, generator, capture_id, time, kind, machine.*, max_bytes
  kDump = 2,       // flat: name, source, time, phase, device.*
  kData = 3,       // bytes
  kHole = 4,       // u64 LE: bytes; then text: why
  kWarning = 5,    // text, of the dump
  kPerturbed = 6,  // text, of the dump
  kDumpEnd = 7,    // flat: outcome, duration_us, hash
  kSkip = 8,       // flat: name, source, outcome, reason
  kNote = 9,       // text: a warning of the whole capture
  kFinish = 10,    // nothing: the capture came to its end
  kPacked = 11,    // bytes of the dump, packed (record_packer.h)
};

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_CAPTURE_SPOOL_FORMAT_H_
