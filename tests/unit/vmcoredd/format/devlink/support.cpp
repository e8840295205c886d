// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/vmcoredd/format/devlink/support.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "vmcoredd/base/endian.h"

namespace vmcoredd::devlink {

std::vector<Bytes> ReadCapture(const std::string& name) {
  std::ifstream file(VMCOREDD_GOLDEN "/netlink/" + name + ".nl", std::ios::binary);
  const std::string all((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const Bytes bytes = ToBytes(all);
  std::vector<Bytes> datagrams;
  size_t at = 0;
  while (at + 4 <= bytes.size()) {
    const auto size = LoadInt<uint32_t>(bytes.data() + at, std::endian::little);
    at += 4;
    if (size > bytes.size() - at) break;
    datagrams.emplace_back(bytes.begin() + static_cast<ptrdiff_t>(at),
                           bytes.begin() + static_cast<ptrdiff_t>(at + size));
    at += size;
  }
  EXPECT_FALSE(datagrams.empty()) << name;
  EXPECT_EQ(at, bytes.size()) << name;
  return datagrams;
}

std::vector<std::string> CaptureNames() {
  return {"health_diag_dummy16",     "health_dump_dummy16", "health_dump_dummy8192",
          "health_dump_dummy_break", "health_dump_empty",   "health_get_dummy_after",
          "health_get_dump",         "region_get_dump",     "region_new",
          "region_read_100_10"};
}

Bytes Join(const std::vector<Bytes>& datagrams) {
  Bytes all;
  for (const Bytes& datagram : datagrams) all.insert(all.end(), datagram.begin(), datagram.end());
  return all;
}

std::vector<Message> Messages(std::span<const std::byte> bytes, std::endian order) {
  std::vector<Message> messages;
  (void)VisitMessages(bytes, 0, order, [&](const Message& message) {
    messages.push_back(message);
    return Result<void>();
  });
  return messages;
}

Bytes ToBytes(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

std::string ToText(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace vmcoredd::devlink
