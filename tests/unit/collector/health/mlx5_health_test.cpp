// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/health/mlx5/mlx5_health.h"

#include <gtest/gtest.h>
#include <linux/devlink.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "tests/unit/collector/health/simulated_mlx5.h"
#include "tests/unit/collector/health/support.h"
#include "tests/unit/collector/support.h"

// The reporters on a simulated device, with processes that really read its file. Time is
// a hundredth of the driver's.

namespace vmcoredd::mlx5 {
namespace {

using std::chrono::milliseconds;
using Token = devlink::FmsgBuilder::Token;

class Mlx5HealthTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = EventLoop::Create();
    ASSERT_TRUE(made);
    loop_ = *std::move(made);
    settings_.place = {folder_.path(), SimulatedMlx5::kAddress};
    settings_.poll = milliseconds(20);
    settings_.jitter = milliseconds(10);
    settings_.answer = milliseconds(2000);
    settings_.act = milliseconds(5000);
    settings_.come_up = milliseconds(300);
    settings_.come_up_step = milliseconds(5);
    settings_.why_needed = [] { return std::string(); };
    Firmware();
  }
  void TearDown() override {
    health_.reset();
    loop_.reset();
  }

  void Start() {
    auto started = Mlx5Health::Start(
        *loop_, devices_, HealthClock::OfMachine(), observer_,
        [this](int level, const std::string& text) {
          log_.push_back(std::to_string(level) + ' ' + text);
        },
        settings_);
    ASSERT_TRUE(started) << started.error().ToString();
    health_ = *std::move(started);
  }
  // Counts as long as it lives, and answers a reset.
  void Firmware() {
    if (counts_) device_.Count();
    if (device_.WasRemoved()) {
      ++resets_;
      if (comes_up_) {
        device_.PutConfig(0x0006, 0);
        device_.Reset();
      }
    }
    loop_->AddTimer(milliseconds(4), [this] { Firmware(); });
  }
  void Looks(uint64_t count) {
    const uint64_t until = health_->looks() + count;
    EXPECT_TRUE(RunUntil(*loop_, [&] { return health_->looks() >= until; }));
  }
  HealthReporter& Reporter(std::string_view name) {
    return *devices_.FindReporter(*devices_.Find("pci", SimulatedMlx5::kAddress), std::nullopt,
                                  name);
  }
  bool WaitErrors(std::string_view name, uint64_t errors) {
    return RunUntil(*loop_, [&] { return Reporter(name).record().errors == errors; });
  }
  bool WasLogged(std::string_view text) const {
    return std::any_of(log_.begin(), log_.end(),
                       [&](const std::string& line) { return line.find(text) != line.npos; });
  }
  static std::string Texts(const std::vector<Token>& tokens) {
    std::string texts;
    for (const Token& token : tokens) {
      if (token.attribute == DEVLINK_ATTR_FMSG_OBJ_NAME ||
          token.type == static_cast<uint8_t>(devlink::FmsgType::kNulString)) {
        texts += reinterpret_cast<const char*>(token.bytes.data());
        texts += ' ';
      }
    }
    return texts;
  }

  TempFolder folder_;
  SimulatedMlx5 device_{folder_.path()};
  std::unique_ptr<EventLoop> loop_;
  HealthDevices devices_;
  RecordingObserver observer_;
  Mlx5Settings settings_;
  std::unique_ptr<Mlx5Health> health_;
  std::vector<std::string> log_;
  bool counts_ = true, comes_up_ = true;
  int resets_ = 0;
};

TEST_F(Mlx5HealthTest, AWellDeviceIsLeftAlone) {
  Start();
  Looks(12);
  EXPECT_TRUE(observer_.events.empty());
  EXPECT_TRUE(log_.empty());
  const HealthDevice* const device = devices_.Find("pci", SimulatedMlx5::kAddress);
  ASSERT_TRUE(device && device->info);
  EXPECT_EQ(device->info().running_versions[0].second, "16.35.2000");
  EXPECT_EQ(device->info().driver, "none");
  // Nobody can switch recovery on.
  ParameterChange change;
  change.auto_recover = true;
  std::string text;
  EXPECT_EQ(Reporter("fw_fatal").Set(change, text), EOPNOTSUPP);
}

