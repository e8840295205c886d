// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/format/flattened.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "vmcoredd/base/endian.h"

namespace vmcoredd {

namespace {

constexpr std::string_view kSignature = "makedumpfile";
constexpr size_t kSignatureBytes = 16;
constexpr int64_t kType = 1;
constexpr int64_t kVersion = 1;

// Headers closer together than this are read together.
constexpr uint64_t kHeaderWindow = 4096;
// Records from the first to the last of a run, and from one of a run to the next:
// makedumpfile and QEMU write page data and page descriptors in turns. What a read
// of all bytes costs at most: each header as often as the second says.
constexpr uint64_t kMaxRunRecords = 1024;
constexpr uint64_t kMaxRunStep = 8;
// Decoded runs kept in memory, for reads that walk through a file in order.
constexpr size_t kMaxCachedRuns = 64;
// With Extent::kLeading: makedumpfile writes headers and notes in the first
// three to five records.
constexpr uint64_t kLeadingRecords = 8;

using Records = std::vector<FlattenedRecord>;

// Logical bytes, without a gap, that some of the records from `first` to `last`
// decide about; the others of them are elsewhere.
struct Run {
  uint64_t logical_end = 0;
  uint64_t first_header = 0;  // where the header of `first` is
  uint32_t first = 0;         // numbers of records in file order
  uint32_t last = 0;

  bool IsContinuedBy(const FlattenedRecord& record, uint64_t number) const {
    return logical_end == record.logical_offset && number - last <= kMaxRunStep &&
           number - first < kMaxRunRecords;
  }
};

// The bytes of a record that decide about the logical ones from `at` on.
struct Piece {
  uint64_t file_offset = 0;
  uint64_t size = 0;
};

// Of the records of a run the last one that holds `at`, up to where it or the run
// ends or a later record begins.
std::optional<Piece> FindPiece(const Records& records, uint64_t at, uint64_t run_end) {
  std::optional<Piece> piece;
  for (const FlattenedRecord& record : records) {
    if (record.logical_offset > at) {
      if (piece && record.size > 0) piece->size = std::min(piece->size, record.logical_offset - at);
    } else if (at - record.logical_offset < record.size) {
      const uint64_t skip = at - record.logical_offset;
      piece = Piece{record.data_offset() + skip, std::min(record.size - skip, run_end - at)};
    }
  }
  return piece;
}

// Reads record headers one after another.
class HeaderReader {
 public:
  explicit HeaderReader(ByteSource& flattened) : flattened_(flattened) {}

  // Up to 16 bytes at `at`, which grows: fewer only where the file ends. Valid
  // until the next call.
  Result<std::span<const std::byte>> Read(uint64_t at) {
    if (at - start_ + kFlattenedRecordHeaderBytes > filled_) {
      const bool near = filled_ > 0 && at - start_ < kHeaderWindow;
      const size_t want = near ? kHeaderWindow : kFlattenedRecordHeaderBytes;
      filled_ = VMCOREDD_TRY(flattened_.ReadAt(at, std::span(window_).first(want)));
      start_ = at;
    }
    const uint64_t skip = at - start_;
    return std::span<const std::byte>(window_).subspan(
        skip, std::min(kFlattenedRecordHeaderBytes, filled_ - skip));
  }

