// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_FORMAT_DEVLINK_MESSAGE_STREAM_H_
#define VMCOREDD_FORMAT_DEVLINK_MESSAGE_STREAM_H_

#include <bit>
#include <cstdint>

#include "vmcoredd/base/byte_source.h"
#include "vmcoredd/base/output_stream.h"
#include "vmcoredd/base/result.h"
#include "vmcoredd/format/devlink/netlink_message.h"

namespace vmcoredd::devlink {

// Netlink messages one after the other, each padded to 4 bytes, as they came: the payload
// of a device dump with the content "devlink-fmsg" (FORMAT.md). Lossless, and whoever knows
// netlink can read it without us.

Result<void> WriteMessage(OutputStream& out, const Message& message);

// Reads messages through a window. `size`: bytes of the stream. The byte order is that of
// the machine which sent them: found from the first message, whose length and type make
// sense in one order only; kNotRecognised where they make none. kTruncated, with the offset,
// after those that are whole. Zeros at the end, less than kMaxPaddingBytes, are the padding
// of a note and no damage.
Result<void> ReadMessageStream(ByteSource& source,
                               uint64_t offset,
                               uint64_t size,
                               const MessageVisitor& visit);

// A message larger than that is no message of the kernel's, whose buffers end at 32 KiB;
// one of ours in a file neither.
inline constexpr uint32_t kMaxMessageBytes = 1024 * 1024;
// A page of the largest size.
inline constexpr uint32_t kMaxPaddingBytes = 64 * 1024;

}  // namespace vmcoredd::devlink

#endif  // VMCOREDD_FORMAT_DEVLINK_MESSAGE_STREAM_H_
