// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/decode/piece_source.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <utility>

namespace vmcoredd::internal {

namespace {
constexpr size_t kBufferBytes = 64 * 1024;
// Pieces up to this size are kept whole.
constexpr uint64_t kMaxKept = 1024 * 1024;
// Reading backwards in a large piece inflates it again: a layout that jumps about in it would
// take for ever.
constexpr size_t kMaxRestarts = 256;
}  // namespace

// Inflates one piece from its beginning.
class PieceSource::Inflater {
 public:
  Inflater(ByteWindow& window, const Piece& piece, StreamCodec codec)
      : window_(window), piece_(piece), input_(kBufferBytes) {
    ready_ =
        ::inflateInit2(&stream_, codec == StreamCodec::kDeflate ? -MAX_WBITS : MAX_WBITS) == Z_OK;
  }
  ~Inflater() {
    if (ready_) ::inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Of the inflated bytes: how many were given.
  uint64_t position() const { return position_; }
  bool ended() const { return ended_; }

  // As many of the next bytes as there are.
  Result<size_t> Next(std::span<std::byte> out) {
    if (!ready_) return Problem("zlib has no memory");
    size_t given = 0;
    while (given < out.size() && !ended_) {
      if (stream_.avail_in == 0 && used_ < piece_.stored_size) {
        const size_t want = std::min<uint64_t>(input_.size(), piece_.stored_size - used_);
        const auto answer = window_.Read(piece_.stored_at + used_, std::span(input_).first(want));
        if (answer.size == 0) return Problem("the compressed data is not there");
        used_ += answer.size;
        stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
        stream_.avail_in = static_cast<uInt>(answer.size);
      }
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
        return Problem("the compressed data ends too early");
      } else if (status != Z_OK) {
        return Problem(stream_.msg ? stream_.msg : "the compressed data is damaged");
      }
    }
    return given;
  }

 private:
  tl::unexpected<Error> Problem(const char* text) {
    return FailAt(ErrorCode::kCorrupt, piece_.stored_at + used_ - stream_.avail_in,
                  std::string("inflate: ") + text);
  }

  ByteWindow& window_;
  const Piece piece_;
  std::vector<std::byte> input_;
  z_stream stream_{};
  uint64_t used_ = 0;
  uint64_t position_ = 0;
  bool ready_ = false;
  bool ended_ = false;
};

PieceSource::PieceSource(ByteWindow& window, std::vector<Piece> pieces, StreamCodec codec)
    : window_(window), pieces_(std::move(pieces)), checked_(pieces_.size()), codec_(codec) {}

PieceSource::~PieceSource() = default;

std::optional<uint64_t> PieceSource::Size() const {
  return pieces_.empty() ? 0 : pieces_.back().at + pieces_.back().size;
}

Result<size_t> PieceSource::ReadPiece(size_t index, uint64_t skip, std::span<std::byte> out) {
  const Piece& piece = pieces_[index];
  if (codec_ == StreamCodec::kNone) {
    auto answer = window_.Read(piece.stored_at + skip, out);
    if (answer.error) return tl::unexpected(std::move(*answer.error));
    return answer.size;
  }
  if (piece.size > kMaxKept) return ReadInOrder(index, skip, out);
  if (kept_.empty() || kept_index_ != index) {
    kept_.resize(static_cast<size_t>(piece.size));
    kept_index_ = index;
    auto got = ReadInOrder(index, 0, kept_);
    if (!got || *got < kept_.size()) {
      // What there is in front of the damage was inflated, and how much that is, is known.
      const uint64_t good = inflater_->position();
      kept_.clear();
      if (good <= skip) return got;
      out = out.first(std::min<uint64_t>(out.size(), good - skip));
      return ReadInOrder(index, skip, out);
    }
  }
  std::memcpy(out.data(), kept_.data() + skip, out.size());
  return out.size();
}

Result<size_t> PieceSource::ReadInOrder(size_t index, uint64_t skip, std::span<std::byte> out) {
  const Piece& piece = pieces_[index];
  if (!inflater_ || current_ != index || inflater_->position() > skip) {
    if (inflater_ && current_ == index && ++restarts_ > kMaxRestarts) {
      return FailAt(ErrorCode::kLimitExceeded, piece.stored_at,
                    "inflate: read backwards too often");
    }
    inflater_ = std::make_unique<Inflater>(window_, piece, codec_);
    current_ = index;
  }
  std::array<std::byte, 16384> scratch;
  while (inflater_->position() < skip) {
    const size_t step = std::min<uint64_t>(scratch.size(), skip - inflater_->position());
    if (VMCOREDD_TRY(inflater_->Next(std::span(scratch).first(step))) == 0) break;
  }
  const size_t got = VMCOREDD_TRY(inflater_->Next(out));
  if (got < out.size()) {
    return FailAt(ErrorCode::kCorrupt, piece.stored_at,
                  "inflate: the data gives " + std::to_string(inflater_->position()) +
                      " bytes, expected " + std::to_string(piece.size));
  }
  if (skip + out.size() == piece.size) {
    // Nothing may follow, and the checksum behind it is looked at only now.
    if (VMCOREDD_TRY(inflater_->Next(std::span(scratch).first(1))) != 0) {
      return FailAt(ErrorCode::kCorrupt, piece.stored_at,
                    "inflate: the data gives more than the " + std::to_string(piece.size) +
                        " bytes that were said");
    }
    checked_[index] = true;
  }
  return got;
}

Result<size_t> PieceSource::ReadAt(uint64_t offset, std::span<std::byte> out) {
  const uint64_t end = *Size();
  if (offset >= end) return size_t{0};
  out = out.first(std::min<uint64_t>(out.size(), end - offset));
  std::memset(out.data(), 0, out.size());
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
    // What is in front of the damage can be used.
    if (from > offset) return static_cast<size_t>(from - offset);
    if (!got) return tl::unexpected(std::move(got).error());
    return *got;
  }
  return out.size();
}

Result<void> PieceSource::CheckAll() {
  if (codec_ == StreamCodec::kNone) return {};
  std::vector<std::byte> scratch(kBufferBytes);
  for (size_t i = 0; i < pieces_.size(); ++i) {
    for (uint64_t done = 0; !checked_[i];) {
      const uint64_t step = std::min<uint64_t>(scratch.size(), pieces_[i].size - done);
      VMCOREDD_TRY(ReadPiece(i, done, std::span(scratch).first(step)));
      done += step;
    }
  }
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
    const auto got = inflater.Next(std::span(scratch).first(step));
    if (!got || *got == 0) break;
  }
  return inflater.position();
}

}  // namespace vmcoredd::internal
