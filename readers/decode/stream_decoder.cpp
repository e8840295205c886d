// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <utility>

#include "readers/decode/piece_source.h"
#include "readers/decode/structure_decoder.h"

// Fields whose bytes are put together first: streams, sparse address spaces, pairs of
// address and value.

namespace vmcoredd::internal {

namespace {

constexpr size_t kMaxPieces = 65536;
constexpr uint64_t kMaxAddress = uint64_t{1} << 62;

// What no piece covers, up to `size`: of an address space it is not said where it ends.
std::vector<Hole> GapsOf(const std::vector<Piece>& pieces, uint64_t size) {
  std::vector<Hole> gaps;
  uint64_t end = 0;
  for (const Piece& piece : pieces) {
    if (piece.at > end) gaps.push_back({{end, piece.at - end}, "not in the dump"});
    end = piece.at + piece.size;
  }
  if (size > end) gaps.push_back({{end, size - end}, "not in the dump"});
  return gaps;
}

uint64_t SpaceOf(const Structure* structure) {
  return structure ? structure->fixed_size.value_or(0) : 0;
}

// Holes of the old window where the pieces are.
void MoveHoles(const ByteWindow& window, const std::vector<Piece>& pieces, std::vector<Hole>& to) {
  for (const Piece& piece : pieces) {
    const uint64_t there = std::min(piece.size, piece.stored_size);
    const uint64_t stored_end = AddCapped(piece.stored_at, there);
    for (uint64_t at = piece.stored_at; at < stored_end;) {
      const Hole* const hole = window.FindHole(at, stored_end - at);
      if (!hole) break;
      const uint64_t from = std::max(hole->range.offset, at);
      const uint64_t end = std::min(hole->range.offset + hole->range.size, stored_end);
      to.push_back({{piece.at + (from - piece.stored_at), end - from}, hole->reason});
      at = end;
    }
  }
}

}  // namespace

void StructureDecoder::DecodeContent(
    Frame& frame, const FieldSpec& field, ByteWindow& content, uint64_t at, std::string_view name) {
  const Structure* const structure = Choose(frame, field);
  if (!structure) {
    const Frame whole{frame.structure, &content, 0, content.size(), {}};
    ShowBytes(whole, field, 0, content.size(), "");
    return;
  }
  const std::string& text = field.meaning.text.empty() ? structure->text : field.meaning.text;
  if (!BeginGroup(text, *frame.window, at, name)) return;
  DecodeWindow(*structure, content, &frame, &field);
  sink_.EndGroup();
}

uint64_t StructureDecoder::DecodeStream(Frame& frame,
                                        const FieldSpec& field,
                                        uint64_t at,
                                        std::string_view name) {
  const uint64_t limit = LimitOf(frame, field, at, name);
  const PathScope scope(*this, name);
  std::vector<Piece> pieces;
  const uint64_t budget =
      options_.limits.stream_bytes - std::min(options_.limits.stream_bytes, stream_bytes_);
  uint64_t total = 0;
  if (!field.record) {
    Piece piece{0, 0, at, limit - std::min(limit, at)};
    const auto length = Evaluate(frame, field.length);
    piece.size =
        length ? *length : PieceSource::Measure(*frame.window, piece, field.codec, budget + 1);
    total = piece.size;
    // Bytes that give nothing may be damaged: CheckAll() knows.
    if (piece.stored_size != 0 || length) pieces.push_back(piece);
  }
  for (uint64_t place = at; field.record && place < limit && Step();) {
    Frame chunk = Open(*field.record, *frame.window, place, limit);
    Prefill(chunk, 0);
    const auto header = field.record->fixed_size;
    const auto stored = Evaluate(chunk, field.data_size);
    const auto length = field.length ? Evaluate(chunk, field.length) : stored;
    const uint64_t data = AddCapped(place, header.value_or(0));
    if (!header || !stored || !length || *stored == 0 || AddCapped(data, *stored) > limit) {
      Remark(*frame.window, place,
             fmt::format(
                 "chunk {} is cut or broken: {} bytes are left; it and the rest is not decoded",
                 pieces.size(), limit - place));
      break;
    }
    if (pieces.size() == kMaxPieces) {
      Remark(*frame.window, place,
             fmt::format("more than {} chunks: the rest is not decoded", pieces.size()));
      break;
    }
    if (*length > budget || total > budget - *length) {
      Remark(*frame.window, place,
             fmt::format("chunk {} says that it gives {} bytes, more than all streams together "
                         "may: it and the rest is not decoded",
                         pieces.size(), *length));
      break;
    }
    pieces.push_back({total, *length, data, *stored, *header});
    total += *length;
    place = data + *stored;
  }
  if (total > budget) {
    Remark(*frame.window, at,
           fmt::format("the stream gives more than {} bytes: not decoded", budget));
    stream_bytes_ = options_.limits.stream_bytes;  // or the next one makes us inflate it again
    return limit;
  }
  stream_bytes_ += total;
  std::vector<Hole> holes;
  if (field.codec == StreamCodec::kNone) MoveHoles(*frame.window, pieces, holes);
  PieceSource source(*frame.window, pieces, field.codec);
  ByteWindow content(source, path_, std::move(holes));
  content.SetOuter(frame.window->info(), std::move(pieces), field.codec != StreamCodec::kNone);
  DecodeContent(frame, field, content, at, name);
  if (auto checked = source.CheckAll(); !checked) {
    Remark(*frame.window, checked.error().offset().value_or(at), checked.error().message());
  }
  return limit;
}

// An address space with `pieces` of `window` in it; what is in none of them is a hole.
// `stored`: where those are in the frame's window, if that is not `window`.
void StructureDecoder::DecodeSpace(Frame& frame,
                                   const FieldSpec& field,
                                   ByteWindow& window,
                                   const std::vector<WindowPiece>& pieces,
                                   const std::vector<WindowPiece>* stored,
                                   uint64_t at,
                                   std::string_view name) {
  const uint64_t size = SpaceOf(Choose(frame, field));
  std::vector<Hole> holes = GapsOf(pieces, size);
  MoveHoles(window, pieces, holes);
  PieceSource source(window, pieces, StreamCodec::kNone, size);
  ByteWindow content(source, path_, std::move(holes));
  content.SetOuter(frame.window->info(), stored ? *stored : pieces, stored != nullptr);
  DecodeContent(frame, field, content, at, name);
}

uint64_t StructureDecoder::DecodeSparse(Frame& frame,
                                        const FieldSpec& field,
                                        uint64_t at,
                                        std::string_view name) {
  const uint64_t limit = LimitOf(frame, field, at, name);
  const PathScope scope(*this, name);
  std::vector<Piece> pieces;
  uint64_t place = at;
  if (!Step(field.ranges.size())) return limit;
  for (const ByteRange& range : field.ranges) {
    const uint64_t there = std::min(range.size, limit - std::min(limit, place));
    if (there != 0) pieces.push_back({range.offset, there, place, there});
    place = AddCapped(place, range.size);
  }
  if (place > limit) {
    Remark(*frame.window, limit, fmt::format("{} bytes are missing: the data ends", place - limit));
  }
  DecodeSpace(frame, field, *frame.window, pieces, nullptr, at, name);
  return field.size ? limit : std::min(place, limit);
}

uint64_t StructureDecoder::DecodePairs(Frame& frame,
                                       const FieldSpec& field,
                                       uint64_t at,
                                       std::string_view name) {
  const uint64_t limit = LimitOf(frame, field, at, name);
  const PathScope scope(*this, name);
  struct Value {
    uint64_t value, at, size;  // of the record
  };
  std::map<uint64_t, Value> values;
  uint64_t not_kept = 0;
  while (at < limit && Step()) {
    Frame record = Open(*field.record, *frame.window, at, limit);
    Prefill(record, 0);
    const auto address = Evaluate(record, field.address);
    const auto value = Evaluate(record, field.value);
    const auto end = DeclaredEnd(record);
    const uint64_t next = end ? *end : AddCapped(at, field.record->fixed_size.value_or(0));
    if (next <= at || next > limit) {
      Remark(*frame.window, at,
             fmt::format("a pair is cut: {} of its bytes are there", limit - at));
      break;
    }
    if (address && value) {
      const bool fits =
          *address <= kMaxAddress && (values.size() < kMaxPieces || values.contains(*address));
      if (fits) values[*address] = {*value, at, next - at};
      not_kept += fits ? 0 : 1;
    }
    at = next;
  }
  // As little-endian numbers would lie; the structure has the order of its own fields.
  const ByteOrder order = field.order.value_or(frame.structure->layout->order);
  const bool big = order == ByteOrder::kBig ||
                   (order == ByteOrder::kNative && options_.native == std::endian::big);
  std::vector<std::byte> bytes;
  std::vector<Piece> pieces;
  std::vector<Piece> records;  // the same, in the old window
  for (const auto& [address, entry] : values) {
    const uint64_t value = entry.value;
    if (!pieces.empty() && address < pieces.back().at + pieces.back().size) {
      ++not_kept;
      continue;
    }
    pieces.push_back({address, field.width, bytes.size(), field.width});
    records.push_back({address, field.width, entry.at, entry.size});
    for (unsigned i = 0; i < field.width; ++i) {
      const unsigned shift = 8 * (big ? field.width - 1 - i : i);
      bytes.push_back(static_cast<std::byte>(value >> shift));
    }
  }
  if (not_kept != 0) {
    Remark(*frame.window, limit,
           fmt::format("{} pairs are left out: too many, too far away, or one over another",
                       not_kept));
  }
  MemorySource memory{std::span<const std::byte>(bytes)};
  ByteWindow packed(memory, path_, {});
  DecodeSpace(frame, field, packed, pieces, &records, at, name);
  return limit;
}

}  // namespace vmcoredd::internal
