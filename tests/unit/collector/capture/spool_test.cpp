// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "collector/capture/spool_writer.h"
#include "tests/unit/collector/support.h"

namespace vmcoredd {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::span<const std::byte> Bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

ManifestDump Head(const std::string& name) {
  ManifestDump head;
  head.name = name;
  head.source = "pci";
  head.time = "2026-01-02T03:04:05Z";
  head.device = {{"bus", "pci"}, {"note", "a\nb\\c"}};
  return head;
}

class SpoolTest : public testing::Test {
 protected:
  Result<SpoolWriter> Create(uint64_t max_bytes = kDefaultSpoolBytes, bool compress = false) {
    ManifestFragment capture;
    capture.generator = "test";
    capture.capture_id = "0123";
    capture.kind = "crash";
    capture.machine = {{"release", "6.1"}};
    return SpoolWriter::Create(path_, capture, max_bytes, compress);
  }
  // A spool of two dumps.
  void WriteTwo() {
    auto spool = Create();
    ASSERT_TRUE(spool);
    ASSERT_TRUE(spool->BeginDump(Head("one")));
    ASSERT_TRUE(spool->Write(Bytes("1111")));
    ASSERT_TRUE(spool->WriteHole(4, "asleep"));
    ASSERT_TRUE(spool->Write(Bytes("2222")));
    ASSERT_TRUE(spool->AddWarning("careful"));
    ASSERT_TRUE(spool->AddPerturbation("msi"));
    ASSERT_TRUE(spool->EndDump(Outcome::kPartial, 1234));
    end_of_first_ = std::filesystem::file_size(File());
    ASSERT_TRUE(spool->AddSkip({"gone", "pci", Outcome::kSkipped, "it is gone"}));
    ASSERT_TRUE(spool->AddNote("a note"));
    ASSERT_TRUE(spool->BeginDump(Head("two")));
    ASSERT_TRUE(spool->Write(Bytes("second")));
    ASSERT_TRUE(spool->EndDump(Outcome::kOk, 5));
    ASSERT_TRUE(spool->Finish());
  }
  std::string File() const { return path_ + "/capture.spool"; }

