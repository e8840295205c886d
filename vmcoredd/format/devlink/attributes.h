// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_FORMAT_DEVLINK_ATTRIBUTES_H_
#define VMCOREDD_FORMAT_DEVLINK_ATTRIBUTES_H_

#include <linux/devlink.h>

#include <cstddef>
#include <cstdint>

// Commands and attributes are those of include/uapi/linux/devlink.h. Here is what the
// header of an older system may lack; numbers never change (uapi).

namespace vmcoredd::devlink {

inline constexpr uint16_t kAttrRegionMaxSnapshots = 170;  // u32, since v6.0
inline constexpr uint16_t kAttrRegionDirect = 179;        // flag, since v6.3
inline constexpr uint16_t kAttrHealthBurstPeriod = 181;   // u64, milliseconds; after v6.12
inline constexpr uint16_t kAttrIndex = 184;               // uint; in v7.2

// DEVLINK_ATTR_FMSG_OBJ_VALUE_TYPE: numbers of the netlink policy types
// (devlink_fmsg_item_fill_type() in net/devlink/leftover.c of 6.1; the uapi names them
// DEVLINK_VAR_ATTR_TYPE_* since v6.17).
enum class FmsgType : uint8_t {
  kU8 = 1,
  kU16 = 2,
  kU32 = 3,
  kU64 = 4,
  kString = 5,
  kFlag = 6,
  kNulString = 10,
  kBinary = 11,
};

// What the kernel cuts messages by (net/devlink/leftover.c 6.1, x86_64 with pages of
// 4 KiB): GENLMSG_DEFAULT_SIZE, and the largest value of one token.
inline constexpr size_t kGenericMessageBytes = 3756;
inline constexpr size_t kFmsgMaxValueBytes = kGenericMessageBytes - 8;

// The kernel sizes the messages of a dump by the largest buffer that was ever offered on
// the socket, up to this (netlink_recvmsg(), netlink_dump() in net/netlink/af_netlink.c:
// SKB_WITH_OVERHEAD(32768)). Offer it from the first recv() on.
inline constexpr size_t kReceiveBytes = 64 * 1024;

// A socket of ours (SOCK_SEQPACKET, collector/health) has no setsockopt() to join a multicast
// group with. There a message of this type does it: one of netlink's reserved types, which
// no kernel answers. Its payload is the group's number, u32. It is answered like a request.
inline constexpr uint16_t kMessageJoinGroup = 0x0f;

}  // namespace vmcoredd::devlink

#endif  // VMCOREDD_FORMAT_DEVLINK_ATTRIBUTES_H_
