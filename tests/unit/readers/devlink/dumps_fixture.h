// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef TESTS_UNIT_READERS_DEVLINK_DUMPS_FIXTURE_H_
#define TESTS_UNIT_READERS_DEVLINK_DUMPS_FIXTURE_H_

#include <gmock/gmock.h>

#include <cerrno>
#include <set>

#include "readers/devlink/devlink_dumps.h"
#include "tests/unit/readers/devlink/device_answers.h"
#include "tests/unit/readers/devlink/region_answers.h"
#include "vmcoredd/format/devlink/attributes.h"
#include "vmcoredd/format/dump_name.h"

namespace vmcoredd::devlink {

using Datagrams = std::vector<std::vector<std::byte>>;
using Risk = DumpOffer::Risk;

inline const Handle kNic{"pci", "0000:00:05.0", {}};
inline const Handle kPort{"pci", "0000:00:05.0", 1};
inline const Handle kOther{"netdevsim", "netdevsim1", {}};

// What a callback said.
class Context final : public DumpContext {
 public:
  Result<void> WriteHole(uint64_t size, std::string reason) override {
    holes.push_back(std::to_string(size) + ' ' + std::move(reason));
    return {};
  }
  void MarkHole(ByteRange, std::string) override {}
  void AddWarning(std::string) override {}
  void AddPerturbation(std::string text) override { perturbations.push_back(std::move(text)); }

  std::vector<std::string> holes, perturbations;
};

class DevlinkDumpsTest : public testing::Test {
 protected:
  // What devlink has, in the order in which it is asked.
  Datagrams devices_{ToVector(From(DEVLINK_CMD_GET, kNic)),
                     ToVector(From(DEVLINK_CMD_GET, kOther))};
  std::vector<RecordedEvent> infos_{Datagram(InfoOf(kNic)), Datagram(DoneMessage())};
  Datagrams ports_{PortOf(kPort, "eth0")};
  Datagrams regions_, reporters_;

  DumpOffers Offer(const DumpRequest& request) {
    devices_.push_back(DoneMessage());
    ports_.push_back(DoneMessage());
    regions_.push_back(DoneMessage());
    reporters_.push_back(DoneMessage());
    recording_->Answer(devices_);
    recording_->Answer(infos_);
    recording_->Answer(ports_);
    if (request.regions || request.new_snapshots) recording_->Answer(regions_);
    if (request.stored_dumps || request.trigger_dumps || request.diagnose) {
      recording_->Answer(reporters_);
    }
    auto client = DevlinkClient::Open(*open_());
    auto offers = OfferDevlinkDumps(*client, open_, request);
    EXPECT_TRUE(offers) << offers.error().ToString();
    // What only asks for what there is changes nothing.
    for (const auto& asked : recording_->requests) {
      EXPECT_THAT((std::set<int>{DEVLINK_CMD_GET, DEVLINK_CMD_INFO_GET, DEVLINK_CMD_PORT_GET,
                                 DEVLINK_CMD_REGION_GET, DEVLINK_CMD_HEALTH_REPORTER_GET}),
                  testing::Contains(static_cast<int>(asked.command)));
    }
    recording_->requests.clear();
    return offers ? *std::move(offers) : DumpOffers();
  }

  static std::vector<std::string> Names(const DumpOffers& offers) {
    std::vector<std::string> names;
    for (const DumpOffer& offer : offers.offers) names.push_back(offer.registration.name);
    return names;
  }

  Result<void> Collect(const DumpOffer& offer) {
    BufferStream out;
    auto collected = std::get<StreamCallback>(offer.registration.collect)(out, context_);
    bytes_ = out.bytes();
    return collected;
  }

  std::vector<int> Commands() const {
    std::vector<int> commands;
    for (const auto& request : recording_->requests) commands.push_back(request.command);
    return commands;
  }

  std::shared_ptr<Recording> recording_ = std::make_shared<Recording>();
  ChannelOpener open_ = [this]() -> Result<std::unique_ptr<MessageChannel>> {
    return std::make_unique<RecordedChannel>(recording_);
  };
  std::vector<std::byte> bytes_;
  Context context_;
};

}  // namespace vmcoredd::devlink

#endif  // TESTS_UNIT_READERS_DEVLINK_DUMPS_FIXTURE_H_
