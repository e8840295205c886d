// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/devlink/devlink_monitor.h"

#include <linux/devlink.h>

namespace vmcoredd::devlink {

namespace {

// More are for the next call, so that whoever waits for other things too gets to them.
constexpr int kMaxDatagrams = 256;

}  // namespace

Result<DevlinkMonitor> DevlinkMonitor::Open(std::unique_ptr<MessageChannel> channel) {
  GenericClient client = VMCOREDD_TRY(GenericClient::Open(std::move(channel), DEVLINK_GENL_NAME));
  const auto group = client.family().config_group;
  if (!group) {
    return Fail(ErrorCode::kUnsupported,
                "this kernel's devlink notifies nobody: no multicast group 'config'");
  }
  VMCOREDD_TRY(client.channel().Join(*group));
  return DevlinkMonitor(std::move(client));
}

Result<void> DevlinkMonitor::Receive(std::chrono::milliseconds timeout,
                                     const NotificationVisitor& visit) {
  const uint16_t family = client_.family().id;
  for (int count = 0; count < kMaxDatagrams; ++count) {
    const auto datagram = VMCOREDD_TRY(
        client_.channel().Receive(count == 0 ? timeout : std::chrono::milliseconds(0)));
    if (!datagram) return {};
    const auto take = [family, &visit](const Message& message) -> Result<void> {
      const auto command = message.command();
      if (message.type != family || !command) return {};
      return visit({*command, message});
    };
    VMCOREDD_TRY(VisitMessages(*datagram, 0, std::endian::native, take));
  }
  return {};
}

}  // namespace vmcoredd::devlink