TEST_F(Mlx5HealthTest, EverySyndrome) {
  Start();
  uint64_t errors = 0;
  for (const int syndrome : {1, 7, 8, 9, 0xa, 0xb, 0xc, 0xd, 0xe, 0xf, 0x10, 0x12, 0x13, 0x42}) {
    device_.SetSyndrome(static_cast<uint8_t>(syndrome), 0x0c);
    ASSERT_TRUE(WaitErrors("fw", ++errors)) << syndrome;
    std::vector<Token> tokens;
    std::string text;
    ASSERT_EQ(Reporter("fw").Diagnose(tokens, text), 0);
    EXPECT_NE(Texts(tokens).find(SyndromeText(static_cast<uint8_t>(syndrome))), std::string::npos);
  }
  EXPECT_EQ(Reporter("fw_fatal").record().errors, 0u);
  EXPECT_TRUE(
      WasLogged("4 0000:05:00.0: Health issue observed, firmware internal error, "
                "severity(4) WARNING"));
  // The first one's dump stays.
  const auto first = Reporter("fw").record().dump;
  ASSERT_TRUE(first);
  EXPECT_EQ(Texts(first->tokens),
            "syndrome fw_miss_counter health buffer assert_var assert_exit_ptr assert_callra time "
            "hw_id rfr severity irisc_index synd ext_synd raw_fw_ver ");
  const auto is_syndrome_1 = std::find_if(first->tokens.begin(), first->tokens.end(), [](auto& t) {
    return t.type == static_cast<uint8_t>(devlink::FmsgType::kU8);
  });
  EXPECT_EQ(is_syndrome_1->bytes[0], std::byte{1});
}

TEST_F(Mlx5HealthTest, StuckCounter) {
  Start();
  Looks(3);
  counts_ = false;
  const uint64_t before = health_->looks();
  ASSERT_TRUE(WaitErrors("fw", 1));
  // The look that saw the last count, and three more.
  EXPECT_GE(health_->looks() - before, 3u);
  EXPECT_LE(health_->looks() - before, 4u);
  EXPECT_EQ(observer_.events.front(), "report FW miss counter reported");
  EXPECT_TRUE(WasLogged("reached miss count"));
  Looks(6);
  EXPECT_EQ(Reporter("fw").record().errors, 1u);
  EXPECT_EQ(Reporter("fw_fatal").record().errors, 0u);
}

TEST_F(Mlx5HealthTest, EveryFatalError) {
  Start();
  Looks(2);
  uint64_t errors = 0;
  const auto fail = [&](const char* text) {
    ASSERT_TRUE(WaitErrors("fw_fatal", ++errors)) << text;
    EXPECT_TRUE(WasLogged(text)) << text;
    EXPECT_EQ(Reporter("fw_fatal").record().state, HealthState::kError);
    device_.PutConfig(0x0006, 0);
    device_.Reset();
    ASSERT_TRUE(RunUntil(*loop_, [&] {
      return Reporter("fw_fatal").record().state == HealthState::kHealthy;
    })) << text;
  };
  device_.SetNicState(1);
  fail("Fatal error 3 detected");
  device_.SetNicState(7);
  fail("Fatal error 4 detected");
  device_.SetSyndrome(8, 0x8a);
  fail("Fatal error 5 detected");
  EXPECT_TRUE(
      WasLogged("2 0000:05:00.0: Health issue observed, unrecoverable hardware error, "
                "severity(2) CRITICAL"));
  device_.LoseConfig();
  fail("Fatal error 2 detected");
  device_.LoseRegisters();
  fail("Fatal error 1 detected");
  EXPECT_TRUE(WasLogged("has come back by itself"));
}

TEST_F(Mlx5HealthTest, FatalDumpHasTheSegmentAndNothingElse) {
  Start();
  Looks(2);
  counts_ = false;
  device_.SetSyndrome(0x9, 0x80);
  ASSERT_TRUE(WaitErrors("fw_fatal", 1));
  const auto dump = Reporter("fw_fatal").record().dump;
  ASSERT_TRUE(dump);
  EXPECT_NE(Texts(dump->tokens)
                .find("fatal_error reason firmware reports a syndrome and requires "
                      "recovery health buffer"),
            std::string::npos);
  std::string image;
  for (const Token& token : dump->tokens) {
    if (token.type != static_cast<uint8_t>(devlink::FmsgType::kBinary)) continue;
    image.append(reinterpret_cast<const char*>(token.bytes.data()), token.bytes.size());
  }
  EXPECT_EQ(image, device_.Image());
  EXPECT_EQ(image.find("\xbd\xbd\xbd\xbd"), std::string::npos);
}

