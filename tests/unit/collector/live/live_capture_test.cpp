// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/live/live_capture.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>

#include "tests/unit/collector/live/support.h"
#include "tests/unit/collector/support.h"

namespace vmcoredd {

namespace {

using std::chrono::milliseconds;

std::span<const std::byte> Bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

class LiveCaptureTest : public ::testing::Test {
 protected:
  LiveSettings Settings() {
    LiveSettings settings;
    settings.archive = folder_ / "a.vmcoredd";
    settings.sysroot = folder_ / "tree";
    settings.silence = milliseconds(20000);
    settings.dump_time = milliseconds(60000);
    return settings;
  }
  TempFolder folder_;
};

TEST_F(LiveCaptureTest, WhatACallbackWritesIsInTheArchive) {
  LiveDump dump =
      StreamDump("nic_0000:01:00.0_r@1", 6, [](OutputStream& out, DumpContext& context) {
        context.AddWarning("a warning");
        context.AddPerturbation("it was read");
        return out.Write(Bytes("abcdef"));
      });
  dump.registration.device = {{"bus", "pci"}, {"address", "0000:01:00.0"}};
  LiveSettings settings = Settings();
  settings.machine = {{"event", "why"}};
  const LiveRun run = CaptureLive(settings, {dump});
  EXPECT_EQ(run.summary.complete, 1U);
  EXPECT_EQ(run.summary.partial + run.summary.skipped, 0U);
  EXPECT_EQ(run.summary.capture_id, run.archive.fragment.capture_id);
  EXPECT_EQ(run.archive.fragment.kind, "live");
  EXPECT_EQ(run.archive.fragment.machine.back().first, "event");
  const ManifestDump& facts = run.archive.dumps.at("nic_0000:01:00.0_r@1");
  EXPECT_EQ(facts.outcome, Outcome::kOk);
  EXPECT_EQ(facts.source, "test");
  EXPECT_EQ(facts.content, "devlink-region");
  EXPECT_EQ(facts.device, dump.registration.device);
  EXPECT_EQ(facts.warnings, std::vector<std::string>{"a warning"});
  EXPECT_EQ(facts.perturbed, std::vector<std::string>{"it was read"});
  EXPECT_FALSE(facts.time.empty());
  EXPECT_EQ(run.archive.payloads.at("nic_0000:01:00.0_r@1"), "abcdef");
}

TEST_F(LiveCaptureTest, HolesAreZerosAndSaid) {
  const LiveRun run = CaptureLive(
      Settings(),
      {StreamDump("a_b", 12, [](OutputStream& out, DumpContext& context) -> Result<void> {
        VMCOREDD_TRY(out.Write(Bytes("abcd")));
        VMCOREDD_TRY(context.WriteHole(4, "not mapped"));
        return out.Write(Bytes("efgh"));
      })});
  const ManifestDump& facts = run.archive.dumps.at("a_b");
  EXPECT_EQ(facts.outcome, Outcome::kPartial);
  EXPECT_EQ(run.summary.partial, 1U);
  ASSERT_EQ(facts.holes.size(), 1U);
  EXPECT_EQ(facts.holes[0].range, (ByteRange{4, 4}));
  EXPECT_EQ(facts.holes[0].reason, "not mapped");
  EXPECT_EQ(run.archive.payloads.at("a_b"), std::string("abcd\0\0\0\0efgh", 12));
}

TEST_F(LiveCaptureTest, AFilledBufferKeepsTheHolesThatWereMarked) {
  LiveDump dump;
  dump.registration.name = "a_fill";
  dump.registration.size = uint64_t{8};
  dump.registration.collect = FillCallback([](std::span<std::byte> buffer, DumpContext& context) {
    std::fill(buffer.begin(), buffer.end(), std::byte{'x'});
    context.MarkHole({5, 100}, "second");
    context.MarkHole({1, 2}, "first");
    context.MarkHole({2, 2}, "overlaps");
    return Result<void>();
  });
  const LiveRun run = CaptureLive(Settings(), {dump});
  const ManifestDump& facts = run.archive.dumps.at("a_fill");
  ASSERT_EQ(facts.holes.size(), 3U);
  EXPECT_EQ(facts.holes[0].range, (ByteRange{1, 2}));
  EXPECT_EQ(facts.holes[1].range, (ByteRange{3, 1}));
  EXPECT_EQ(facts.holes[2].range, (ByteRange{5, 3}));
  EXPECT_EQ(run.archive.payloads.at("a_fill"), std::string("x\0\0\0x\0\0\0", 8));
}

TEST_F(LiveCaptureTest, WhateverACallbackDoesCostsItsOwnDump) {
  LiveSettings settings = Settings();
  settings.silence = milliseconds(300);
  const auto first = [](OutputStream& out) { return out.Write(Bytes("head")); };
  const LiveRun run = CaptureLive(
      settings,
      {StreamDump("a_crash", 8,
                  [&](OutputStream& out, DumpContext& context) -> Result<void> {
                    VMCOREDD_TRY(first(out));
                    context.AddWarning("what was buffered is on its way");
                    ::raise(SIGKILL);
                    return {};
                  }),
       StreamDump("a_exit", 8,
                  [&](OutputStream& out, DumpContext& context) -> Result<void> {
                    VMCOREDD_TRY(first(out));
                    context.AddWarning("x");
                    ::_exit(3);
                  }),
       StreamDump("a_hang", 8,
                  [&](OutputStream& out, DumpContext& context) -> Result<void> {
                    VMCOREDD_TRY(first(out));
                    context.AddWarning("x");
                    for (;;) ::pause();
                  }),
       StreamDump("a_throw", 8,
                  [](OutputStream&, DumpContext&) -> Result<void> { throw std::bad_alloc(); }),
       StreamDump("a_error", 8,
                  [&](OutputStream& out, DumpContext&) -> Result<void> {
                    VMCOREDD_TRY(first(out));
                    return FailIo("the device said no", ENODEV);
                  }),
       StreamDump("a_short", 8, [&](OutputStream& out, DumpContext&) { return first(out); }),
       StreamDump("a_long", 2, [&](OutputStream& out, DumpContext&) { return first(out); }),
       StreamDump("a_nothing", 8, [](OutputStream&, DumpContext&) { return Result<void>(); }),
       StreamDump("a_only_hole", 8,
                  [](OutputStream&, DumpContext& context) { return context.WriteHole(8, "all"); }),
       StreamDump("a_good", 4, [&](OutputStream& out, DumpContext&) { return first(out); })});
  const auto& dumps = run.archive.dumps;
  for (const char* const name : {"a_crash", "a_exit", "a_error", "a_short"}) {
    ASSERT_TRUE(dumps.contains(name)) << name;
    EXPECT_EQ(dumps.at(name).outcome, Outcome::kPartial) << name;
    EXPECT_EQ(dumps.at(name).length, 8U) << name;
    EXPECT_EQ(run.archive.payloads.at(name), std::string("head\0\0\0\0", 8)) << name;
    EXPECT_FALSE(run.problems.at(name).empty()) << name;
  }
  EXPECT_EQ(dumps.at("a_hang").outcome, Outcome::kTimedOut);
  EXPECT_NE(run.problems.at("a_crash").find("signal 9"), std::string::npos);
  EXPECT_EQ(run.problems.at("a_error"), "the device said no: No such device");
  EXPECT_EQ(run.problems.at("a_short"), "it delivered 4 of 8 bytes");
  EXPECT_EQ(dumps.at("a_long").outcome, Outcome::kPartial);
  EXPECT_EQ(run.archive.payloads.at("a_long"), "he");
  EXPECT_EQ(dumps.at("a_only_hole").outcome, Outcome::kPartial);
  for (const char* const name : {"a_throw", "a_nothing"}) {
    EXPECT_FALSE(dumps.contains(name)) << name;
    ASSERT_TRUE(run.archive.skipped.contains(name)) << name;
  }
  EXPECT_EQ(run.archive.payloads.at("a_good"), "head");
  EXPECT_EQ(run.summary.complete, 1U);
  EXPECT_EQ(run.summary.partial, 7U);
  EXPECT_EQ(run.summary.skipped, 2U);
}

TEST_F(LiveCaptureTest, ASizeThatIsAskedForIsHeldAgainstTheDump) {
  const auto sized = [](std::string name, std::optional<uint64_t> size) {
    LiveDump dump = StreamDump(std::move(name), 1, [](OutputStream& out, DumpContext&) {
      return out.Write(Bytes("four"));
    });
    dump.registration.size = SizeCallback([size](uint64_t) { return size; });
    return dump;
  };
  const LiveRun run = CaptureLive(
      Settings(), {sized("a_same", 4), sized("a_unknown", std::nullopt), sized("a_more", 2),
                   sized("a_less", 6), sized("a_huge", uint64_t{1} << 60), sized("a_zero", 0)});
  EXPECT_EQ(run.archive.dumps.at("a_same").outcome, Outcome::kOk);
  EXPECT_EQ(run.archive.dumps.at("a_unknown").outcome, Outcome::kOk);
  EXPECT_EQ(run.archive.payloads.at("a_more"), "fo");
  EXPECT_EQ(run.archive.dumps.at("a_more").outcome, Outcome::kPartial);
  EXPECT_EQ(run.problems.at("a_less"), "it delivered 4 of 6 bytes");
  EXPECT_TRUE(run.archive.skipped.contains("a_huge"));
  EXPECT_TRUE(run.archive.skipped.contains("a_zero"));
}

// A device that delivers slowly has its deadline moved, but not without end.
TEST_F(LiveCaptureTest, TheDeadlineMovesWhileItDelivers) {
  LiveSettings settings = Settings();
  settings.silence = milliseconds(1500);
  const auto slow = [](int pieces) {
    return [pieces](OutputStream& out, DumpContext&) -> Result<void> {
      for (int i = 0; i < pieces; ++i) {
        ::usleep(400'000);
        VMCOREDD_TRY(out.Write(Bytes("piece")));
      }
      return {};
    };
  };
  settings.dump_time = milliseconds(3000);
  const LiveRun run = CaptureLive(
      settings, {StreamDump("a_slow", 0, slow(5)), StreamDump("a_endless", 0, slow(1000))});
  EXPECT_EQ(run.archive.dumps.at("a_slow").outcome, Outcome::kOk);
  EXPECT_EQ(run.archive.dumps.at("a_slow").length, 25U);
  EXPECT_EQ(run.archive.dumps.at("a_endless").outcome, Outcome::kTimedOut);
}

TEST_F(LiveCaptureTest, WhatIsNotStartedHasItsReason) {
  LiveSettings settings = Settings();
  settings.max_bytes = 1 << 20;
  const auto some = [](OutputStream& out, DumpContext&) { return out.Write(Bytes("some")); };
  LiveDump risky = StreamDump("a_risky", 4, some);
  risky.dump_class = VMCOREDD_DUMP_SIDE_EFFECT;
  bool was_cleaned = false;
  risky.cleanup = [&] {
    was_cleaned = true;
    return Result<void>();
  };
  const LiveRun run = CaptureLive(
      settings, {risky, StreamDump("a_large", 2 << 20, some), StreamDump("bad name", 4, some),
                 StreamDump("a_twice", 4, some), StreamDump("a_twice", 4, some)});
  EXPECT_EQ(run.archive.skipped.at("a_risky").reason,
            "its class, side-effect, is not allowed here");
  EXPECT_FALSE(was_cleaned);
  EXPECT_EQ(run.archive.skipped.at("a_large").outcome, Outcome::kOverBudget);
  EXPECT_EQ(run.archive.skipped.at("bad name").outcome, Outcome::kFailed);
  EXPECT_EQ(run.archive.skipped.at("a_twice").outcome, Outcome::kFailed);
  EXPECT_EQ(run.archive.dumps.size(), 1U);
}

TEST_F(LiveCaptureTest, AStreamThatHasNoEndIsCutAtTheLimit) {
  LiveSettings settings = Settings();
  settings.max_bytes = 1 << 20;
  const LiveRun run =
      CaptureLive(settings, {StreamDump("a_endless", 0,
                                        [](OutputStream& out, DumpContext&) -> Result<void> {
                                          for (;;)
                                            VMCOREDD_TRY(out.Write(Bytes("and so on and on")));
                                        }),
                             StreamDump("a_good", 4, [](OutputStream& out, DumpContext&) {
                               return out.Write(Bytes("good"));
                             })});
  EXPECT_EQ(run.archive.dumps.at("a_endless").outcome, Outcome::kOverBudget);
  EXPECT_LE(run.archive.dumps.at("a_endless").length, uint64_t{1} << 20);
  EXPECT_EQ(run.archive.skipped.at("a_good").outcome, Outcome::kOverBudget);
}

// A service manager sends its stop signal to all processes of a service.
TEST_F(LiveCaptureTest, CleanupIsNotEndedByAStopSignal) {
  const std::string mark = folder_ / "mark";
  LiveDump dump = StreamDump(
      "a_good", 4, [](OutputStream& out, DumpContext&) { return out.Write(Bytes("good")); });
  dump.cleanup = [mark]() -> Result<void> {
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) ::raise(number);
    std::ofstream(mark) << "done";
    return {};
  };
  const LiveRun run = CaptureLive(Settings(), {dump});
  EXPECT_EQ(ReadFile(mark), "done");
  EXPECT_TRUE(run.left_behind.empty());
}

TEST_F(LiveCaptureTest, CleanupRunsHoweverTheChildEnded) {
  LiveSettings settings = Settings();
  settings.silence = milliseconds(200);
  const std::string mark = folder_ / "marks";
  const auto with_cleanup = [&](std::string name, StreamCallback callback, bool fails) {
    LiveDump dump = StreamDump(std::move(name), 4, std::move(callback));
    dump.cleanup = [mark, fails]() -> Result<void> {
      std::ofstream(mark, std::ios::app) << "x";
      if (fails) return FailIo("cannot delete snapshot 3", EBUSY);
      return {};
    };
    return dump;
  };
  const LiveRun run = CaptureLive(
      settings,
      {with_cleanup(
           "a_good", [](OutputStream& out, DumpContext&) { return out.Write(Bytes("good")); },
           false),
       with_cleanup(
           "a_kill",
           [](OutputStream&, DumpContext&) -> Result<void> {
             for (;;) ::pause();
           },
           true)});
  EXPECT_EQ(ReadFile(mark), "xx");
  ASSERT_EQ(run.archive.fragment.warnings.size(), 1U);
  EXPECT_NE(run.archive.fragment.warnings[0].find("cannot delete snapshot 3"), std::string::npos);
  EXPECT_EQ(run.left_behind.size(), 1U);
  EXPECT_NE(run.left_behind.at("a_kill").find("cannot delete snapshot 3"), std::string::npos);
}

TEST_F(LiveCaptureTest, NothingToCaptureIsAnArchiveThatSaysSo) {
  LiveSettings settings = Settings();
  settings.kind = "baseline";
  auto capture = LiveCapture::Begin(settings, {});
  ASSERT_TRUE(capture);
  capture->AddDevice({{"bus", "pci"}, {"address", "0000:01:00.0"}, {"running.fw", "1.2"}});
  capture->AddWarning("there is no devlink");
  capture->AddSkip({"a_b", "x", Outcome::kSkipped, "because"});
  const auto summary = capture->Finish();
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->skipped, 1U);
  const ArchiveContent content = ReadArchive(settings.archive);
  EXPECT_EQ(content.fragment.kind, "baseline");
  ASSERT_EQ(content.fragment.devices.size(), 1U);
  EXPECT_EQ(content.fragment.devices[0][2].second, "1.2");
  EXPECT_EQ(content.fragment.warnings, std::vector<std::string>{"there is no devlink"});
  EXPECT_EQ(content.skipped.at("a_b").reason, "because");
}

TEST_F(LiveCaptureTest, AnArchiveThatIsThereIsNotReplaced) {
  WriteFile(folder_ / "a.vmcoredd", "evidence");
  const auto capture = LiveCapture::Begin(Settings(), {});
  ASSERT_FALSE(capture);
  EXPECT_EQ(capture.error().code(), ErrorCode::kAlreadyExists);
  EXPECT_EQ(ReadFile(folder_ / "a.vmcoredd"), "evidence");
}

// 256 MiB go through a window, not through memory.
TEST_F(LiveCaptureTest, MemoryDoesNotGrowWithTheRegion) {
  const auto peak = [] {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
  };
  LiveSettings settings = Settings();
  settings.codec = Codec::kZstd;
  constexpr uint64_t size = uint64_t{256} << 20;
  const auto begin = peak();
  auto capture = LiveCapture::Begin(settings, {});
  ASSERT_TRUE(capture);
  ASSERT_TRUE(capture->Add(
      {StreamDump("a_large", size, [](OutputStream& out, DumpContext&) -> Result<void> {
        const std::string chunk(256, 'r');
        for (uint64_t done = 0; done < size; done += chunk.size())
          VMCOREDD_TRY(out.Write(Bytes(chunk)));
        return {};
      })}));
  const auto summary = capture->Finish();
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->complete, 1U);
  EXPECT_LT(peak() - begin, 16 * 1024);  // KiB
  EXPECT_EQ(ReadArchive(settings.archive).dumps.at("a_large").length, size);
}

}  // namespace

}  // namespace vmcoredd
