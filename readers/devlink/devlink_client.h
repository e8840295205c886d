// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_DEVLINK_DEVLINK_CLIENT_H_
#define READERS_DEVLINK_DEVLINK_CLIENT_H_

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "readers/devlink/devlink_types.h"
#include "readers/devlink/generic_client.h"

namespace vmcoredd::devlink {

// Which reporter, of a device or of a port of it.
struct ReporterName {
  Handle handle;
  std::string name;
};

// What to read of a region.
struct RegionRange {
  Handle handle;
  std::string region;
  std::optional<uint32_t> snapshot;  // nothing: the device itself (REGION_DIRECT, since v6.3)
  // Both or none; none: everything.
  std::optional<uint64_t> address, length;
};

struct ReporterSettings {
  std::optional<uint64_t> grace_period_ms, burst_period_ms;
  std::optional<bool> auto_recover, auto_dump;
};

// The commands of devlink that device state needs, one method each. Errors are those of
// GenericClient.
class DevlinkClient {
 public:
  static Result<DevlinkClient> Open(std::unique_ptr<MessageChannel> channel,
                                    std::chrono::milliseconds timeout = kDefaultTimeout);

  Result<std::vector<Handle>> Devices();
  Result<std::vector<Port>> Ports();
  Result<std::vector<DeviceInfo>> Infos();  // of all devices that say something
  Result<DeviceInfo> Info(const Handle& device);

  Result<std::vector<Region>> Regions();
  Result<Region> GetRegion(const Handle& handle, const std::string& region);
  // Takes a snapshot. Its number, also when the caller chose it.
  Result<uint32_t> NewSnapshot(const Handle& handle,
                               const std::string& region,
                               std::optional<uint32_t> snapshot);
  Result<void> DeleteSnapshot(const Handle& handle, const std::string& region, uint32_t snapshot);
  // Whether this kernel can read a region without a snapshot, as far as it says: false for
  // those before v6.3.
  bool can_read_device() const;
  // Visits the chunks in the order in which they come. Does not retry: a region can be
  // large, and a chunk says where it belongs.
  struct Chunk {
    uint64_t address;
    std::span<const std::byte> bytes;
  };
  using ChunkVisitor = std::function<Result<void>(const Chunk&)>;
  Result<void> ReadRegion(const RegionRange& range, const ChunkVisitor& visit);

  Result<std::vector<Reporter>> Reporters();
  Result<Reporter> GetReporter(const ReporterName& reporter);
  Result<void> SetReporter(const ReporterName& reporter, const ReporterSettings& settings);
  Result<void> Recover(const ReporterName& reporter);
  Result<void> Test(const ReporterName& reporter);
  Result<void> ClearDump(const ReporterName& reporter);
  // `visit` gets each message with its DEVLINK_ATTR_FMSG. With DumpGet a driver makes a dump
  // when none is stored: look at Reporter::has_dump() first. "Dump trampled" is retried as
  // an interrupted dump is.
  Result<void> DumpGet(const ReporterName& reporter,
                       const MessageVisitor& visit,
                       const GenericClient::Restart& restart = nullptr);
  Result<void> Diagnose(const ReporterName& reporter, const MessageVisitor& visit);

  Result<std::vector<Parameter>> Parameters();
  Result<Parameter> GetParameter(const Handle& device, const std::string& name);
  Result<void> SetParameter(const Handle& device,
                            const Parameter& parameter,
                            const Parameter::Value& value);

  GenericClient& generic() { return client_; }

 private:
  explicit DevlinkClient(GenericClient client) : client_(std::move(client)) {}
  GenericClient client_;
};

}  // namespace vmcoredd::devlink

#endif  // READERS_DEVLINK_DEVLINK_CLIENT_H_
