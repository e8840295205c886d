// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/dump_session.h"

#include <algorithm>

#include "collector/capture/flat_text.h"
#include "driver-plugins/abi/runner/frames.h"
#include "vmcoredd/base/endian.h"

namespace vmcoredd {

namespace {

constexpr size_t kHoleHeadBytes = 8;

}  // namespace

DumpSession::DumpSession(std::string plugin_name,
                         const Offer& offer,
                         ManifestDump head,
                         uint64_t max_size,
                         DumpSink& sink)
    : PluginSession(std::move(plugin_name)),
      offer_(offer),
      head_(std::move(head)),
      max_size_(max_size),
      sink_(sink) {}

Result<void> DumpSession::OnBodyFrame(const Frame& frame) {
  if (frame.type == VMCOREDD_FRAME_BEGIN && state_ == State::kBefore) return OnBegin(frame);
  if (state_ == State::kInside) {
    switch (frame.type) {
      case VMCOREDD_FRAME_DATA: return OnData(frame);
      case VMCOREDD_FRAME_HOLE: return OnHole(frame);
      case VMCOREDD_FRAME_WARNING:
      case VMCOREDD_FRAME_PERTURBED: return OnRemark(frame);
      case VMCOREDD_FRAME_DONE: return OnDone(frame);
      default: break;
    }
  }
  return Fail(ErrorCode::kCorrupt, "frame type " + std::to_string(frame.type) +
                                       " does not belong here, " +
                                       (state_ == State::kBefore   ? "before the dump"
                                        : state_ == State::kInside ? "inside the dump"
                                                                   : "after the dump"));
}

Result<void> DumpSession::CheckEnd() {
  if (state_ != State::kInside) return {};
  return Fail(ErrorCode::kCorrupt, "it ends inside the dump");
}

Result<void> DumpSession::OnBegin(const Frame& frame) {
  const Properties lines = VMCOREDD_TRY(ParseFlatText(frame.text()));
  const uint64_t index = VMCOREDD_TRY(FindNumber(lines, "index"));
  const uint64_t size = VMCOREDD_TRY(FindNumber(lines, "size"));
  if (index != offer_.index || size != offer_.size) {
    return Fail(ErrorCode::kCorrupt, "expected dump " + std::to_string(offer_.index) + " of " +
                                         std::to_string(offer_.size) +
                                         " bytes as it was offered, found dump " +
                                         std::to_string(index) + " of " + std::to_string(size));
  }
  VMCOREDD_TRY(NoteIfFull(sink_.BeginDump(head_)));
  limit_ = size != 0 ? size : std::min(max_size_, sink_.room());
  state_ = State::kInside;
  return {};
}

Result<void> DumpSession::TakeRoom(uint64_t size) {
  if (size > limit_ - written_) {
    is_over_budget_ = offer_.size == 0;
    return Fail(ErrorCode::kLimitExceeded,
                "the dump goes on past " + std::to_string(limit_) +
                    (offer_.size != 0 ? " bytes, the size it was registered with"
                                      : " bytes, the room that was left"));
  }
  written_ += size;
  return {};
}

Result<void> DumpSession::NoteIfFull(Result<void> written) {
  if (!written && written.error().code() == ErrorCode::kLimitExceeded) is_over_budget_ = true;
  return written;
}

Result<void> DumpSession::OnData(const Frame& frame) {
  // What still fits is kept also of the frame that goes too far.
  const uint64_t kept = std::min<uint64_t>(frame.payload.size(), limit_ - written_);
  if (kept > 0) VMCOREDD_TRY(NoteIfFull(sink_.Write(frame.payload.first(kept))));
  data_ += kept;
  if (kept == frame.payload.size()) return TakeRoom(kept);
  VMCOREDD_TRY(TakeRoom(kept));
  return TakeRoom(frame.payload.size() - kept);
}

Result<void> DumpSession::OnHole(const Frame& frame) {
  if (frame.payload.size() < kHoleHeadBytes) {
    return Fail(ErrorCode::kCorrupt, "a hole without size");
  }
  const auto size = LoadInt<uint64_t>(frame.payload.data(), std::endian::little);
  if (size == 0 || holes_++ == kMaxDumpHoles) {
    return Fail(
        ErrorCode::kLimitExceeded,
        size == 0 ? "a hole of no bytes" : "more than " + std::to_string(kMaxDumpHoles) + " holes");
  }
  VMCOREDD_TRY(TakeRoom(size));
  return NoteIfFull(sink_.WriteHole(size, CleanText(frame.text().substr(kHoleHeadBytes))));
}

Result<void> DumpSession::OnRemark(const Frame& frame) {
  const bool is_warning = frame.type == VMCOREDD_FRAME_WARNING;
  size_t& count = is_warning ? warnings_ : perturbations_;
  if (count++ >= kMaxDumpRemarks) return {};
  const std::string text = CleanText(frame.text());
  return is_warning ? sink_.AddWarning(text) : sink_.AddPerturbation(text);
}

Result<void> DumpSession::OnDone(const Frame& frame) {
  const Properties lines = VMCOREDD_TRY(ParseFlatText(frame.text()));
  dump_error_ =
      static_cast<int>(std::min<uint64_t>(VMCOREDD_TRY(FindNumber(lines, "error")), 4095));
  state_ = State::kDone;
  return {};
}

DumpResult DumpSession::Judge(const ChildEnd& end) const {
  DumpResult result;
  result.problem = Problem(end);
  if (state_ == State::kDone && result.problem.empty()) {
    if (dump_error_ != 0) {
      result.problem = "the plugin reported: " + ErrnoText(dump_error_);
      if (!last_error().empty()) result.problem += ": " + last_error();
    } else if (offer_.size != 0 && written_ < offer_.size) {
      result.problem = "it delivered " + std::to_string(written_) + " of " +
                       std::to_string(offer_.size) + " bytes";
    } else if (written_ == 0) {
      result.problem = "it delivered nothing";
    }
  } else if (state_ == State::kBefore && result.problem.empty()) {
    result.problem = "it delivered no dump";
  }
  // A hole alone is no dump: nothing of the device is in it.
  result.is_kept = state_ != State::kBefore && data_ > 0;
  if (result.problem.empty()) {
    result.is_kept = true;
    if (holes_are_partial_ && holes_ > 0) {
      result.outcome = Outcome::kPartial;
      result.problem = "something could not be read: see its holes";
    }
    return result;
  }
  if (end.kind == ChildEnd::Kind::kTimedOut || end.kind == ChildEnd::Kind::kStuck) {
    result.outcome = Outcome::kTimedOut;
  } else if (is_over_budget_) {
    result.outcome = Outcome::kOverBudget;
  } else {
    result.outcome = result.is_kept ? Outcome::kPartial : Outcome::kFailed;
  }
  return result;
}

Result<DumpResult> DumpSession::Close(const ChildEnd& end, uint64_t duration_us) {
  DumpResult result = Judge(end);
  if (state_ == State::kBefore) return result;
  if (!result.is_kept) {
    VMCOREDD_TRY(sink_.DropDump());
    return result;
  }
  if (offer_.size != 0 && written_ < offer_.size) {
    VMCOREDD_TRY(sink_.WriteHole(offer_.size - written_, "not delivered"));
  }
  if (!result.problem.empty()) VMCOREDD_TRY(sink_.AddWarning(result.problem));
  for (const std::string& line : logs()) VMCOREDD_TRY(sink_.AddWarning(line));
  VMCOREDD_TRY(sink_.EndDump(result.outcome, duration_us));
  return result;
}

}  // namespace vmcoredd
