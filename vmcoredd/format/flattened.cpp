// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/format/flattened.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "vmcoredd/base/endian.h"

namespace vmcoredd {

namespace {

constexpr std::string_view kSignature = "makedumpfile";
constexpr size_t kSignatureBytes = 16;
constexpr int64_t kType = 1;
constexpr int64_t kVersion = 1;

// Records remembered together, and how many such groups: when there are more,
// neighbours are merged, so that memory stays bounded (2 MiB) and a read looks
// at more headers instead.
constexpr uint64_t kInitialGroupRecords = 512;
constexpr size_t kMaxGroups = 32768;
// Decoded groups kept in memory, for reads that walk through a file in order.
constexpr size_t kMaxCachedRecords = 64 * 1024;
// With Extent::kLeading: makedumpfile writes headers and notes in the first
// three to five records.
constexpr uint64_t kLeadingRecords = 8;

// Consecutive records, and what they may touch.
struct Group {
  uint64_t first_header = 0;  // file offset of the first record's header
  uint64_t records = 0;
  uint64_t logical_begin = UINT64_MAX;
  uint64_t logical_end = 0;

  void Add(const FlattenedRecord& record) {
    if (records++ == 0) first_header = record.header_offset;
    if (record.size == 0) return;
    logical_begin = std::min(logical_begin, record.logical_offset);
    logical_end = std::max(logical_end, record.logical_offset + record.size);
  }
  void Append(const Group& next) {
    records += next.records;
    logical_begin = std::min(logical_begin, next.logical_begin);
    logical_end = std::max(logical_end, next.logical_end);
  }
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
  explicit Impl(ByteSource& flattened) : flattened_(flattened) {}

  Result<void> Index(Extent extent);
  Result<size_t> ReadAt(uint64_t offset, std::span<std::byte> out);
  Result<void> WalkRecords(const std::function<Result<void>(const FlattenedRecord&)>& visit);

  State state;

 private:
  void NoteEarlyEnd(std::optional<FlattenedRecord> last, uint64_t end);
  void Remember(const FlattenedRecord& record);
  // The records of a group, decoded again. Valid until the next call.
  Result<const std::vector<FlattenedRecord>*> Decode(size_t group);
  Result<FlattenedRecord> ReadRecord(uint64_t header_offset);