 private:
  ByteSource& flattened_;
  std::array<std::byte, kHeaderWindow> window_;
  uint64_t start_ = 0;
  uint64_t filled_ = 0;
};

}  // namespace

FlattenedRecordHeader EncodeFlattenedRecord(uint64_t logical_offset, uint64_t size) {
  FlattenedRecordHeader header;
  StoreInt(header.data(), logical_offset, std::endian::big);
  StoreInt(header.data() + 8, size, std::endian::big);
  return header;
}

FlattenedRecordHeader FlattenedEndMarker() {
  FlattenedRecordHeader header;
  header.fill(std::byte{0xff});
  return header;
}

Result<bool> IsFlattened(ByteSource& source) {
  std::array<std::byte, kSignatureBytes + 16> head;
  const size_t got = VMCOREDD_TRY(source.ReadAt(0, head));
  char expected[kSignatureBytes] = {};
  kSignature.copy(expected, kSignature.size());
  if (got < kSignatureBytes || std::memcmp(head.data(), expected, kSignatureBytes) != 0) {
    return false;
  }
  if (got < head.size()) {
    return FailAt(ErrorCode::kTruncated, got, "the flattened header is cut off");
  }
  const auto type = LoadInt<int64_t>(head.data() + 16, std::endian::big);
  const auto version = LoadInt<int64_t>(head.data() + 24, std::endian::big);
  if (type != kType || version != kVersion) {
    return FailAt(ErrorCode::kCorrupt, kSignatureBytes,
                  "flattened header: expected type 1 and version 1, found " + std::to_string(type) +
                      " and " + std::to_string(version));
  }
  return true;
}

Result<std::optional<FlattenedRecord>> DecodeFlattenedRecord(
    std::span<const std::byte, kFlattenedRecordHeaderBytes> bytes, uint64_t header_offset) {
  const auto offset = LoadInt<int64_t>(bytes.data(), std::endian::big);
  const auto size = LoadInt<int64_t>(bytes.data() + 8, std::endian::big);
  if (offset == -1 && size == -1) return std::nullopt;
  if (offset < 0 || size < 0 || offset > INT64_MAX - size) {
    return FailAt(ErrorCode::kCorrupt, header_offset,
                  "flattened record: impossible offset " + std::to_string(offset) + " and size " +
                      std::to_string(size));
  }
  return FlattenedRecord{header_offset, static_cast<uint64_t>(offset), static_cast<uint64_t>(size)};
}

class FlattenedSource::Impl {
 public:
  Impl(ByteSource& flattened, const FlattenedLimits& limits)
      : flattened_(flattened), limits_(limits) {}

  Result<void> Index(Extent extent);
  Result<size_t> ReadAt(uint64_t offset, std::span<std::byte> out);
  Result<void> Locate(uint64_t offset, std::span<uint64_t> places);
  Result<void> WalkRecords(const std::function<Result<void>(const FlattenedRecord&)>& visit);

  State state;

 private:
  using Runs = std::map<uint64_t, Run>;  // by where they begin in the logical file

  Result<void> NoteEarlyEnd(std::optional<FlattenedRecord> last, uint64_t end);
  Result<void> Remember(const FlattenedRecord& record);
  // Takes [begin, end) out of the runs; returns the first one behind.
  Runs::iterator Cut(uint64_t begin, uint64_t end);
  Result<FlattenedRecord> ReadRecord(HeaderReader& headers, uint64_t at) const;
  // Visits [offset, end) in order: gaps (offset, bytes), pieces (offset, bytes, place).
  template <typename OnGap, typename OnPiece>
  Result<void> VisitPieces(uint64_t offset,
                           uint64_t end,
                           const OnGap& on_gap,
                           const OnPiece& on_piece);
  // The records of a run, decoded again. Valid until the next call.
  Result<const Records*> Decode(const Run& run);

