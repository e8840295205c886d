// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/health/health_messages.h"

#include <linux/devlink.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include <cstring>
#include <span>

#include "vmcoredd/format/devlink/message_stream.h"

namespace vmcoredd {

namespace {

using devlink::MessageBuilder;

// Attributes that linux/devlink.h of Debian 12 has, but not of every system.
constexpr uint32_t kMaxAttribute = devlink::kAttrIndex;

MessageBuilder Begin(uint8_t command, uint16_t flags, const HealthAddress& to, size_t capacity) {
  MessageBuilder message(kHealthFamily, flags, to.sequence, to.port, capacity);
  message.PutGeneric(command, kHealthFamilyVersion);
  return message;
}

void PutHandle(MessageBuilder& message, std::string_view bus, std::string_view device) {
  message.PutString(DEVLINK_ATTR_BUS_NAME, bus);
  message.PutString(DEVLINK_ATTR_DEV_NAME, device);
}

template <typename T>
std::span<const std::byte> BytesOf(const T& value) {
  return std::as_bytes(std::span(&value, 1));
}

}  // namespace

// devlink_nl_health_reporter_fill(), Linux 7.2.
MessageBuilder ReporterMessage(const HealthReporter& reporter,
                               uint8_t command,
                               uint16_t flags,
                               const HealthAddress& to) {
  const HealthReporter::Name& name = reporter.name();
  const HealthReporter::Record& record = reporter.record();
  const ReporterParameters& parameters = reporter.parameters();
  MessageBuilder message = Begin(command, flags, to, kHealthAnswerBytes);
  PutHandle(message, name.bus, name.device);
  if (name.port) message.PutU32(DEVLINK_ATTR_PORT_INDEX, *name.port);
  message.BeginNest(DEVLINK_ATTR_HEALTH_REPORTER);
  message.PutString(DEVLINK_ATTR_HEALTH_REPORTER_NAME, name.reporter);
  message.PutU8(DEVLINK_ATTR_HEALTH_REPORTER_STATE, static_cast<uint8_t>(record.state));
  message.PutU64(DEVLINK_ATTR_HEALTH_REPORTER_ERR_COUNT, record.errors);
  message.PutU64(DEVLINK_ATTR_HEALTH_REPORTER_RECOVER_COUNT, record.recoveries);
  if (reporter.has_recover()) {
    message.PutU64(DEVLINK_ATTR_HEALTH_REPORTER_GRACEFUL_PERIOD, parameters.grace_period_ms);
    message.PutU64(devlink::kAttrHealthBurstPeriod, parameters.burst_period_ms);
    message.PutU8(DEVLINK_ATTR_HEALTH_REPORTER_AUTO_RECOVER, parameters.auto_recover ? 1 : 0);
  }
  if (record.dump) {
    message.PutU64(DEVLINK_ATTR_HEALTH_REPORTER_DUMP_TS, record.dump->time_ms);
    message.PutU64(DEVLINK_ATTR_HEALTH_REPORTER_DUMP_TS_NS, record.dump->real_ns);
  }
  if (reporter.has_dump()) {
    message.PutU8(DEVLINK_ATTR_HEALTH_REPORTER_AUTO_DUMP, parameters.auto_dump ? 1 : 0);
  }
  message.EndNest();
  return message;
}

MessageBuilder DeviceMessage(const HealthDevice& device, uint16_t flags, const HealthAddress& to) {
  MessageBuilder message = Begin(DEVLINK_CMD_NEW, flags, to, kHealthAnswerBytes);
  PutHandle(message, device.bus, device.address);
  message.PutU8(DEVLINK_ATTR_RELOAD_FAILED, 0);
  return message;
}

MessageBuilder InfoMessage(const HealthDevice& device, uint16_t flags, const HealthAddress& to) {
  const HealthDeviceInfo info = device.info ? device.info() : HealthDeviceInfo{};
  MessageBuilder message = Begin(DEVLINK_CMD_INFO_GET, flags, to, kHealthAnswerBytes);
  PutHandle(message, device.bus, device.address);
  if (!info.driver.empty()) message.PutString(DEVLINK_ATTR_INFO_DRIVER_NAME, info.driver);
  if (!info.serial_number.empty()) {
    message.PutString(DEVLINK_ATTR_INFO_SERIAL_NUMBER, info.serial_number);
  }
  for (const auto& [name, value] : info.running_versions) {
    if (!message.BeginNest(DEVLINK_ATTR_INFO_VERSION_RUNNING)) break;
    const bool fits = message.PutString(DEVLINK_ATTR_INFO_VERSION_NAME, name) &&
                      message.PutString(DEVLINK_ATTR_INFO_VERSION_VALUE, value);
    if (!fits) {
      message.CancelNest();
      break;
    }
    message.EndNest();
  }
  return message;
}

// ctrl_fill_info() in net/netlink/genetlink.c, without the operations.
MessageBuilder FamilyMessage(uint16_t flags, const HealthAddress& to) {
  MessageBuilder message(GENL_ID_CTRL, flags, to.sequence, to.port, kHealthAnswerBytes);
  message.PutGeneric(CTRL_CMD_NEWFAMILY, 2);
  message.PutString(CTRL_ATTR_FAMILY_NAME, DEVLINK_GENL_NAME);
  message.PutU16(CTRL_ATTR_FAMILY_ID, kHealthFamily);
  message.PutU32(CTRL_ATTR_VERSION, kHealthFamilyVersion);
  message.PutU32(CTRL_ATTR_HDRSIZE, 0);
  message.PutU32(CTRL_ATTR_MAXATTR, kMaxAttribute);
  message.BeginNest(CTRL_ATTR_MCAST_GROUPS);
  message.BeginNest(1);
  message.PutU32(CTRL_ATTR_MCAST_GRP_ID, kHealthConfigGroup);
  message.PutString(CTRL_ATTR_MCAST_GRP_NAME, DEVLINK_GENL_MCGRP_CONFIG_NAME);
  message.EndNest();
  message.EndNest();
  return message;
}

MessageBuilder ErrorMessage(const devlink::Message& request,
                            int error,
                            std::string_view text,
                            const HealthAddress& to) {
  const uint16_t flags = static_cast<uint16_t>(NLM_F_CAPPED | (text.empty() ? 0 : NLM_F_ACK_TLVS));
  MessageBuilder message(NLMSG_ERROR, flags, to.sequence, to.port, kHealthAnswerBytes);
  message.PutRaw(BytesOf(int32_t{-error}));
  message.PutRaw(request.whole.first(sizeof(nlmsghdr)));
  if (!text.empty()) message.PutString(NLMSGERR_ATTR_MSG, text);
  return message;
}

MessageBuilder DoneMessage(int error, std::string_view text, const HealthAddress& to) {
  const uint16_t flags = static_cast<uint16_t>(NLM_F_MULTI | (text.empty() ? 0 : NLM_F_ACK_TLVS));
  MessageBuilder message(NLMSG_DONE, flags, to.sequence, to.port, kHealthAnswerBytes);
  message.PutRaw(BytesOf(int32_t{-error}));
  if (!text.empty()) message.PutString(NLMSGERR_ATTR_MSG, text);
  return message;
}

HealthDatagram DatagramOf(const MessageBuilder& message) {
  const std::span<const std::byte> bytes = message.bytes();
  return {bytes.begin(), bytes.end()};
}

Result<void> WriteHealthDump(const StoredHealthDump& dump, OutputStream& out) {
  for (size_t next = 0; next < dump.tokens.size();) {
    MessageBuilder message =
        Begin(DEVLINK_CMD_HEALTH_REPORTER_DUMP_GET, NLM_F_MULTI | NLM_F_ACK, {}, kHealthDumpBytes);
    VMCOREDD_TRY(devlink::FillFmsg(dump.tokens, next, message));
    VMCOREDD_TRY(devlink::VisitMessages(
        message.bytes(), 0, std::endian::native,
        [&](const devlink::Message& made) { return devlink::WriteMessage(out, made); }));
  }
  return {};
}

}  // namespace vmcoredd
