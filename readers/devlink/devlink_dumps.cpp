// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/devlink/devlink_dumps.h"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <map>
#include <utility>

#include "readers/devlink/region_reader.h"
#include "vmcoredd/base/text.h"
#include "vmcoredd/format/devlink/message_stream.h"
#include "vmcoredd/format/dump_name.h"

namespace vmcoredd::devlink {

namespace {

// Numbers of snapshots that we take. Drivers' own get the lowest that is free, so that one
// up here is ours, and can be deleted although nobody told us that it was taken.
constexpr uint32_t kFirstSnapshot = 0x70000000;
constexpr uint32_t kSnapshotMask = 0x0fffffff;

uint32_t RandomSnapshot() {
  uint32_t number = 0;
  if (::getrandom(&number, sizeof number, GRND_NONBLOCK) != sizeof number) {
    number = static_cast<uint32_t>(::time(nullptr)) << 8;
  }
  return kFirstSnapshot | (number & kSnapshotMask);
}

// RFC 3339 UTC with nanoseconds.
std::string NanosecondTime(uint64_t ns) {
  const auto seconds = static_cast<time_t>(ns / 1'000'000'000);
  tm parts{};
  if (::gmtime_r(&seconds, &parts) == nullptr) return {};
  char date[32];
  ::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
  std::string fraction = std::to_string(ns % 1'000'000'000);
  fraction.insert(0, 9 - fraction.size(), '0');
  return std::string(date) + '.' + fraction + 'Z';
}

std::string_view KindName(DeviceInfo::Version::Kind kind) {
  switch (kind) {
    case DeviceInfo::Version::Kind::kFixed: return "fixed";
    case DeviceInfo::Version::Kind::kRunning: return "running";
    case DeviceInfo::Version::Kind::kStored: break;
  }
  return "stored";
}

Handle DeviceOf(const Handle& handle) { return {handle.bus, handle.device, std::nullopt}; }

// What callbacks connect with, in whatever process calls them; and the survey, once more.
struct Connector {
  ChannelOpener open;
  std::chrono::milliseconds patience;

  Result<DevlinkClient> operator()() const {
    auto channel = VMCOREDD_TRY(open());
    return DevlinkClient::Open(std::move(channel), patience);
  }
};

// Everything that devlink says, and what of it was asked for.
class Survey {
 public:
  Survey(DevlinkClient& client, const ChannelOpener& open, const DumpRequest& request)
      : client_(&client),
        connect_{open, request.patience},
        ask_again_{request.ask_again ? request.ask_again : open, request.patience},
        request_(request) {}

  Result<DumpOffers> Run() {
    const auto devices = VMCOREDD_TRY(client_->Devices());
    Ask("dev info", &DevlinkClient::Infos, infos_);
    Ask("port", &DevlinkClient::Ports, ports_);
    for (const Handle& device : devices) {
      if (IsWanted(device, true)) offers_.devices.push_back(Identity(device));
    }
    if (request_.regions || request_.new_snapshots) OfferRegions();
    if (request_.stored_dumps || request_.trigger_dumps || request_.diagnose) OfferReporters();
    return std::move(offers_);
  }

 private:
  template <typename T>
  void Ask(const char* what,
           Result<std::vector<T>> (DevlinkClient::*list)(),
           std::vector<T>& into) {
    if (client_ == nullptr) return;  // that was said
    auto answer = (client_->*list)();
    if (answer) {
      into = *std::move(answer);
      return;
    }
    if (answer.error().code() != ErrorCode::kUnsupported) {
      offers_.problems.push_back(std::string("devlink ") + what + ": " + answer.error().ToString());
    }
    // A list that did not come to its end stands in the way of the next one.
    if (answer.error().os_error() == ETIMEDOUT) Reconnect();
  }

  void Reconnect() {
    client_ = nullptr;
    other_client_.reset();
    auto client = ask_again_();
    if (client) {
      client_ = &other_client_.emplace(*std::move(client));
    } else {
      offers_.problems.push_back("devlink: nothing more was asked: " + client.error().ToString());
    }
  }

  // `is_device`: the device itself, which is wanted as well when one of its ports is.
  bool IsWanted(const Handle& handle, bool is_device) const {
    if (request_.devices.empty()) return true;
    return std::any_of(request_.devices.begin(), request_.devices.end(), [&](const Handle& wanted) {
      return DeviceOf(wanted) == DeviceOf(handle) &&
             (is_device || !wanted.port || wanted.port == handle.port);
    });
  }
  bool IsNamed(const std::string& name) const {
    const auto& names = request_.names;
    return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
  }

  const DeviceInfo* InfoOf(const Handle& handle) const {
    for (const DeviceInfo& info : infos_) {
      if (DeviceOf(info.handle) == DeviceOf(handle)) return &info;
    }
    return nullptr;
  }

  Properties Identity(const Handle& handle) const {
    Properties identity = {{"bus", handle.bus}, {"address", handle.device}};
    const auto add = [&](std::string key, const std::string& value) {
      if (!value.empty()) identity.emplace_back(std::move(key), value);
    };
    if (const DeviceInfo* const info = InfoOf(handle)) {
      add("driver", info->driver);
      add("serial_number", info->serial_number);
      add("board_serial_number", info->board_serial_number);
      for (const DeviceInfo::Version& version : info->versions) {
        add(std::string(KindName(version.kind)) + '.' + version.name, version.value);
      }
    }
    if (!handle.port) return identity;
    add("port", std::to_string(*handle.port));
    for (const Port& port : ports_) {
      if (port.handle == handle) add("netdev", port.netdev);
    }
    return identity;
  }

  DumpOffer& Add(const Handle& handle, const std::string& what, const char* content) {
    const DeviceInfo* const info = InfoOf(handle);
    DumpOffer& offer = offers_.offers.emplace_back();
    offer.handle = handle;
    DumpRegistration& dump = offer.registration;
    dump.source = info && !info->driver.empty() ? info->driver : "devlink";
    const std::string port = handle.port ? "p" + std::to_string(*handle.port) + "_" : "";
    dump.name = MakeSafeDumpName(dump.source, handle.device, port + what);
    dump.content = content;
    dump.device = Identity(handle);
    return offer;
  }

  void OfferRegions() {
    std::vector<Region> regions;
    Ask("region", &DevlinkClient::Regions, regions);
    uint32_t snapshot = RandomSnapshot();
    for (const Region& region : regions) {
      if (!IsWanted(region.handle, false) || !IsNamed(region.name) || region.size == 0) continue;
      if (request_.regions) {
        for (const uint32_t number : region.snapshots) OfferSnapshot(region, number, false);
      }
      if (request_.new_snapshots) OfferSnapshot(region, snapshot++, true);
    }
  }

  void OfferSnapshot(const Region& region, uint32_t number, bool is_new) {
    const std::string what = region.name + '@' + (is_new ? "new" : std::to_string(number));
    DumpOffer& offer = Add(region.handle, what, "devlink-region");
    offer.registration.device.emplace_back("region", region.name);
    offer.registration.device.emplace_back("snapshot", std::to_string(number));
    offer.registration.size = region.size;
    offer.registration.collect = StreamCallback(
        [connect = connect_, handle = region.handle, name = region.name, size = region.size, number,
         is_new](OutputStream& out, DumpContext& context) -> Result<void> {
          DevlinkClient client = VMCOREDD_TRY(connect());
          if (is_new) {
            VMCOREDD_TRY(client.NewSnapshot(handle, name, number));
            context.AddPerturbation("a snapshot was taken for this capture, and deleted");
          }
          const auto hole = [&](uint64_t bytes) {
            return context.WriteHole(bytes, "not in the answer of the kernel");
          };
          RegionCopy copy;
          return CopyRegion(client, {handle, name, number, {}, {}}, size, out, copy, hole);
        });
    if (!is_new) return;
    offer.risk = DumpOffer::Risk::kSideEffect;
    offer.cleanup = [connect = connect_, handle = region.handle, name = region.name,
                     number]() -> Result<void> {
      DevlinkClient client = VMCOREDD_TRY(connect());
      auto deleted = client.DeleteSnapshot(handle, name, number);
      if (deleted) return {};
      const ErrorCode code = deleted.error().code();
      // It was not taken, or the device is gone.
      if (code == ErrorCode::kInvalidArgument || code == ErrorCode::kNotFound) return {};
      return FailWith(std::move(deleted).error(), "snapshot " + std::to_string(number));
    };
  }

  void OfferReporters() {
    std::vector<Reporter> reporters;
    Ask("health", &DevlinkClient::Reporters, reporters);
    for (const Reporter& reporter : reporters) {
      if (!IsWanted(reporter.handle, false) || !IsNamed(reporter.name)) continue;
      if (reporter.has_dump() && request_.stored_dumps) {
        OfferDump(reporter, true);
      } else if (!reporter.has_dump() && request_.trigger_dumps && reporter.auto_dump) {
        // One that cannot make dumps has no auto_dump.
        OfferDump(reporter, false);
      }
      if (request_.diagnose) OfferDiagnosis(reporter);
    }
  }

  DumpOffer& AddFmsg(const Reporter& reporter, const std::string& what) {
    DumpOffer& offer = Add(reporter.handle, what, "devlink-fmsg");
    offer.registration.device.emplace_back("reporter", reporter.name);
    offer.registration.size = SizeCallback([](uint64_t) { return std::nullopt; });
    return offer;
  }

  void OfferDump(const Reporter& reporter, bool is_stored) {
    DumpOffer& offer = AddFmsg(reporter, reporter.name);
    if (reporter.dump_time_ns) {
      offer.registration.device.emplace_back("dump_time", NanosecondTime(*reporter.dump_time_ns));
    }
    if (!is_stored) offer.risk = DumpOffer::Risk::kIntrusive;
    offer.registration.collect =
        StreamCallback([connect = connect_, name = ReporterName{reporter.handle, reporter.name},
                        is_stored](OutputStream& out, DumpContext& context) -> Result<void> {
          DevlinkClient client = VMCOREDD_TRY(connect());
          // Asking for a dump that somebody has cleared meanwhile would make a new one.
          const bool has_dump = VMCOREDD_TRY(client.GetReporter(name)).has_dump();
          if (is_stored && !has_dump) {
            return Fail(ErrorCode::kNotFound, "the stored dump is gone");
          }
          if (!is_stored) context.AddPerturbation("the driver made the dump for this capture");
          return client.DumpGet(name,
                                [&](const Message& message) { return WriteMessage(out, message); });
        });
  }

  void OfferDiagnosis(const Reporter& reporter) {
    DumpOffer& offer = AddFmsg(reporter, reporter.name + ".diagnose");
    offer.is_optional = true;
    offer.registration.collect =
        StreamCallback([connect = connect_, name = ReporterName{reporter.handle, reporter.name}](
                           OutputStream& out, DumpContext&) -> Result<void> {
          DevlinkClient client = VMCOREDD_TRY(connect());
          return client.Diagnose(
              name, [&](const Message& message) { return WriteMessage(out, message); });
        });
  }

  DevlinkClient* client_;  // not owned; another one when it got no answer, or none
  std::optional<DevlinkClient> other_client_;
  const Connector connect_, ask_again_;
  const DumpRequest& request_;
  std::vector<DeviceInfo> infos_;
  std::vector<Port> ports_;
  DumpOffers offers_;
};

}  // namespace

Result<DumpOffers> OfferDevlinkDumps(DevlinkClient& client,
                                     const ChannelOpener& open,
                                     const DumpRequest& request) {
  return Survey(client, open, request).Run();
}

}  // namespace vmcoredd::devlink
