// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_DECODE_FMSG_DECODER_H_
#define READERS_DECODE_FMSG_DECODER_H_

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "readers/decode/byte_window.h"
#include "readers/decode/decode_sink.h"
#include "readers/decode/layout.h"
#include "readers/decode/layout_decoder.h"

namespace vmcoredd {

// A formatted message of devlink health as groups and fields: what the driver named, no
// layout is needed. Objects and arrays are groups, values fields; binary values are passed
// to `member`, with their name and path, which returns how to decode them by a layout of their
// own, or nothing. What is around values is passed on as structure.
//
// If `layout` has a root, its fields say what values of that name mean, wherever they are in
// the message (what is no letter, digit or '_' in a name is '_'), and its findings speak of the
// last value of each name. What they do not speak of may be private: texts and binary values
// are `payload`, and what names and values look like counts, too.
using FmsgMemberCallback =
    std::function<std::function<void()>(std::string_view name,
                                        const std::string& path,
                                        std::span<const std::byte> bytes,
                                        const std::vector<WindowPiece>& pieces)>;  // in the window

// Binary values above this are cut, with a remark.
inline constexpr size_t kMaxFmsgBinary = size_t{128} << 20;

void DecodeFmsg(const Layout& layout,
                ByteWindow& window,
                ByteSource& source,
                const DecodeOptions& options,
                const FmsgMemberCallback& member,
                DecodeSink& sink);

}  // namespace vmcoredd

#endif  // READERS_DECODE_FMSG_DECODER_H_
