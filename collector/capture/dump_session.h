// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_CAPTURE_DUMP_SESSION_H_
#define VMCOREDD_COLLECTOR_CAPTURE_DUMP_SESSION_H_

#include <cstdint>
#include <string>

#include "collector/capture/dump_sink.h"
#include "collector/capture/offer_session.h"
#include "collector/capture/plugin_session.h"
#include "vmcoredd/format/manifest.h"

namespace vmcoredd {

// Holes, and remarks of each kind, that one dump may have.
inline constexpr size_t kMaxDumpHoles = 1024;
inline constexpr size_t kMaxDumpRemarks = 64;

// How the collection of one dump came out.
struct DumpResult {
  Outcome outcome = Outcome::kOk;
  bool is_kept = false;  // there is a dump, whole or in part
  std::string problem;   // empty with kOk
};

// Receives one dump and passes it on while it arrives. The process may deliver less
// than it announced, or more, or nothing, or go wrong half way.
class DumpSession final : public PluginSession {
 public:
  // `head`: what is known of the dump. `max_size`: the bytes that a dump of unknown size
  // may have, should the sink have room for more. Borrows the sink.
  DumpSession(std::string plugin_name,
              const Offer& offer,
              ManifestDump head,
              uint64_t max_size,
              DumpSink& sink);

  // Bytes of the dump so far, holes included.
  uint64_t size() const { return written_; }
  // A dump with holes is a partial one. Not so for plugins: registers that do not answer are
  // how a device is.
  void set_holes_are_partial() { holes_are_partial_ = true; }

  // Completes the dump, or takes it back when there is nothing of it. Fails only when the
  // sink does.
  Result<DumpResult> Close(const ChildEnd& end, uint64_t duration_us);

 private:
  enum class State { kBefore, kInside, kDone };

  Result<void> OnBodyFrame(const Frame& frame) override;
  Result<void> CheckEnd() override;
  Result<void> OnBegin(const Frame& frame);
  Result<void> OnData(const Frame& frame);
  Result<void> OnHole(const Frame& frame);
  Result<void> OnRemark(const Frame& frame);
  Result<void> OnDone(const Frame& frame);
  Result<void> TakeRoom(uint64_t size);
  Result<void> NoteIfFull(Result<void> written);
  DumpResult Judge(const ChildEnd& end) const;

  Offer offer_;
  ManifestDump head_;
  uint64_t max_size_;
  DumpSink& sink_;
  State state_ = State::kBefore;
  uint64_t limit_ = 0;    // bytes the dump may have: the size, or the sink's room
  uint64_t written_ = 0;  // bytes of the dump, holes included
  uint64_t data_ = 0;     // bytes that are not holes
  size_t holes_ = 0;
  size_t warnings_ = 0;
  size_t perturbations_ = 0;
  int dump_error_ = 0;
  bool is_over_budget_ = false;
  bool holes_are_partial_ = false;
};

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_CAPTURE_DUMP_SESSION_H_
