// SPDX-License-Identifier: LGPL-2.1-or-later
// The first byte says how much longer than the source the stream claims to be; the rest is
// the stream.
#include "vmcoredd/format/devlink/message_stream.h"

#include <vector>

#include "tests/fuzz/fuzz_input.h"

using namespace vmcoredd;
using namespace vmcoredd::devlink;

namespace {

struct Read {
  std::vector<std::vector<std::byte>> messages;
  std::optional<std::endian> order;
  Result<void> result;
  BufferStream copy;
};

void ReadAll(std::span<const std::byte> bytes, uint64_t size, Read& read) {
  MemorySource source(bytes);
  uint64_t end = 0;
  read.result = ReadMessageStream(source, 0, size, [&](const Message& message) -> Result<void> {
    fuzz::Require(message.offset >= end + 16, "messages come in order");
    end = message.offset + message.payload.size();
    fuzz::Require(end <= bytes.size(), "a message lies in the stream");
    fuzz::Require(!read.order || *read.order == message.order, "one stream has one byte order");
    read.order = message.order;
    read.messages.emplace_back(message.whole.begin(), message.whole.end());
    return WriteMessage(read.copy, message);
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const fuzz::Input input(data + 1, size - 1);
  Read read;
  ReadAll(input.bytes(), input.bytes().size() + data[0], read);
  if (!read.result) {
    fuzz::Require(read.result.error().offset().has_value(), "an error has an offset");
    fuzz::RequirePrintable(read.result.error());
  }
  // What was read can be written, and is read again.
  Read again;
  ReadAll(read.copy.bytes(), read.copy.bytes().size(), again);
  fuzz::Require(again.result.has_value(), "what was written is whole");
  fuzz::Require(again.messages == read.messages, "messages come back as they were");
  return 0;
}