  TempFolder folder_;
  std::string path_ = folder_ / "spool";
  uint64_t end_of_first_ = 0;
};

TEST_F(SpoolTest, GivesBackWhatWasPutIn) {
  WriteTwo();
  const auto content = ReadSpool(path_);
  ASSERT_TRUE(content) << content.error().ToString();
  EXPECT_THAT(content->lost, IsEmpty());
  EXPECT_EQ(content->order, (std::vector<std::string>{"one", "two"}));
  const SpooledDump& one = content->dumps.at("one");
  EXPECT_EQ(one.payload, std::string("1111\0\0\0\0002222", 12));
  EXPECT_EQ(one.facts.source, "pci");
  EXPECT_EQ(one.facts.time, "2026-01-02T03:04:05Z");
  EXPECT_EQ(one.facts.device, Head("").device);
  EXPECT_EQ(one.facts.outcome, Outcome::kPartial);
  EXPECT_EQ(one.facts.duration_us, 1234u);
  ASSERT_THAT(one.facts.holes, SizeIs(1));
  EXPECT_EQ(one.facts.holes[0].range, (ByteRange{4, 4}));
  EXPECT_EQ(one.facts.holes[0].reason, "asleep");
  EXPECT_EQ(one.facts.warnings, std::vector<std::string>{"careful"});
  EXPECT_EQ(one.facts.perturbed, std::vector<std::string>{"msi"});
  EXPECT_EQ(content->capture.kind, "crash");
  EXPECT_EQ(content->capture.capture_id, "0123");
  EXPECT_EQ(content->capture.machine, (Properties{{"release", "6.1"}}));
  ASSERT_THAT(content->capture.skipped, SizeIs(1));
  EXPECT_EQ(content->capture.skipped[0].reason, "it is gone");
  EXPECT_EQ(content->capture.warnings, std::vector<std::string>{"a note"});
}

TEST_F(SpoolTest, HoldsSecretsFromOthers) {
  WriteTwo();
  struct stat st;
  ASSERT_EQ(::stat(File().c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, 0600u);
  ASSERT_EQ(::stat(path_.c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, 0700u);
}

TEST_F(SpoolTest, WhereverItIsCutOffTheDumpsBeforeAreWhole) {
  WriteTwo();
  const std::string whole = ReadFile(File());
  size_t with_first = 0;
  for (size_t size = 0; size < whole.size(); ++size) {
    SCOPED_TRACE(size);
    WriteFile(File(), whole.substr(0, size));
    const auto content = ReadSpool(path_);
    if (!content) {  // not even the start record
      EXPECT_EQ(content.error().code(), ErrorCode::kNotRecognised);
      EXPECT_LT(size, end_of_first_);
      continue;
    }
    EXPECT_THAT(content->capture.warnings.back(), HasSubstr("did not come to its end"));
    EXPECT_EQ(content->dumps.count("one"), size >= end_of_first_ ? 1u : 0u);
    if (content->dumps.count("one") == 0) continue;
    ++with_first;
    EXPECT_EQ(content->dumps.at("one").payload.size(), 12u);
  }
  EXPECT_EQ(with_first, whole.size() - end_of_first_);
}

TEST_F(SpoolTest, AnyDamagedByteOfADumpIsFoundAndTheOtherDumpStays) {
  WriteTwo();
  const std::string whole = ReadFile(File());
  const size_t data = whole.find("1111");
  const size_t record = whole.find("name=one");
  ASSERT_NE(data, std::string::npos);
  ASSERT_NE(record, std::string::npos);
  for (const size_t at : {data, data + 3, record + 9, whole.find("asleep"), whole.find("careful"),
                          whole.find("hash=") + 5}) {
    SCOPED_TRACE(at);
    std::string damaged = whole;
    damaged[at] ^= 1;
    WriteFile(File(), damaged);
    const auto content = ReadSpool(path_);
    ASSERT_TRUE(content);
    EXPECT_EQ(content->order, std::vector<std::string>{"two"});
    ASSERT_THAT(content->capture.skipped, SizeIs(2));
    EXPECT_THAT(content->capture.skipped[0].reason, HasSubstr("expected checksum"));
  }
}

TEST_F(SpoolTest, SurvivesAnyDamagedByte) {
  WriteTwo();
  const std::string whole = ReadFile(File());
  size_t readable = 0;
  for (size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ (at % 2 == 0 ? 1 : 0x80));
    WriteFile(File(), damaged);
    const auto content = ReadSpool(path_);
    if (!content) continue;
    ++readable;
    for (const auto& [name, dump] : content->dumps) {
      const std::string expected = name == "one" ? std::string("1111\0\0\0\0002222", 12) : "second";
      EXPECT_EQ(dump.payload, expected) << "byte " << at;
    }
  }
  EXPECT_GT(readable, whole.size() / 2);
}

TEST_F(SpoolTest, ADumpThatIsTakenBackLeavesNoTrace) {
  auto spool = Create();
  ASSERT_TRUE(spool);
  ASSERT_TRUE(spool->DropDump());  // nothing to take back
  ASSERT_TRUE(spool->BeginDump(Head("one")));
  ASSERT_TRUE(spool->Write(Bytes("kept")));
  ASSERT_TRUE(spool->EndDump(Outcome::kOk, 0));
  ASSERT_TRUE(spool->BeginDump(Head("two")));
  ASSERT_TRUE(spool->Write(Bytes("dropped")));
  ASSERT_TRUE(spool->DropDump());
  ASSERT_TRUE(spool->Finish());
  const auto content = ReadSpool(path_);
  ASSERT_TRUE(content);
  EXPECT_EQ(content->order, std::vector<std::string>{"one"});
  EXPECT_THAT(content->capture.warnings, IsEmpty());
  EXPECT_EQ(ReadFile(File()).find("dropped"), std::string::npos);
}

TEST_F(SpoolTest, WhenItIsFullDumpsCanStillBeCompletedAndSkipsSaid) {
  auto spool = Create(128 * 1024);
  ASSERT_TRUE(spool);
  ASSERT_TRUE(spool->BeginDump(Head("one")));
  const std::string block(1024, 'x');
  Result<void> written;
  while (written) written = spool->Write(Bytes(block));
  EXPECT_EQ(written.error().code(), ErrorCode::kLimitExceeded);
  EXPECT_TRUE(spool->AddWarning("full"));
  EXPECT_TRUE(spool->EndDump(Outcome::kOverBudget, 0));
  EXPECT_TRUE(spool->AddSkip({"two", "pci", Outcome::kOverBudget, "no room"}));
  EXPECT_TRUE(spool->Finish());
  EXPECT_LE(std::filesystem::file_size(File()), 128u * 1024);
  const auto content = ReadSpool(path_);
  ASSERT_TRUE(content);
  EXPECT_EQ(content->dumps.at("one").payload.size() % 1024, 0u);
  EXPECT_THAT(content->capture.skipped, SizeIs(1));
}

TEST_F(SpoolTest, RefusesToMixTwoCaptures) {
  WriteTwo();
  const std::string before = ReadFile(File());
  const auto again = Create();
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code(), ErrorCode::kAlreadyExists);
  EXPECT_EQ(ReadFile(File()), before);
}

TEST_F(SpoolTest, RefusesWhatIsNoSpoolAndLaterVersions) {
  WriteFile(File(), "something else entirely");
  EXPECT_EQ(ReadSpool(path_).error().code(), ErrorCode::kNotRecognised);
  std::filesystem::remove(File());
  WriteTwo();
  std::string later = ReadFile(File());
  const size_t version = later.find("vmcoredd-spool/2");
  later.replace(version, 16, "vmcoredd-spool/3");
  WriteFile(File(), later);
  EXPECT_EQ(ReadSpool(path_).error().code(), ErrorCode::kUnsupported);
  later.replace(version, 16, "vmcoredd-spool/1");
  WriteFile(File(), later);
  EXPECT_EQ(ReadSpool(path_)->order.size(), 2u);
}

TEST_F(SpoolTest, OneCaptureAtATime) {
  const auto first = Create();
  ASSERT_TRUE(first);
  std::filesystem::remove(File());
  const auto second = Create();
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().ToString(), HasSubstr("another capture is writing"));
}

