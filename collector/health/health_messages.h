// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_HEALTH_HEALTH_MESSAGES_H_
#define VMCOREDD_COLLECTOR_HEALTH_HEALTH_MESSAGES_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "collector/health/health_devices.h"
#include "vmcoredd/base/output_stream.h"
#include "vmcoredd/format/devlink/attributes.h"
#include "vmcoredd/format/devlink/netlink_message.h"

// The messages that a kernel with devlink sends, made of reporters.

namespace vmcoredd {

using HealthDatagram = std::vector<std::byte>;

// The family's numbers on our sockets. A kernel chooses them when it boots, so nobody knows
// them without asking CTRL_CMD_GETFAMILY.
inline constexpr uint16_t kHealthFamily = 0x14;
inline constexpr uint32_t kHealthConfigGroup = 5;
inline constexpr uint8_t kHealthFamilyVersion = 1;

// The largest message of a dump to a socket that offers 64 KiB, and of any other answer:
// 4 KiB pages of x86_64 (SKB_WITH_OVERHEAD(32768); NLMSG header and GENLMSG_DEFAULT_SIZE).
inline constexpr size_t kHealthDumpBytes = 32768 - 320;
inline constexpr size_t kHealthAnswerBytes = 20 + devlink::kGenericMessageBytes;

// To whom, and in answer to what. Zeros for a notification.
struct HealthAddress {
  uint32_t sequence = 0, port = 0;
};

devlink::MessageBuilder ReporterMessage(const HealthReporter& reporter,
                                        uint8_t command,
                                        uint16_t flags,
                                        const HealthAddress& to);
devlink::MessageBuilder DeviceMessage(const HealthDevice& device,
                                      uint16_t flags,
                                      const HealthAddress& to);
devlink::MessageBuilder InfoMessage(const HealthDevice& device,
                                    uint16_t flags,
                                    const HealthAddress& to);
devlink::MessageBuilder FamilyMessage(uint16_t flags, const HealthAddress& to);

// NLMSG_ERROR; `error` is an errno value, 0 an ack. `request` is the header of what it
// answers, which is all that is sent back of it.
devlink::MessageBuilder ErrorMessage(const devlink::Message& request,
                                     int error,
                                     std::string_view text,
                                     const HealthAddress& to);
// The end of a dump.
devlink::MessageBuilder DoneMessage(int error, std::string_view text, const HealthAddress& to);

HealthDatagram DatagramOf(const devlink::MessageBuilder& message);

// The messages of DUMP_GET for a stored dump, one after the other: the payload of a device
// dump with the content "devlink-fmsg".
Result<void> WriteHealthDump(const StoredHealthDump& dump, OutputStream& out);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_HEALTH_HEALTH_MESSAGES_H_
