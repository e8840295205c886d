// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_DECODE_STRUCTURE_DECODER_H_
#define READERS_DECODE_STRUCTURE_DECODER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "readers/decode/layout_decoder.h"

namespace vmcoredd::internal {

// A structure that is being decoded: where, how far it may reach, what its names stand for.
struct Frame {
  const Structure* structure = nullptr;
  ByteWindow* window = nullptr;
  uint64_t begin = 0;
  uint64_t limit = 0;  // in the window, exclusive
  std::vector<SlotValue> slots;
};

// The engine. Values of fields at fixed places are read when a frame is opened, so that
// sizes, conditions and keys of a record are known before it is shown; then fields are
// decoded in order, each going to the sink at once. Nothing is kept but the frames of
// structures that are open.
class StructureDecoder {
 public:
  StructureDecoder(const DecodeOptions& options, DecodeSink& sink)
      : options_(options), sink_(sink) {}

  // All of a window.
  void DecodeWindow(const Structure& structure,
                    ByteWindow& window,
                    const Frame* user,
                    const FieldSpec* field);
  // Paths begin with this: what is decoded is a part of something.
  void SetPath(std::string path) { path_ = std::move(path); }

  // For other decoders: a number that they have read, with what `spec` says of it, and the
  // rules of the structure at the end. The frame, if any, gets the value.
  Frame Open(const Structure& structure, ByteWindow& window, uint64_t begin, uint64_t limit);
  void ShowForeign(Frame* frame, const FieldSpec* spec, Field field);
  void ApplyFindings(const Frame& frame);

 private:
  // -- frames (structure_decoder.cpp)
  void PassParams(const Frame& user, const FieldSpec& field, Frame& to) const;
  void Prefill(Frame& frame, size_t depth);
  // Where the structure says that it ends; nothing when it does not say, or not yet.
  std::optional<uint64_t> DeclaredEnd(const Frame& frame) const;
  uint64_t Decode(Frame& frame);  // returns its end
  uint64_t DecodeField(Frame& frame, const FieldSpec& field, uint64_t behind);
  uint64_t DecodeFieldAt(Frame& frame, const FieldSpec& field, uint64_t behind);
  // Its own, of what it is in, or by its type.
  PrivacyClasses PrivacyOf(const FieldMeaning& meaning, FieldType type) const {
    if (meaning.privacy) return *meaning.privacy;
    return privacy_.value_or(DefaultPrivacy(type));
  }
  uint64_t DecodeArray(Frame& frame, const FieldSpec& field, uint64_t at);
  uint64_t DecodeElement(
      Frame& frame, const FieldSpec& field, uint64_t at, std::string_view name, uint64_t index);
  uint64_t DecodeStruct(Frame& frame, const FieldSpec& field, uint64_t at, std::string_view name);
  std::optional<uint64_t> Evaluate(const Frame& frame, const OptionalExpression& formula) const {
    return formula ? formula->expression.Evaluate(frame.slots) : std::nullopt;
  }
  const Structure* Choose(Frame& frame, const FieldSpec& field);
  // Of a text or GUID field at a fixed place.
  std::string TextOf(const Frame& frame, const FieldSpec& field) const;
  bool AllZero(ByteWindow& window, uint64_t at, uint64_t end);
  void TakeInner(Frame& frame, const FieldSpec& field, const Frame& inner);

  // -- values (field_values.cpp)
  struct Number {
    FieldState state = FieldState::kMissing;
    uint64_t value = 0;
    const Hole* hole = nullptr;
    std::optional<Error> error;
    std::array<std::byte, 8> bytes{};
  };
  Number ReadNumber(const Frame& frame, const FieldSpec& field, uint64_t at) const;
  void FillSlots(Frame& frame,
                 const FieldSpec& field,
                 const Number& number,
                 uint64_t at,
                 uint64_t index) const;
  void ShowNumber(
      Frame& frame, const FieldSpec& field, uint64_t at, std::string_view name, uint64_t index);
  void ShowBits(Frame& frame, const FieldSpec& field, Field shown);
  void ShowBytes(const Frame& frame,
                 const FieldSpec& field,
                 uint64_t at,
                 uint64_t size,
                 std::string_view name);
  bool IsPerturbed(const FieldMeaning& meaning) const;
  // The whole of it, or some of its bits.
  bool IsPartlyPerturbed(const FieldSpec& field) const;
  void ApplyRule(const Frame& frame, const FieldMeaning& meaning, const Field& field);
  std::string SlotText(const Frame& frame, uint32_t slot, const FieldMeaning* meaning) const;
  std::string ExpandText(const Frame& frame, const TextTemplate& text) const;

  // -- containers (container_decoder.cpp, stream_decoder.cpp)
  uint64_t DecodeRecords(Frame& frame, const FieldSpec& field, uint64_t at);
  void DecodeChain(Frame& frame, const FieldSpec& field);
  void DecodeContent(Frame& frame,
                     const FieldSpec& field,
                     ByteWindow& content,
                     uint64_t at,
                     std::string_view name);
  void DecodeSpace(Frame& frame,
                   const FieldSpec& field,
                   ByteWindow& window,
                   const std::vector<WindowPiece>& pieces,
                   const std::vector<WindowPiece>* stored,
                   uint64_t at,
                   std::string_view name);
  uint64_t DecodeStream(Frame& frame, const FieldSpec& field, uint64_t at, std::string_view name);
  uint64_t DecodeSparse(Frame& frame, const FieldSpec& field, uint64_t at, std::string_view name);
  uint64_t DecodePairs(Frame& frame, const FieldSpec& field, uint64_t at, std::string_view name);
  uint64_t LimitOf(const Frame& frame, const FieldSpec& field, uint64_t at, std::string_view name);
  using KeyCounts = std::map<std::string, uint64_t, std::less<>>;
  std::string RecordName(const Frame& record,
                         const FieldSpec& field,
                         uint64_t index,
                         KeyCounts& counts);
  bool ShowRecord(Frame& record, std::string_view name, uint64_t* end);

  // -- what goes to the sink
  class PathScope;
  bool BeginGroup(std::string_view text,
                  const ByteWindow& window,
                  uint64_t offset,
                  std::string_view name);
  void Remark(const ByteWindow& window,
              uint64_t offset,
              std::string_view text,
              bool is_damage = true);
  // Of what is shown, and of all that is done; false: the limit is reached, stop.
  bool Count();
  bool Step(uint64_t steps = 1);
  void Stop(const std::string& what);

  const DecodeOptions& options_;
  DecodeSink& sink_;
  std::string path_;
  uint64_t fields_ = 0;
  uint64_t steps_ = 0;
  uint64_t stream_bytes_ = 0;
  uint32_t depth_ = 0;
  bool stopped_ = false;
  std::optional<PrivacyClasses> privacy_;  // of what is being decoded
};

// Adds a part to the path as long as it lives.
class StructureDecoder::PathScope {
 public:
  PathScope(StructureDecoder& decoder, std::string_view name)
      : path_(decoder.path_), size_(path_.size()) {
    if (!path_.empty() && !name.empty()) path_ += '.';
    path_ += name;
  }
  ~PathScope() { path_.resize(size_); }
  PathScope(const PathScope&) = delete;
  PathScope& operator=(const PathScope&) = delete;

 private:
  std::string& path_;
  size_t size_;
};

inline uint64_t AddCapped(uint64_t a, uint64_t b) {
  uint64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? ~uint64_t{0} : sum;
}

}  // namespace vmcoredd::internal

#endif  // READERS_DECODE_STRUCTURE_DECODER_H_
