// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/readers/devlink/dumps_fixture.h"

namespace vmcoredd::devlink {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST_F(DevlinkDumpsTest, WhatCannotBeAskedIsAProblemAndCostsItselfOnly) {
  regions_ = {RegionOf(kNic, "cr-space", 8, {1})};
  reporters_ = {ReporterOf(kNic, "fw", 1)};
  infos_ = {Datagram(DoneMessage(EIO, "firmware does not answer"))};
  const DumpOffers offers = Offer({});
  ASSERT_THAT(offers.problems, SizeIs(1));
  EXPECT_THAT(offers.problems[0], testing::StartsWith("devlink dev info: "));
  EXPECT_THAT(offers.problems[0], HasSubstr("firmware does not answer"));
  // Nobody says the driver then.
  EXPECT_THAT(Names(offers),
              ElementsAre("devlink_0000:00:05.0_cr-space@1", "devlink_0000:00:05.0_fw",
                          "devlink_0000:00:05.0_fw.diagnose"));
}

// The list that did not end is in the way of others on the same socket.
TEST_F(DevlinkDumpsTest, WhatIsNotAnsweredCostsItselfOnly) {
  regions_ = {RegionOf(kNic, "cr-space", 8, {1})};
  infos_ = {Datagram(InfoOf(kNic)), Silence()};
  const DumpOffers offers = Offer({});
  ASSERT_THAT(offers.problems, SizeIs(1));
  EXPECT_THAT(offers.problems[0], HasSubstr("no answer within"));
  EXPECT_THAT(Names(offers), ElementsAre("devlink_0000:00:05.0_cr-space@1"));
}

// The survey's channel is another one than that of callbacks.
TEST_F(DevlinkDumpsTest, TheNextQuestionIsAskedThroughTheChannelForIt) {
  regions_ = {RegionOf(kNic, "cr-space", 8, {1})};
  infos_ = {Silence()};
  int asked_again = 0;
  DumpRequest request;
  request.ask_again = [&] { return ++asked_again, open_(); };
  const DumpOffers offers = Offer(request);
  EXPECT_EQ(asked_again, 1);
  ASSERT_THAT(offers.offers, SizeIs(1));
  recording_->Answer({RegionMessage({RegionChunk(0, 8)}), DoneMessage()});
  EXPECT_TRUE(Collect(offers.offers[0]));
  EXPECT_EQ(asked_again, 1);
}

TEST_F(DevlinkDumpsTest, WithoutAnotherChannelNothingMoreIsAsked) {
  infos_ = {Silence()};
  DumpRequest request;
  request.ask_again = []() -> Result<std::unique_ptr<MessageChannel>> {
    return FailIo("no connection", ETIMEDOUT);
  };
  const DumpOffers offers = Offer(request);
  EXPECT_THAT(offers.problems,
              ElementsAre(HasSubstr("dev info: no answer"), HasSubstr("nothing more was asked")));
  EXPECT_THAT(offers.devices, SizeIs(2));
  EXPECT_THAT(recording_->answers, SizeIs(3));  // of ports, regions and reporters
}

TEST_F(DevlinkDumpsTest, WhatAKernelDoesNotHaveIsNoProblem) {
  regions_ = {};
  infos_ = {Datagram(AckMessage(EOPNOTSUPP))};
  EXPECT_THAT(Offer({}).problems, IsEmpty());
}

TEST_F(DevlinkDumpsTest, WithoutDevicesThereIsAnError) {
  recording_->Answer({AckMessage(EPERM)});
  auto client = DevlinkClient::Open(*open_());
  const auto offers = OfferDevlinkDumps(*client, open_, {});
  ASSERT_FALSE(offers);
  EXPECT_EQ(offers.error().os_error(), EPERM);
}

TEST_F(DevlinkDumpsTest, HostileNamesBecomeSafeOnesAndStayInTheProperties) {
  const std::string name = "a/../b \x1b[31m";
  regions_ = {RegionOf(kNic, name, 8, {1}), RegionOf(kNic, std::string(200, 'x'), 8, {1})};
  const DumpOffers offers = Offer({});
  ASSERT_THAT(offers.offers, SizeIs(2));
  for (const DumpOffer& offer : offers.offers) {
    EXPECT_TRUE(CheckDumpName(offer.registration.name)) << offer.registration.name;
  }
  EXPECT_THAT(offers.offers[0].registration.device,
              Contains(std::pair<std::string, std::string>("region", name)));
}

TEST_F(DevlinkDumpsTest, CallbacksHaveThePatienceThatTheyAreGiven) {
  regions_ = {RegionOf(kNic, "cr-space", 8, {1})};
  DumpRequest request;
  request.patience = std::chrono::milliseconds(1234);
  const DumpOffers offers = Offer(request);
  recording_->Answer({Silence()});
  const auto collected = Collect(offers.offers.at(0));
  ASSERT_FALSE(collected);
  EXPECT_EQ(collected.error().os_error(), ETIMEDOUT);
  EXPECT_EQ(recording_->timeout, request.patience);
}

TEST_F(DevlinkDumpsTest, CallbacksOutliveTheOpener) {
  regions_ = {RegionOf(kNic, "cr-space", 8, {1})};
  const DumpOffers offers = Offer({});
  ASSERT_THAT(offers.offers, SizeIs(1));
  open_ = []() -> Result<std::unique_ptr<MessageChannel>> { return FailIo("closed", EPERM); };
  recording_->Answer({RegionMessage({RegionChunk(0, 8)}), DoneMessage()});
  EXPECT_TRUE(Collect(offers.offers[0]));
}

}  // namespace
}  // namespace vmcoredd::devlink
