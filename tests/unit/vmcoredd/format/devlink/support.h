// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef TESTS_UNIT_VMCOREDD_FORMAT_DEVLINK_SUPPORT_H_
#define TESTS_UNIT_VMCOREDD_FORMAT_DEVLINK_SUPPORT_H_

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "vmcoredd/format/devlink/netlink_message.h"

namespace vmcoredd::devlink {

using Bytes = std::vector<std::byte>;

// The datagrams of tests/golden/netlink/NAME.nl.
std::vector<Bytes> ReadCapture(const std::string& name);
std::vector<std::string> CaptureNames();

// All datagrams one after the other.
Bytes Join(const std::vector<Bytes>& datagrams);

// The messages in `bytes` that are whole; borrows them.
std::vector<Message> Messages(std::span<const std::byte> bytes,
                              std::endian order = std::endian::native);

Bytes ToBytes(std::string_view text);
std::string ToText(std::span<const std::byte> bytes);

}  // namespace vmcoredd::devlink

#endif  // TESTS_UNIT_VMCOREDD_FORMAT_DEVLINK_SUPPORT_H_
