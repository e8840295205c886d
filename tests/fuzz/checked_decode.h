// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef TESTS_FUZZ_CHECKED_DECODE_H_
#define TESTS_FUZZ_CHECKED_DECODE_H_

#include <cstddef>
#include <span>

#include "readers/decode/layout.h"
#include "readers/decode/layout_decoder.h"

namespace vmcoredd::fuzz {

// Decodes bytes by a layout and holds the promises of DecodeSink, then of what is printed.
// `way` says how: the byte order, what is perturbed, where a hole is, text or JSON.
void DecodeChecked(const Layout& layout, unsigned way, std::span<const std::byte> bytes);

}  // namespace vmcoredd::fuzz

#endif  // TESTS_FUZZ_CHECKED_DECODE_H_
