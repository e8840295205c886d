// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "vmcoredd/writer/archive_writer.h"
#include "vmcoredd/writer/new_fragment.h"
#include "vmcoredd/writer/note_space.h"

namespace vmcoredd {

namespace {

// Holes, warnings and perturbations that one dump may list, and bytes of each
// text: a callback in a loop must not eat the crash kernel's memory.
constexpr size_t kMaxRemarks = 1024;
constexpr size_t kMaxRemarkBytes = 1024;

// Stands between a callback and the archive: counts, limits, takes notes.
class Collection final : public OutputStream, public DumpContext {
 public:
  // At most `limit` bytes go to the archive.
  Collection(ArchiveWriter& archive, uint64_t limit, bool is_stream)
      : archive_(archive), limit_(limit), is_stream_(is_stream) {}

  Result<void> Write(std::span<const std::byte> bytes) override {
    const auto fitting = bytes.first(std::min<uint64_t>(bytes.size(), limit_ - written_));
    if (auto done = archive_.Write(fitting); !done) {
      archive_error_ = done.error();
      return done;
    }
    written_ += fitting.size();
    if (fitting.size() == bytes.size()) return {};
    overran_ = true;
    return Fail(ErrorCode::kLimitExceeded,
                "the dump is full after " + std::to_string(limit_) + " bytes");
  }

  Result<void> WriteHole(uint64_t size, std::string reason) override {
    if (!is_stream_) {
      return Fail(ErrorCode::kInvalidArgument, "a fill callback marks holes, it has no position");
    }
    MarkHole({written_, std::min(size, limit_ - written_)}, std::move(reason));
    return WriteZeros(size, *this);
  }
  void MarkHole(ByteRange range, std::string reason) override {
    const uint64_t begin = std::min(range.offset, limit_);
    const uint64_t size = std::min(range.size, limit_ - begin);
    if (size == 0) return;
    reason.resize(std::min(reason.size(), kMaxRemarkBytes));
    if (!facts_.holes.empty()) {
      Hole& last = facts_.holes.back();
      if (last.range.offset + last.range.size == begin && last.reason == reason) {
        last.range.size += size;
        return;
      }
    }
    if (facts_.holes.size() < kMaxRemarks) {
      facts_.holes.push_back({{begin, size}, std::move(reason)});
    } else if (facts_.holes.size() == kMaxRemarks) {
      // The rest of the dump counts as one hole: too much is safer than too little.
      facts_.holes.push_back({{begin, limit_ - begin}, "more holes than can be listed"});
    }
  }
  void AddWarning(std::string text) override { Add(facts_.warnings, std::move(text)); }
  void AddPerturbation(std::string text) override { Add(facts_.perturbed, std::move(text)); }

  uint64_t written() const { return written_; }
  bool overran() const { return overran_; }
  std::optional<Error> TakeArchiveError() { return std::exchange(archive_error_, std::nullopt); }
  ManifestDump& facts() { return facts_; }

 private:
  static void Add(std::vector<std::string>& list, std::string text) {
    if (list.size() > kMaxRemarks) return;
    if (list.size() == kMaxRemarks) text = "and more";
    text.resize(std::min(text.size(), kMaxRemarkBytes));
    list.push_back(std::move(text));
  }

  ArchiveWriter& archive_;
  uint64_t limit_;
  bool is_stream_;
  uint64_t written_ = 0;
  bool overran_ = false;
  std::optional<Error> archive_error_;
  ManifestDump facts_;
};

Result<std::optional<uint64_t>> SizeWithin(const DumpRegistration& registration, uint64_t quota) {
  const auto* fixed = std::get_if<uint64_t>(&registration.size);
  const std::optional<uint64_t> size =
      fixed != nullptr ? *fixed : std::get<SizeCallback>(registration.size)(quota);
  if (size && *size == 0) {
    return Fail(ErrorCode::kLimitExceeded,
                "the dump has nothing to give within " + std::to_string(quota) + " bytes");
  }
  if (size && *size > quota) {
    return Fail(ErrorCode::kLimitExceeded, "the dump needs " + std::to_string(*size) +
                                               " bytes, there are " + std::to_string(quota));
  }
  if (std::holds_alternative<FillCallback>(registration.collect)) {
    if (!size) return Fail(ErrorCode::kInvalidArgument, "a fill callback needs a size");
    if (*size > kMaxFillBytes) {
      return Fail(ErrorCode::kLimitExceeded,
                  "a dump of " + std::to_string(*size) + " bytes must be streamed");
    }
  }
  return size;
}

Result<void> CallBack(const DumpRegistration& registration, uint64_t size, Collection& collection) {
  if (const auto* stream = std::get_if<StreamCallback>(&registration.collect)) {
    return (*stream)(collection, collection);
  }
  std::vector<std::byte> buffer(size);
  VMCOREDD_TRY(std::get<FillCallback>(registration.collect)(buffer, collection));
  return collection.Write(buffer);
}

// The dump's bytes are complete or padded with zeros after this.
Result<void> MakeUp(const DumpRegistration& registration,
                    std::optional<uint64_t> size,
                    const Result<void>& called,
                    Collection& collection) {
  ManifestDump& facts = collection.facts();
  if (collection.overran()) {
    collection.AddWarning("the dump did not fit in " + std::to_string(collection.written()) +
                          " bytes and was cut");
  } else if (!called) {
    collection.AddWarning("collecting stopped: " + called.error().ToString());
  }
  const bool was_short = size && collection.written() < *size;
  if (was_short) {
    const uint64_t missing = *size - collection.written();
    if (called) {
      collection.AddWarning("the dump has " + std::to_string(collection.written()) + " of " +
                            std::to_string(*size) + " bytes");
    }
    collection.MarkHole({collection.written(), missing}, "not collected");
    VMCOREDD_TRY(WriteZeros(missing, collection));
  }
  // Holes were held against a limit that the dump may not have reached.
  for (Hole& hole : facts.holes) {
    const uint64_t room = collection.written() - std::min(hole.range.offset, collection.written());
    hole.range.size = std::min(hole.range.size, room);
  }
  std::erase_if(facts.holes, [](const Hole& hole) { return hole.range.size == 0; });
  const bool is_partial = collection.overran() || !called || was_short || !facts.holes.empty();
  facts.outcome = is_partial ? Outcome::kPartial : Outcome::kOk;
  facts.source = registration.source;
  facts.content = registration.content;
  facts.device = registration.device;
  return {};
}

}  // namespace

Result<void> CollectInto(ArchiveWriter& archive,
                         const DumpRegistration& registration,
                         uint64_t quota,
                         Codec codec) {
  const auto size = VMCOREDD_TRY(SizeWithin(registration, quota));
  VMCOREDD_TRY(archive.BeginDump(registration.name, codec));
  Collection collection(archive, size.value_or(quota),
                        std::holds_alternative<StreamCallback>(registration.collect));
  collection.facts().time = ManifestTime();
  const auto start = std::chrono::steady_clock::now();
  const Result<void> called = CallBack(registration, size.value_or(0), collection);
  const auto duration = std::chrono::steady_clock::now() - start;
  collection.facts().duration_us = static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(duration).count());

  Result<void> done = called;
  if (called || collection.written() != 0) done = MakeUp(registration, size, called, collection);
  if (auto error = collection.TakeArchiveError()) done = tl::unexpected(*std::move(error));
  if (done) done = archive.EndDump(std::move(collection.facts()));
  if (!done) VMCOREDD_TRY(archive.DropDump());
  return done;
}

}  // namespace vmcoredd
