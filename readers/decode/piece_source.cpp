// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/decode/piece_source.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

namespace vmcoredd::internal {

namespace {
constexpr size_t kBufferBytes = 64 * 1024;
// Pieces up to this size are kept whole.
constexpr uint64_t kMaxKept = 1024 * 1024;
// A layout that jumps about makes us inflate the same again and again: so much more than
// what there is, and then no more.
constexpr uint64_t kFreeWork = uint64_t{256} * 1024 * 1024;
constexpr uint64_t kMaxRepeats = 8;
}  // namespace

// Inflates one piece from its beginning.
class PieceSource::Inflater {
 public:
  Inflater(ByteWindow& window, const Piece& piece, StreamCodec codec)
      : window_(window), piece_(piece), input_(kBufferBytes) {
    ready_ =
        ::inflateInit2(&stream_, codec == StreamCodec::kDeflate ? -MAX_WBITS : MAX_WBITS) == Z_OK;
    if (!ready_) Problem("zlib has no memory");
  }
  ~Inflater() {
    if (ready_) ::inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Of the inflated bytes: how many were given.
  uint64_t position() const { return position_; }
  // Why there are no more, if not by the end of the data.
  const std::optional<Error>& error() const { return error_; }

  // As many of the next bytes as there are.
  size_t Next(std::span<std::byte> out) {
    size_t given = 0;
    while (given < out.size() && !ended_ && !error_) {
      if (stream_.avail_in == 0 && used_ < piece_.stored_size && !Refill()) break;
      const size_t room = std::min<size_t>(out.size() - given, 1u << 30);
      stream_.next_out = reinterpret_cast<Bytef*>(out.data() + given);
      stream_.avail_out = static_cast<uInt>(room);
      const int status = ::inflate(&stream_, Z_NO_FLUSH);
      given += room - stream_.avail_out;
      position_ += room - stream_.avail_out;
      if (status == Z_STREAM_END) {
        ended_ = true;
      } else if (status == Z_BUF_ERROR || (status == Z_OK && stream_.avail_in == 0 &&
                                           stream_.avail_out != 0 && used_ == piece_.stored_size)) {
        Problem("the compressed data ends too early");
      } else if (status != Z_OK) {
        Problem(stream_.msg ? stream_.msg : "the compressed data is damaged");
      }
    }
    return given;
  }

 private:
  bool Refill() {
    const uint64_t at = piece_.stored_at + used_;
    uint64_t want = std::min<uint64_t>(input_.size(), piece_.stored_size - used_);
    if (const Hole* const hole = window_.FindHole(at, want)) {
      want = hole->range.offset - std::min(hole->range.offset, at);
      if (want == 0) return Problem("a part of the compressed data was not read");
    }
    const auto answer = window_.Read(at, std::span(input_).first(static_cast<size_t>(want)));
    if (answer.size == 0) return Problem("the compressed data is not there");
    used_ += answer.size;
    stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
    stream_.avail_in = static_cast<uInt>(answer.size);
    return true;
  }

  bool Problem(const char* text) {
    error_ = Error(ErrorCode::kCorrupt, std::string("inflate: ") + text)
                 .At(piece_.stored_at + used_ - stream_.avail_in);
    return false;
  }

  ByteWindow& window_;
  const Piece piece_;
  std::vector<std::byte> input_;
  z_stream stream_{};
  uint64_t used_ = 0;
  uint64_t position_ = 0;
  std::optional<Error> error_;
  bool ready_ = false;
  bool ended_ = false;
};

PieceSource::PieceSource(ByteWindow& window,
                         std::vector<Piece> pieces,
                         StreamCodec codec,
                         uint64_t size)
    : window_(window),
      pieces_(std::move(pieces)),
      checked_(pieces_.size()),
      codec_(codec),
      size_(size) {
  if (!pieces_.empty()) size_ = std::max(size, pieces_.back().at + pieces_.back().size);
  if (__builtin_mul_overflow(size_, kMaxRepeats, &work_left_) ||
      __builtin_add_overflow(work_left_, kFreeWork, &work_left_)) {
    work_left_ = std::numeric_limits<uint64_t>::max();
  }
}

PieceSource::~PieceSource() = default;

std::optional<uint64_t> PieceSource::Size() const { return size_; }

Result<size_t> PieceSource::Inflate(Inflater& inflater, std::span<std::byte> out) {
  const size_t got = inflater.Next(out);
  if (got > work_left_) {
    return Fail(ErrorCode::kLimitExceeded, "inflate: too much of the same, again and again");
  }
  work_left_ -= got;
  return got;
}

void PieceSource::AddDamage(size_t index, Error error) {
  if (damage_ && damaged_index_ <= index) return;
  damage_ = std::move(error);
  damaged_index_ = index;
}

// To be called when all of a piece was inflated, or what there is of it. Nothing may follow,
// and only now does zlib look at the checksum behind it.
void PieceSource::CheckEnd(size_t index, Inflater& inflater) {
  checked_[index] = true;
  const Piece& piece = pieces_[index];
  const uint64_t given = inflater.position();
  std::array<std::byte, 1> more;
  if (inflater.Next(more) != 0) {
    AddDamage(index,
              Error(ErrorCode::kCorrupt, "inflate: the data gives more than the " +
                                             std::to_string(piece.size) + " bytes that were said")
                  .At(piece.stored_at));
  } else if (inflater.error()) {
    AddDamage(index, *inflater.error());
  } else if (given < piece.size) {
    AddDamage(index,
              Error(ErrorCode::kCorrupt, "inflate: the data gives " + std::to_string(given) +
                                             " bytes, expected " + std::to_string(piece.size))
                  .At(piece.stored_at));
  }
}

Result<void> PieceSource::Keep(size_t index) {
  if (kept_index_ == index) return {};
  kept_index_.reset();
  kept_.resize(static_cast<size_t>(pieces_[index].size));
  Inflater inflater(window_, pieces_[index], codec_);
  kept_.resize(VMCOREDD_TRY(Inflate(inflater, kept_)));
  kept_index_ = index;
  if (!checked_[index]) CheckEnd(index, inflater);
  return {};
}

Result<size_t> PieceSource::ReadPiece(size_t index, uint64_t skip, std::span<std::byte> out) {
  const Piece& piece = pieces_[index];
  if (codec_ == StreamCodec::kNone) {
    const uint64_t there = piece.stored_size - std::min(piece.stored_size, skip);
    out = out.first(static_cast<size_t>(std::min<uint64_t>(out.size(), there)));
    auto answer = window_.Read(piece.stored_at + skip, out);
    if (answer.error) return tl::unexpected(std::move(*answer.error));
    return answer.size;
  }
  if (piece.size > kMaxKept) return ReadInOrder(index, skip, out);
  VMCOREDD_TRY(Keep(index));
  const size_t from = static_cast<size_t>(std::min<uint64_t>(skip, kept_.size()));
  const size_t size = std::min(out.size(), kept_.size() - from);
  std::copy_n(kept_.begin() + static_cast<std::ptrdiff_t>(from), size, out.begin());
  return size;
}

Result<size_t> PieceSource::ReadInOrder(size_t index, uint64_t skip, std::span<std::byte> out) {
  if (!inflater_ || current_ != index || inflater_->position() > skip) {
    inflater_ = std::make_unique<Inflater>(window_, pieces_[index], codec_);
    current_ = index;
  }
  std::array<std::byte, 16384> scratch;
  while (inflater_->position() < skip) {
    const size_t step = std::min<uint64_t>(scratch.size(), skip - inflater_->position());
    if (VMCOREDD_TRY(Inflate(*inflater_, std::span(scratch).first(step))) == 0) break;
  }
  const size_t got = inflater_->position() < skip ? 0 : VMCOREDD_TRY(Inflate(*inflater_, out));
  const bool at_end = got < out.size() || skip + got == pieces_[index].size;
  if (at_end && !checked_[index]) {
    CheckEnd(index, *inflater_);
    inflater_.reset();  // it may be one byte further
  }
  return got;
}

Result<size_t> PieceSource::ReadAt(uint64_t offset, std::span<std::byte> out) {
  const uint64_t end = *Size();
  if (offset >= end) return size_t{0};
  out = out.first(static_cast<size_t>(std::min<uint64_t>(out.size(), end - offset)));
  std::fill(out.begin(), out.end(), std::byte{0});
  auto piece = std::upper_bound(pieces_.begin(), pieces_.end(), offset,
                                [](uint64_t at, const Piece& p) { return at < p.at; });
  if (piece != pieces_.begin()) --piece;
  for (; piece != pieces_.end() && piece->at < offset + out.size(); ++piece) {
    const uint64_t from = std::max(offset, piece->at);
    const uint64_t to = std::min(offset + out.size(), piece->at + piece->size);
    if (from >= to) continue;
    const auto part =
        out.subspan(static_cast<size_t>(from - offset), static_cast<size_t>(to - from));
    const auto index = static_cast<size_t>(piece - pieces_.begin());
    auto got = ReadPiece(index, from - piece->at, part);
    if (got && *got == part.size()) continue;
    const size_t good = static_cast<size_t>(from - offset) + got.value_or(0);
    if (!got && good == 0) return got;
    return good;
  }
  return out.size();
}

Result<void> PieceSource::CheckAll() {
  std::vector<std::byte> scratch(kBufferBytes);
  for (size_t i = 0; i < pieces_.size(); ++i) {
    const Piece& piece = pieces_[i];
    if (codec_ == StreamCodec::kNone && piece.size > piece.stored_size) {
      AddDamage(i,
                Error(ErrorCode::kCorrupt, "the stream has " + std::to_string(piece.stored_size) +
                                               " bytes, expected " + std::to_string(piece.size))
                    .At(piece.stored_at));
    }
    if (codec_ == StreamCodec::kNone) continue;
    for (uint64_t done = 0; !checked_[i];) {
      const uint64_t step = std::min<uint64_t>(scratch.size(), piece.size - done);
      done += VMCOREDD_TRY(ReadPiece(i, done, std::span(scratch).first(step)));
    }
  }
  if (damage_) return tl::unexpected(*damage_);
  return {};
}

uint64_t PieceSource::Measure(ByteWindow& window,
                              const Piece& piece,
                              StreamCodec codec,
                              uint64_t limit) {
  if (codec == StreamCodec::kNone) return std::min(piece.stored_size, limit);
  Inflater inflater(window, piece, codec);
  std::vector<std::byte> scratch(kBufferBytes);
  while (inflater.position() < limit) {
    const size_t step = std::min<uint64_t>(scratch.size(), limit - inflater.position());
    if (inflater.Next(std::span(scratch).first(step)) == 0) break;
  }
  return inflater.position();
}

}  // namespace vmcoredd::internal