TEST_F(Mlx5HealthTest, RecoverAndGracePeriod) {
  settings_.recovery = RecoveryMethod::kRescan;
  settings_.grace_period_ms = 600000;
  Start();
  Looks(2);
  device_.SetSyndrome(1, 0x80);
  ASSERT_TRUE(RunUntil(*loop_, [&] { return Reporter("fw_fatal").record().recoveries == 1; }));
  EXPECT_EQ(resets_, 1);
  EXPECT_EQ(Reporter("fw_fatal").record().state, HealthState::kHealthy);
  const auto first = Reporter("fw_fatal").record().dump;
  ASSERT_TRUE(first);
  EXPECT_TRUE(WasLogged("health recovery succeeded"));
  Looks(3);
  // Again, within the grace period.
  device_.SetSyndrome(8, 0x80);
  ASSERT_TRUE(WaitErrors("fw_fatal", 2));
  Looks(5);
  EXPECT_EQ(resets_, 1);
  EXPECT_EQ(Reporter("fw_fatal").record().recoveries, 1u);
  EXPECT_EQ(Reporter("fw_fatal").record().state, HealthState::kError);
  EXPECT_EQ(Reporter("fw_fatal").record().dump, first);
  EXPECT_TRUE(WasLogged("left in its error state: Operation canceled"));
  // By hand.
  std::string text;
  EXPECT_EQ(Reporter("fw_fatal").Recover(text), kRecoveryStarted);
  ASSERT_TRUE(RunUntil(*loop_, [&] { return Reporter("fw_fatal").record().recoveries == 2; }));
  EXPECT_EQ(resets_, 2);
}

TEST_F(Mlx5HealthTest, RecoveryThatDoesNotHelp) {
  settings_.recovery = RecoveryMethod::kRescan;
  comes_up_ = false;
  Start();
  Looks(2);
  device_.SetNicState(1);
  ASSERT_TRUE(RunUntil(*loop_, [&] { return Reporter("fw_fatal").last_recovery_error() == EIO; }));
  EXPECT_EQ(Reporter("fw_fatal").record().recoveries, 0u);
  EXPECT_EQ(Reporter("fw_fatal").record().state, HealthState::kError);
  EXPECT_EQ(Reporter("fw_fatal").last_recovery_text(),
            "the device does not come up: the NIC interface is disabled");
  Looks(2);  // it goes on looking
}

TEST_F(Mlx5HealthTest, RecoveryThatMustNotBe) {
  settings_.recovery = RecoveryMethod::kRescan;
  std::string needed = "the dump target";
  settings_.why_needed = [&] { return needed; };
  Start();
  Looks(2);
  device_.SetNicState(1);
  ASSERT_TRUE(WaitErrors("fw_fatal", 1));
  EXPECT_EQ(Reporter("fw_fatal").last_recovery_error(), EPERM);
  EXPECT_EQ(Reporter("fw_fatal").last_recovery_text(), "not recovered: the dump target");
  needed.clear();
  std::filesystem::create_directories(device_.Path("host0/target/block/sda"));
  std::string text;
  EXPECT_EQ(Reporter("fw_fatal").Recover(text), EPERM);
  EXPECT_EQ(text, "not recovered: it has a disk");
  std::filesystem::remove_all(device_.Path("host0"));
  WriteFile(device_.Path("sriov_numvfs"), "2\n");
  EXPECT_EQ(Reporter("fw_fatal").Recover(text), EPERM);
  EXPECT_EQ(text, "not recovered: it has virtual functions");
  WriteFile(device_.Path("sriov_numvfs"), "0\n");
  std::filesystem::create_symlink("../../drivers/vfio-pci", device_.Path("driver"));
  EXPECT_EQ(Reporter("fw_fatal").Recover(text), EPERM);
  EXPECT_EQ(text, "not recovered: it is lent out to vfio-pci");
  EXPECT_EQ(resets_, 0);
  EXPECT_TRUE(ReadFile(device_.Path("remove")).empty());
}