// Bytes that pack well, badly, and not at all.
std::string MixedBytes() {
  std::string bytes(300'000, 'x');
  uint32_t state = 1;
  for (size_t i = 100'000; i < bytes.size(); ++i) {
    state = state * 1664525 + 1013904223;
    bytes[i] = static_cast<char>(i < 200'000 ? state >> 30 : state >> 24);
  }
  return bytes;
}

TEST_F(SpoolTest, PacksWhatPaysAndGivesItBack) {
  const std::string bytes = MixedBytes();
  auto spool = Create(kDefaultSpoolBytes, true);
  ASSERT_TRUE(spool);
  ASSERT_TRUE(spool->BeginDump(Head("one")));
  // In pieces that are not the records', with a hole among them.
  for (size_t at = 0; at < bytes.size(); at += 7000) {
    ASSERT_TRUE(spool->Write(Bytes(std::string_view(bytes).substr(at, 7000))));
    if (at == 70'000) {
      ASSERT_TRUE(spool->WriteHole(16, "asleep"));
    }
  }
  ASSERT_TRUE(spool->EndDump(Outcome::kOk, 0));
  ASSERT_TRUE(spool->BeginDump(Head("two")));
  ASSERT_TRUE(spool->Write(Bytes("short")));
  ASSERT_TRUE(spool->EndDump(Outcome::kOk, 0));
  ASSERT_TRUE(spool->Finish());
  EXPECT_LT(std::filesystem::file_size(File()), 150'000u);
  const auto content = ReadSpool(path_);
  ASSERT_TRUE(content) << content.error().ToString();
  EXPECT_THAT(content->lost, IsEmpty());
  EXPECT_EQ(content->dumps.at("one").payload,
            bytes.substr(0, 77'000) + std::string(16, '\0') + bytes.substr(77'000));
  EXPECT_EQ(content->dumps.at("one").facts.holes.at(0).range, (ByteRange{77'000, 16}));
  EXPECT_EQ(content->dumps.at("two").payload, "short");
}

TEST_F(SpoolTest, ADamagedPackedRecordCostsItsDumpOnly) {
  auto spool = Create(kDefaultSpoolBytes, true);
  ASSERT_TRUE(spool);
  for (const char* name : {"one", "two"}) {
    ASSERT_TRUE(spool->BeginDump(Head(name)));
    ASSERT_TRUE(spool->Write(Bytes(std::string(5000, *name))));
    ASSERT_TRUE(spool->EndDump(Outcome::kOk, 0));
  }
  ASSERT_TRUE(spool->Finish());
  const std::string whole = ReadFile(File());
  const size_t magic = whole.find("\x28\xb5\x2f\xfd");
  ASSERT_NE(magic, std::string::npos);
  for (size_t at = magic - 4; at < magic + 16; ++at) {
    std::string damaged = whole;
    damaged[at] ^= 0x40;
    WriteFile(File(), damaged);
    const auto content = ReadSpool(path_);
    ASSERT_TRUE(content);
    EXPECT_EQ(content->order, std::vector<std::string>{"two"}) << at;
    EXPECT_THAT(content->capture.skipped, SizeIs(1));
  }
}

TEST_F(SpoolTest, WhatWasAcceptedFitsWhetherItPacksOrNot) {
  auto spool = Create(128 * 1024, true);
  ASSERT_TRUE(spool);
  ASSERT_TRUE(spool->BeginDump(Head("one")));
  const std::string bytes = MixedBytes().substr(200'000);
  size_t accepted = 0;
  while (spool->Write(Bytes(std::string_view(bytes).substr(accepted, 1000)))) accepted += 1000;
  EXPECT_GT(accepted, 50'000u);
  EXPECT_TRUE(spool->EndDump(Outcome::kOverBudget, 0));
  EXPECT_TRUE(spool->Finish());
  EXPECT_LE(std::filesystem::file_size(File()), 128u * 1024);
  EXPECT_EQ(ReadSpool(path_)->dumps.at("one").payload, bytes.substr(0, accepted));
}

}  // namespace
}  // namespace vmcoredd
