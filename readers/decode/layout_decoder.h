// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_DECODE_LAYOUT_DECODER_H_
#define READERS_DECODE_LAYOUT_DECODER_H_

#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "readers/decode/byte_window.h"
#include "readers/decode/decode_sink.h"
#include "readers/decode/layout.h"

namespace vmcoredd {

// Bounds of what one dump can make us do. What is cut is remarked on.
struct DecodeLimits {
  uint64_t fields = 2'000'000;                  // and groups
  uint64_t records = 1u << 20;                  // of one container
  uint64_t chain = 4096;                        // links of one
  uint64_t stream_bytes = uint64_t{512} << 20;  // that all streams give
  // Of fields that are looked at, shown or not, and of pieces that are put together.
  uint64_t steps = 8'000'000;
  uint32_t depth = 32;
};

struct DecodeOptions {
  std::endian native = std::endian::little;  // of the machine that wrote the dump
  std::vector<std::string> perturbed;        // keywords, as "aer-status"
  DecodeLimits limits;
};

// Decodes a window by the root of a layout. Damage becomes remarks; what can be decoded is.
// Paths begin with that of the window.
void DecodeByLayout(const Layout& layout,
                    ByteWindow& window,
                    const DecodeOptions& options,
                    DecodeSink& sink);

// How a number is shown: the name of its enumeration, or scaled with its unit, or in its
// format; empty when the number itself says it all. `slots` are those that an expression
// was bound to.
std::string MeaningOfNumber(uint64_t value,
                            unsigned bits,
                            const FieldMeaning& meaning,
                            std::span<const SlotValue> slots);
// The number itself, in its format.
std::string NumberText(uint64_t value, unsigned bits, const FieldMeaning& meaning);

}  // namespace vmcoredd

#endif  // READERS_DECODE_LAYOUT_DECODER_H_
