// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/record_packer.h"

#include <zstd.h>

#include <string>

#include "collector/capture/spool_format.h"
#include "vmcoredd/base/endian.h"

namespace vmcoredd {

namespace {

constexpr size_t kHeadBytes = 4;
// The crash kernel's: for 64 KiB its tables take 100 KiB, level 3's three times that.
constexpr int kLevel = 1;
// Below, a frame's own header eats the gain.
constexpr size_t kLeastBytes = 128;

}  // namespace

void RecordPacker::Deleter::operator()(ZSTD_CCtx_s* context) const { ::ZSTD_freeCCtx(context); }
void RecordUnpacker::Deleter::operator()(ZSTD_DCtx_s* context) const { ::ZSTD_freeDCtx(context); }

RecordPacker::RecordPacker() = default;
RecordPacker::~RecordPacker() = default;
RecordPacker::RecordPacker(RecordPacker&&) noexcept = default;

std::span<const std::byte> RecordPacker::Pack(std::span<const std::byte> bytes) {
  if (bytes.size() < kLeastBytes || bytes.size() > kMaxSpoolRecordPayload) return {};
  if (!context_) context_.reset(::ZSTD_createCCtx());
  if (!context_) return {};
  // It pays from an eighth: less is not worth the time of unpacking.
  const size_t most = bytes.size() - bytes.size() / 8;
  packed_.resize(most);
  StoreInt(packed_.data(), static_cast<uint32_t>(bytes.size()), std::endian::little);
  const size_t size = ::ZSTD_compressCCtx(context_.get(), packed_.data() + kHeadBytes,
                                          most - kHeadBytes, bytes.data(), bytes.size(), kLevel);
  if (::ZSTD_isError(size)) return {};  // also: it would be larger
  return std::span(packed_).first(kHeadBytes + size);
}

RecordUnpacker::RecordUnpacker() = default;
RecordUnpacker::~RecordUnpacker() = default;
RecordUnpacker::RecordUnpacker(RecordUnpacker&&) noexcept = default;

Result<std::span<const std::byte>> RecordUnpacker::Unpack(std::span<const std::byte> payload) {
  if (payload.size() < kHeadBytes) return Fail(ErrorCode::kCorrupt, "a packed record has no size");
  const auto size = LoadInt<uint32_t>(payload.data(), std::endian::little);
  if (size == 0 || size > kMaxSpoolRecordPayload) {
    return Fail(ErrorCode::kCorrupt, "a packed record is of " + std::to_string(size) + " bytes");
  }
  if (!context_) context_.reset(::ZSTD_createDCtx());
  if (!context_) return Fail(ErrorCode::kLimitExceeded, "no memory to unpack a record");
  bytes_.resize(size);
  const auto frame = payload.subspan(kHeadBytes);
  const size_t got = ::ZSTD_decompressDCtx(context_.get(), bytes_.data(), bytes_.size(),
                                           frame.data(), frame.size());
  if (::ZSTD_isError(got)) {
    return Fail(ErrorCode::kCorrupt, "a packed record: " + std::string(::ZSTD_getErrorName(got)));
  }
  if (got != size) {
    return Fail(ErrorCode::kCorrupt, "a packed record: expected " + std::to_string(size) +
                                         " bytes, found " + std::to_string(got));
  }
  return std::span<const std::byte>(bytes_);
}

}  // namespace vmcoredd