TEST_F(Mlx5HealthTest, NobodyKnowsWhatIsNeeded) {
  settings_.recovery = RecoveryMethod::kRescan;
  settings_.why_needed = nullptr;
  Start();
  Looks(2);
  device_.SetNicState(1);
  ASSERT_TRUE(WaitErrors("fw_fatal", 1));
  EXPECT_EQ(Reporter("fw_fatal").last_recovery_error(), EPERM);
}

TEST_F(Mlx5HealthTest, WhatMustNotBeReadIsToldOnce) {
  device_.PutConfig(0x0000, 0);
  Start();
  Looks(5);
  EXPECT_TRUE(observer_.events.empty());
  ASSERT_EQ(log_.size(), 1u);
  EXPECT_TRUE(WasLogged("does not decode memory"));
  std::vector<Token> tokens;
  std::string text;
  EXPECT_EQ(Reporter("fw").Diagnose(tokens, text), EIO);
  EXPECT_FALSE(text.empty());
  device_.PutConfig(0x0006, 3);
  Looks(3);
  EXPECT_TRUE(WasLogged("the device is in D3"));
  EXPECT_EQ(log_.size(), 2u);
}

TEST_F(Mlx5HealthTest, ADeviceThatIsGone) {
  Start();
  Looks(2);
  std::filesystem::remove_all(device_.Path(""));
  ASSERT_TRUE(WaitErrors("fw_fatal", 1));
  EXPECT_TRUE(
      WasLogged("Fatal error 2 detected: configuration space does not answer: the device "
                "is gone"));
  // The last image that was read is there, and says that it is old.
  ASSERT_TRUE(Reporter("fw_fatal").record().dump);
  EXPECT_NE(Texts(Reporter("fw_fatal").record().dump->tokens).find("iseg_data"), std::string::npos);
}

// As without CAP_SYS_ADMIN.
TEST_F(Mlx5HealthTest, WhetherADeviceSleepsIsAskedOfTheKernelWhereItCannotBeSeen) {
  std::filesystem::resize_file(device_.Path("config"), 64);
  const auto look = [&](const char* state) {
    if (state) WriteFile(device_.Path("power_state"), state);
    return ReadSegment(settings_.place);
  };
  EXPECT_EQ(look(nullptr).status, Sample::Status::kCannotRead);
  const Sample asleep = look("D3hot\n");
  EXPECT_EQ(asleep.status, Sample::Status::kCannotRead);
  EXPECT_NE(std::string(asleep.why).find("D3hot"), std::string::npos);
  EXPECT_EQ(look("D0\n").status, Sample::Status::kRead);
}

TEST_F(Mlx5HealthTest, ALoadThatDoesNotReturn) {
  settings_.answer = milliseconds(100);
  settings_.read = [place = settings_.place]() -> Sample {
    const Sample sample = ReadSegment(place);
    if (::access((place.sysroot + "/hang").c_str(), F_OK) == 0) ::pause();
    return sample;
  };
  Start();
  Looks(3);
  WriteFile(folder_ / "hang", "x");
  ASSERT_TRUE(WaitErrors("fw_fatal", 1));
  EXPECT_TRUE(WasLogged("Fatal error 6 detected: a load from the registers does not return"));
  std::filesystem::remove(folder_ / "hang");
  ASSERT_TRUE(RunUntil(
      *loop_, [&] { return Reporter("fw_fatal").record().state == HealthState::kHealthy; }));
}

TEST_F(Mlx5HealthTest, AProcessThatEndsIsStartedAgain) {
  settings_.read = [place = settings_.place]() -> Sample {
    if (::access((place.sysroot + "/die").c_str(), F_OK) == 0) {
      if (ReadFile(place.sysroot + "/die") == "once")
        std::filesystem::remove(place.sysroot + "/die");
      ::kill(::getpid(), SIGKILL);
    }
    return ReadSegment(place);
  };
  Start();
  Looks(3);
  WriteFile(folder_ / "die", "once");
  Looks(6);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "die"));
  EXPECT_EQ(Reporter("fw_fatal").record().errors, 0u);
  WriteFile(folder_ / "die", "always");
  ASSERT_TRUE(WaitErrors("fw_fatal", 1));
  EXPECT_TRUE(WasLogged("a load ends the process that makes it"));
}

}  // namespace
}  // namespace vmcoredd::mlx5