  ByteSource& flattened_;
  FlattenedLimits limits_;
  Runs runs_;                                   // without overlaps: later records cut earlier runs
  std::vector<std::pair<Run, Records>> cache_;  // newest last
};

FlattenedSource::Impl::Runs::iterator FlattenedSource::Impl::Cut(uint64_t begin, uint64_t end) {
  auto run = runs_.lower_bound(begin);
  if (run != runs_.begin()) {
    Run& before = std::prev(run)->second;
    const Run whole = before;
    before.logical_end = std::min(before.logical_end, begin);
    if (whole.logical_end > end) return runs_.emplace_hint(run, end, whole);
  }
  while (run != runs_.end() && run->first < end) {
    const Run whole = run->second;
    run = runs_.erase(run);
    if (whole.logical_end > end) run = runs_.emplace_hint(run, end, whole);
  }
  return run;
}

Result<void> FlattenedSource::Impl::Remember(const FlattenedRecord& record) {
  if (state.records == limits_.records) {
    return FailAt(ErrorCode::kLimitExceeded, record.header_offset,
                  "flattened file: more than " + std::to_string(limits_.records) + " records");
  }
  const uint64_t number = state.records++;
  // A record of no bytes does not make the file longer, as with makedumpfile -R.
  if (record.size == 0) return {};
  const uint64_t end = record.logical_offset + record.size;
  state.logical_end = std::max(state.logical_end, end);
  const auto small = static_cast<uint32_t>(number);
  const auto next = Cut(record.logical_offset, end);
  if (next != runs_.begin() && std::prev(next)->second.IsContinuedBy(record, number)) {
    Run& run = std::prev(next)->second;
    run.logical_end = end;
    run.last = small;
    return {};
  }
  runs_.emplace_hint(next, record.logical_offset, Run{end, record.header_offset, small, small});
  if (runs_.size() <= limits_.runs) return {};
  return FailAt(
      ErrorCode::kLimitExceeded, record.header_offset,
      "flattened file: its records are in more than " + std::to_string(limits_.runs) + " pieces");
}

Result<void> FlattenedSource::Impl::Index(Extent extent) {
  // Whether a record is whole shows when the header behind it is read: one small
  // read a record.
  std::optional<FlattenedRecord> last;
  HeaderReader headers(flattened_);
  uint64_t at = kFlattenedHeaderBytes;
  while (extent == Extent::kAll || state.records < kLeadingRecords) {
    state.valid_until = at;
    const auto header = VMCOREDD_TRY(headers.Read(at));
    if (header.size() < kFlattenedRecordHeaderBytes) return NoteEarlyEnd(last, at + header.size());
    auto record = DecodeFlattenedRecord(header.first<kFlattenedRecordHeaderBytes>(), at);
    if (!record) {
      state.damage = std::move(record).error();
      break;
    }
    if (last) VMCOREDD_TRY(Remember(*last));
    last = *record;
    at += kFlattenedRecordHeaderBytes;
    if (!last) {
      state.end_marker = at - kFlattenedRecordHeaderBytes;
      state.valid_until = at;
      return {};
    }
    at += last->size;
  }
  // With kLeading nothing was read behind the last record.
  const auto size = flattened_.Size();
  if (last && size && last->data_offset() + last->size > *size) {
    return NoteEarlyEnd(last, *size);
  }
  return last ? Remember(*last) : Result<void>{};
}

// The file ends at `end`, or before, behind or inside the record `last`.
Result<void> FlattenedSource::Impl::NoteEarlyEnd(std::optional<FlattenedRecord> last,
                                                 uint64_t end) {
  end = std::min(end, flattened_.Size().value_or(end));
  std::string text = "the flattened file ends without end marker";
  if (last && last->data_offset() + last->size > end) {
    const uint64_t there = end - std::min(end, last->data_offset());
    text = "the flattened file ends inside a record: expected " + std::to_string(last->size) +
           " bytes, found " + std::to_string(there);
    last->size = there;  // what is there still counts
    state.valid_until = end;
  }
  state.valid_until = std::min(state.valid_until, end);
  state.damage = Error(ErrorCode::kTruncated, std::move(text)).At(end);
  return last ? Remember(*last) : Result<void>{};
}

Result<FlattenedRecord> FlattenedSource::Impl::ReadRecord(HeaderReader& headers,
                                                          uint64_t at) const {
  const auto header = VMCOREDD_TRY(headers.Read(at));
  std::optional<FlattenedRecord> record;
  if (header.size() == kFlattenedRecordHeaderBytes) {
    record = VMCOREDD_TRY(DecodeFlattenedRecord(header.first<kFlattenedRecordHeaderBytes>(), at));
  }
  if (!record) return FailAt(ErrorCode::kCorrupt, at, "the file changed while it was read");
  // The last record of a truncated file counts as far as it is there.
  if (state.damage && record->data_offset() + record->size > state.valid_until) {
    record->size = state.valid_until - std::min(state.valid_until, record->data_offset());
  }
  return *record;
}

Result<const Records*> FlattenedSource::Impl::Decode(const Run& run) {
  for (const auto& [cached, records] : cache_) {
    if (cached.first == run.first && cached.last == run.last) return &records;
  }
  Records records;
  records.reserve(run.last - run.first + 1);
  HeaderReader headers(flattened_);
  uint64_t at = run.first_header;
  for (uint64_t number = run.first; number <= run.last; ++number) {
    records.push_back(VMCOREDD_TRY(ReadRecord(headers, at)));
    at = records.back().data_offset() + records.back().size;
  }
  if (cache_.size() == kMaxCachedRuns) cache_.erase(cache_.begin());
  cache_.emplace_back(run, std::move(records));
  return &cache_.back().second;
}

template <typename OnGap, typename OnPiece>
Result<void> FlattenedSource::Impl::VisitPieces(uint64_t offset,
                                                uint64_t end,
                                                const OnGap& on_gap,
                                                const OnPiece& on_piece) {
  auto run = runs_.upper_bound(offset);
  if (run != runs_.begin() && std::prev(run)->second.logical_end > offset) --run;
  for (uint64_t at = offset; at < end;) {
    const uint64_t begin = run == runs_.end() ? end : std::clamp(run->first, at, end);
    on_gap(at, begin - at);
    at = begin;
    if (at == end) break;
    const uint64_t run_end = std::min(end, run->second.logical_end);
    const Records& records = *VMCOREDD_TRY(Decode(run->second));
    while (at < run_end) {
      const auto piece = FindPiece(records, at, run_end);
      if (!piece) {
        return FailAt(ErrorCode::kCorrupt, run->second.first_header,
                      "the file changed while it was read");
      }
      VMCOREDD_TRY(on_piece(at, piece->size, piece->file_offset));
      at += piece->size;
    }
    ++run;
  }
  return {};
}

Result<size_t> FlattenedSource::Impl::ReadAt(uint64_t offset, std::span<std::byte> out) {
  if (offset >= state.logical_end) return 0;
  const uint64_t size = std::min<uint64_t>(out.size(), state.logical_end - offset);
  const auto clear = [&](uint64_t at, uint64_t count) {
    const auto gap = out.subspan(at - offset, count);
    std::fill(gap.begin(), gap.end(), std::byte{0});
  };
  const auto read = [&](uint64_t at, uint64_t count, uint64_t place) {
    return ReadExactAt(flattened_, place, out.subspan(at - offset, count), "flattened record");
  };
  VMCOREDD_TRY(VisitPieces(offset, offset + size, clear, read));
  return size;
}

Result<void> FlattenedSource::Impl::Locate(uint64_t offset, std::span<uint64_t> places) {
  std::fill(places.begin(), places.end(), kNowhere);
  if (offset >= state.logical_end) return {};
  const uint64_t size = std::min<uint64_t>(places.size(), state.logical_end - offset);
  const auto locate = [&](uint64_t at, uint64_t count, uint64_t place) -> Result<void> {
    const auto piece = places.subspan(at - offset, count);
    std::iota(piece.begin(), piece.end(), place);
    return {};
  };
  return VisitPieces(
      offset, offset + size, [](uint64_t, uint64_t) {}, locate);
}

Result<void> FlattenedSource::Impl::WalkRecords(
    const std::function<Result<void>(const FlattenedRecord&)>& visit) {
  HeaderReader headers(flattened_);
  uint64_t at = kFlattenedHeaderBytes;
  for (uint64_t i = 0; i < state.records; ++i) {
    const FlattenedRecord record = VMCOREDD_TRY(ReadRecord(headers, at));
    VMCOREDD_TRY(visit(record));
    at = record.data_offset() + record.size;
  }
  return {};
}

FlattenedSource::FlattenedSource(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FlattenedSource::~FlattenedSource() = default;

Result<std::unique_ptr<FlattenedSource>> FlattenedSource::Open(ByteSource& flattened,
                                                               Extent extent,
                                                               const FlattenedLimits& limits) {
  if (!VMCOREDD_TRY(IsFlattened(flattened))) {
    return Fail(ErrorCode::kNotRecognised, "not a flattened file");
  }
  auto impl = std::make_unique<Impl>(flattened, limits);
  VMCOREDD_TRY(impl->Index(extent));
  return std::unique_ptr<FlattenedSource>(new FlattenedSource(std::move(impl)));
}

Result<size_t> FlattenedSource::ReadAt(uint64_t offset, std::span<std::byte> out) {
  return impl_->ReadAt(offset, out);
}
std::optional<uint64_t> FlattenedSource::Size() const { return impl_->state.logical_end; }
const FlattenedSource::State& FlattenedSource::state() const { return impl_->state; }
Result<void> FlattenedSource::Locate(uint64_t offset, std::span<uint64_t> places) {
  return impl_->Locate(offset, places);
}
Result<void> FlattenedSource::WalkRecords(
    const std::function<Result<void>(const FlattenedRecord&)>& visit) {
  return impl_->WalkRecords(visit);
}

}  // namespace vmcoredd