  ByteSource& flattened_;
  std::vector<Group> groups_;
  uint64_t group_records_ = kInitialGroupRecords;
  std::vector<std::pair<size_t, std::vector<FlattenedRecord>>> cache_;  // newest last
  size_t cached_records_ = 0;
};

void FlattenedSource::Impl::Remember(const FlattenedRecord& record) {
  if (groups_.empty() || groups_.back().records >= group_records_) {
    if (groups_.size() == kMaxGroups) {
      for (size_t i = 0; i < kMaxGroups / 2; ++i) {
        groups_[i] = groups_[2 * i];
        groups_[i].Append(groups_[2 * i + 1]);
      }
      groups_.resize(kMaxGroups / 2);
      group_records_ *= 2;
    }
    groups_.emplace_back();
  }
  groups_.back().Add(record);
  ++state.records;
  // A record of no bytes does not make the file longer, as with makedumpfile -R.
  if (record.size == 0) return;
  state.logical_end = std::max(state.logical_end, record.logical_offset + record.size);
}

Result<void> FlattenedSource::Impl::Index(Extent extent) {
  // Whether a record is whole shows when the header behind it is read: one small
  // read a record.
  std::optional<FlattenedRecord> last;
  uint64_t at = kFlattenedHeaderBytes;
  while (extent == Extent::kAll || state.records < kLeadingRecords) {
    state.valid_until = at;
    FlattenedRecordHeader header;
    const size_t got = VMCOREDD_TRY(flattened_.ReadAt(at, header));
    if (got < header.size()) {
      NoteEarlyEnd(last, at + got);
      return {};
    }
    auto record = DecodeFlattenedRecord(header, at);
    if (!record) {
      state.damage = std::move(record).error();
      break;
    }
    if (last) Remember(*last);
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
    NoteEarlyEnd(last, *size);
  } else if (last) {
    Remember(*last);
  }
  return {};
}

// The file ends at `end`, or before, behind or inside the record `last`.
void FlattenedSource::Impl::NoteEarlyEnd(std::optional<FlattenedRecord> last, uint64_t end) {
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
  if (last) Remember(*last);
  state.damage = Error(ErrorCode::kTruncated, std::move(text)).At(end);
}

Result<FlattenedRecord> FlattenedSource::Impl::ReadRecord(uint64_t header_offset) {
  FlattenedRecordHeader header;
  VMCOREDD_TRY(ReadExactAt(flattened_, header_offset, header, "flattened record"));
  const auto record = VMCOREDD_TRY(DecodeFlattenedRecord(header, header_offset));
  if (!record) {
    return FailAt(ErrorCode::kCorrupt, header_offset, "the file changed while it was read");
  }
  FlattenedRecord result = *record;
  // The last record of a truncated file counts as far as it is there.
  if (state.damage && result.data_offset() + result.size > state.valid_until) {
    result.size = state.valid_until - std::min(state.valid_until, result.data_offset());
  }
  return result;
}

Result<const std::vector<FlattenedRecord>*> FlattenedSource::Impl::Decode(size_t group) {
  for (const auto& [cached, records] : cache_) {
    if (cached == group) return &records;
  }
  std::vector<FlattenedRecord> records;
  uint64_t at = groups_[group].first_header;
  for (uint64_t i = 0; i < groups_[group].records; ++i) {
    records.push_back(VMCOREDD_TRY(ReadRecord(at)));
    at = records.back().data_offset() + records.back().size;
  }
  while (!cache_.empty() && cached_records_ + records.size() > kMaxCachedRecords) {
    cached_records_ -= cache_.front().second.size();
    cache_.erase(cache_.begin());
  }
  cached_records_ += records.size();
  cache_.emplace_back(group, std::move(records));
  return &cache_.back().second;
}

Result<size_t> FlattenedSource::Impl::ReadAt(uint64_t offset, std::span<std::byte> out) {
  if (offset >= state.logical_end) return 0;
  const uint64_t size = std::min<uint64_t>(out.size(), state.logical_end - offset);
  out = out.first(size);
  std::fill(out.begin(), out.end(), std::byte{0});
  const uint64_t end = offset + size;
  for (size_t group = 0; group < groups_.size(); ++group) {
    if (groups_[group].logical_end <= offset || groups_[group].logical_begin >= end) continue;
    for (const FlattenedRecord& record : *VMCOREDD_TRY(Decode(group))) {
      const uint64_t begin = std::max(offset, record.logical_offset);
      const uint64_t stop = std::min(end, record.logical_offset + record.size);
      if (begin >= stop) continue;
      VMCOREDD_TRY(ReadExactAt(flattened_, record.data_offset() + (begin - record.logical_offset),
                               out.subspan(begin - offset, stop - begin), "flattened record"));
    }
  }
  return size;
}

Result<void> FlattenedSource::Impl::WalkRecords(
    const std::function<Result<void>(const FlattenedRecord&)>& visit) {
  uint64_t at = kFlattenedHeaderBytes;
  for (uint64_t i = 0; i < state.records; ++i) {
    const FlattenedRecord record = VMCOREDD_TRY(ReadRecord(at));
    VMCOREDD_TRY(visit(record));
    at = record.data_offset() + record.size;
  }
  return {};
}

FlattenedSource::FlattenedSource(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FlattenedSource::~FlattenedSource() = default;

Result<std::unique_ptr<FlattenedSource>> FlattenedSource::Open(ByteSource& flattened,
                                                               Extent extent) {
  if (!VMCOREDD_TRY(IsFlattened(flattened))) {
    return Fail(ErrorCode::kNotRecognised, "not a flattened file");
  }
  auto impl = std::make_unique<Impl>(flattened);
  VMCOREDD_TRY(impl->Index(extent));
  return std::unique_ptr<FlattenedSource>(new FlattenedSource(std::move(impl)));
}

Result<size_t> FlattenedSource::ReadAt(uint64_t offset, std::span<std::byte> out) {
  return impl_->ReadAt(offset, out);
}
std::optional<uint64_t> FlattenedSource::Size() const { return impl_->state.logical_end; }
const FlattenedSource::State& FlattenedSource::state() const { return impl_->state; }
Result<void> FlattenedSource::WalkRecords(
    const std::function<Result<void>(const FlattenedRecord&)>& visit) {
  return impl_->WalkRecords(visit);
}

}  // namespace vmcoredd
