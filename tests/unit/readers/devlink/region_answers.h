// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef TESTS_UNIT_READERS_DEVLINK_REGION_ANSWERS_H_
#define TESTS_UNIT_READERS_DEVLINK_REGION_ANSWERS_H_

#include <linux/devlink.h>
#include <linux/netlink.h>

#include "tests/support/devlink/recorded_channel.h"

namespace vmcoredd::devlink {

// A chunk of a region as the kernel's REGION_READ has it, or part of one.
struct MadeChunk {
  std::optional<uint64_t> address;
  std::optional<std::vector<std::byte>> bytes;
};

inline std::vector<std::byte> RegionMessage(const std::vector<MadeChunk>& chunks) {
  MessageBuilder message = NewMessage(DEVLINK_CMD_REGION_READ, NLM_F_MULTI | NLM_F_ACK);
  message.PutString(DEVLINK_ATTR_BUS_NAME, "netdevsim");
  message.PutString(DEVLINK_ATTR_DEV_NAME, "netdevsim1");
  message.PutString(DEVLINK_ATTR_REGION_NAME, "dummy");
  message.BeginNest(DEVLINK_ATTR_REGION_CHUNKS);
  for (const MadeChunk& chunk : chunks) {
    message.BeginNest(DEVLINK_ATTR_REGION_CHUNK);
    if (chunk.bytes) message.PutBytes(DEVLINK_ATTR_REGION_CHUNK_DATA, *chunk.bytes);
    if (chunk.address) message.PutU64(DEVLINK_ATTR_REGION_CHUNK_ADDR, *chunk.address);
    message.EndNest();
  }
  message.EndNest();
  return ToVector(message);
}

// Bytes that say where they belong.
inline std::vector<std::byte> RegionBytes(uint64_t address, size_t size) {
  std::vector<std::byte> bytes(size);
  for (size_t i = 0; i < size; ++i) {
    const uint64_t at = address + i;
    bytes[i] = static_cast<std::byte>(at ^ (at >> 8) ^ (at >> 16));
  }
  return bytes;
}

inline MadeChunk RegionChunk(uint64_t address, size_t size = 256) {
  return {address, RegionBytes(address, size)};
}

}  // namespace vmcoredd::devlink

#endif  // TESTS_UNIT_READERS_DEVLINK_REGION_ANSWERS_H_
