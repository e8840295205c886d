// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_DECODE_PIECE_SOURCE_H_
#define READERS_DECODE_PIECE_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "readers/decode/byte_window.h"
#include "readers/decode/layout.h"
#include "vmcoredd/base/byte_source.h"

namespace vmcoredd::internal {

using Piece = WindowPiece;

// The pieces put where they belong; between them nothing: zeros. Borrows the window.
// Compressed pieces are inflated when they are read: small ones whole, and kept until another
// one is read; large ones in order, and from their beginning again for what lies behind.
//
// Of a damaged piece there is what is in front of the damage: reading ends there. Nothing is
// taken from behind a piece's stored bytes, or out of a hole in them.
class PieceSource final : public ByteSource {
 public:
  // `pieces` ascend and do not overlap; behind them nothing, up to `size`.
  PieceSource(ByteWindow& window, std::vector<Piece> pieces, StreamCodec codec, uint64_t size = 0);
  ~PieceSource() override;

  Result<size_t> ReadAt(uint64_t offset, std::span<std::byte> out) override;
  std::optional<uint64_t> Size() const override;

  // How many bytes a compressed piece gives, at most `limit`: for formats that do not say.
  // With damage: what there is in front of it.
  static uint64_t Measure(ByteWindow& window,
                          const Piece& piece,
                          StreamCodec codec,
                          uint64_t limit);

  // Looks also at what nobody has read. The first damage, with its offset in the old window:
  // pieces that give less or more than they should, wrong checksums.
  Result<void> CheckAll();

 private:
  class Inflater;

  Result<size_t> ReadPiece(size_t index, uint64_t skip, std::span<std::byte> out);
  Result<void> Keep(size_t index);
  Result<size_t> ReadInOrder(size_t index, uint64_t skip, std::span<std::byte> out);
  Result<size_t> Inflate(Inflater& inflater, std::span<std::byte> out);
  void CheckEnd(size_t index, Inflater& inflater);
  void AddDamage(size_t index, Error error);

  ByteWindow& window_;
  std::vector<Piece> pieces_;
  std::vector<bool> checked_;
  StreamCodec codec_;
  uint64_t size_;
  uint64_t work_left_;
  std::unique_ptr<Inflater> inflater_;  // of piece current_
  size_t current_ = 0;
  std::vector<std::byte> kept_;  // what piece kept_index_ gives
  std::optional<size_t> kept_index_;
  std::optional<Error> damage_;  // the first, in order of the pieces
  size_t damaged_index_ = 0;
};

}  // namespace vmcoredd::internal

#endif  // READERS_DECODE_PIECE_SOURCE_H_
