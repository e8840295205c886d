// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/devlink/devlink_client.h"
#include "readers/devlink/request.h"
#include "vmcoredd/format/devlink/attributes.h"

// The health commands of DevlinkClient.

namespace vmcoredd::devlink {

namespace {

Request ReporterRequest(GenericClient& client, uint8_t command, const ReporterName& reporter) {
  Request request(client, command);
  request.Put(reporter.handle).PutString(DEVLINK_ATTR_HEALTH_REPORTER_NAME, reporter.name);
  return request;
}

Result<void> DoReporter(GenericClient& client,
                        uint8_t command,
                        const ReporterName& reporter,
                        const MessageVisitor& visit = nullptr) {
  return ReporterRequest(client, command, reporter).Do(visit);
}

}  // namespace

Result<std::vector<Reporter>> DevlinkClient::Reporters() {
  return ListAll(Request(client_, DEVLINK_CMD_HEALTH_REPORTER_GET), ReadReporter);
}

Result<Reporter> DevlinkClient::GetReporter(const ReporterName& reporter) {
  return GetOne(ReporterRequest(client_, DEVLINK_CMD_HEALTH_REPORTER_GET, reporter), ReadReporter);
}

Result<void> DevlinkClient::SetReporter(const ReporterName& reporter,
                                        const ReporterSettings& settings) {
  Request request = ReporterRequest(client_, DEVLINK_CMD_HEALTH_REPORTER_SET, reporter);
  if (settings.grace_period_ms) {
    request.PutU64(DEVLINK_ATTR_HEALTH_REPORTER_GRACEFUL_PERIOD, *settings.grace_period_ms);
  }
  if (settings.burst_period_ms) request.PutU64(kAttrHealthBurstPeriod, *settings.burst_period_ms);
  if (settings.auto_recover) {
    request.PutU8(DEVLINK_ATTR_HEALTH_REPORTER_AUTO_RECOVER, *settings.auto_recover ? 1 : 0);
  }
  if (settings.auto_dump) {
    request.PutU8(DEVLINK_ATTR_HEALTH_REPORTER_AUTO_DUMP, *settings.auto_dump ? 1 : 0);
  }
  return std::move(request).Do();
}

Result<void> DevlinkClient::Recover(const ReporterName& reporter) {
  return DoReporter(client_, DEVLINK_CMD_HEALTH_REPORTER_RECOVER, reporter);
}

Result<void> DevlinkClient::Test(const ReporterName& reporter) {
  return DoReporter(client_, DEVLINK_CMD_HEALTH_REPORTER_TEST, reporter);
}

Result<void> DevlinkClient::ClearDump(const ReporterName& reporter) {
  return DoReporter(client_, DEVLINK_CMD_HEALTH_REPORTER_DUMP_CLEAR, reporter);
}

Result<void> DevlinkClient::DumpGet(const ReporterName& reporter,
                                    const MessageVisitor& visit,
                                    const GenericClient::Restart& restart) {
  return ReporterRequest(client_, DEVLINK_CMD_HEALTH_REPORTER_DUMP_GET, reporter)
      .Dump(visit, restart);
}

Result<void> DevlinkClient::Diagnose(const ReporterName& reporter, const MessageVisitor& visit) {
  return DoReporter(client_, DEVLINK_CMD_HEALTH_REPORTER_DIAGNOSE, reporter, visit);
}

}  // namespace vmcoredd::devlink
