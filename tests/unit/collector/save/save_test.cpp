// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/save/save.h"

#include <elf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include <cstring>
#include <filesystem>

#include "tests/unit/collector/support.h"
#include "vmcoredd/base/payload_hash.h"
#include "vmcoredd/format/elf_headers.h"
#include "vmcoredd/format/manifest_parser.h"
#include "vmcoredd/format/note.h"
#include "vmcoredd/format/note_walker.h"

namespace vmcoredd {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// What an archive holds, read by the format library and not by its writer.
struct Archive {
  std::vector<std::pair<std::string, std::string>> dumps;  // name, payload and padding
  ManifestFragment manifest;                               // the last
  std::vector<ManifestFragment> manifests;
};

Result<Archive> ReadArchive(const std::string& path) {
  Archive archive;
  const auto file = VMCOREDD_TRY(FileSource::Open(path));
  const ElfHeader header = VMCOREDD_TRY(ReadElfHeader(*file));
  const auto add = [&](const Note& note) -> Result<bool> {
    std::string bytes(note.descriptor.size, '\0');
    VMCOREDD_TRY(ReadExactAt(*file, note.descriptor.offset,
                             std::as_writable_bytes(std::span(bytes)), "a note"));
    if (note.owner == kManifestNoteOwner) {
      archive.manifest = VMCOREDD_TRY(ParseManifest(bytes));
      archive.manifests.push_back(archive.manifest);
    } else {
      archive.dumps.emplace_back(bytes.c_str(), bytes.substr(kDumpNameBytes));
    }
    return true;
  };
  const auto walk = [&](uint64_t, const ProgramHeader& segment) {
    return WalkNotes(*file, {segment.offset, segment.filesz}, header.order, add);
  };
  VMCOREDD_TRY(WalkProgramHeaders(*file, header, walk));
  return archive;
}

// An ELF core file with one note.
std::string ElfWithNote(const std::string& owner, const std::string& descriptor) {
  Elf64_Ehdr ehdr{};
  std::memcpy(ehdr.e_ident, ELFMAG, SELFMAG);
  ehdr.e_ident[EI_CLASS] = ELFCLASS64;
  ehdr.e_ident[EI_DATA] = ELFDATA2LSB;
  ehdr.e_ident[EI_VERSION] = EV_CURRENT;
  ehdr.e_type = ET_CORE;
  ehdr.e_machine = EM_X86_64;
  ehdr.e_version = EV_CURRENT;
  ehdr.e_phoff = sizeof ehdr;
  ehdr.e_ehsize = sizeof ehdr;
  ehdr.e_phentsize = sizeof(Elf64_Phdr);
  ehdr.e_phnum = 1;
  std::string note =
      MakeNoteHead(owner, 0, static_cast<uint32_t>(descriptor.size()), std::endian::little) +
      descriptor;
  note.resize((note.size() + 3) / 4 * 4);
  Elf64_Phdr phdr{};
  phdr.p_type = PT_NOTE;
  phdr.p_offset = sizeof ehdr + sizeof phdr;
  phdr.p_filesz = note.size();
  return std::string(reinterpret_cast<char*>(&ehdr), sizeof ehdr) +
         std::string(reinterpret_cast<char*>(&phdr), sizeof phdr) + note;
}

class SaveTest : public testing::Test {
 protected:
  void SetUp() override {
    capture_.sysroot = folder_ / "tree";
    capture_.budget.process = std::chrono::seconds(20);
    settings_.spool_folders = {folder_ / "spool"};
    settings_.output = folder_ / "out.vmcoredd";
  }
  CaptureRun CaptureTree(size_t spool = 0) {
    auto plugins = BuiltinPlugins();
    EXPECT_TRUE(plugins);
    // One dump a device is enough here; others would offer registers that the tree lacks.
    std::erase_if(*plugins, [](const Plugin& plugin) { return plugin.name != "pci"; });
    auto run = RunCapture(*plugins, capture_, settings_.spool_folders[spool]);
    EXPECT_TRUE(run) << run.error().ToString();
    return *run;
  }

  TempFolder folder_;
  CaptureSettings capture_;
  SaveSettings settings_;
};

TEST_F(SaveTest, CapturesATreeAndSavesItAsAnArchive) {
  std::string config = PlainConfig(256);
  config[0x06] = 0x10;  // there is a capability list
  config[0x34] = 0x50;
  config.replace(0x50, 8, std::string("\x05\x00\x80\x01\x78\x56\x34\x12", 8));  // MSI
  AddPciDevice(capture_.sysroot, "0000:00:04.0", config);
  AddPciDevice(capture_.sysroot, "0000:00:05.0", PlainConfig(4096));
  AddPciDevice(capture_.sysroot, "0000:00:06.0", std::string(256, '\xff'));
  WriteFile(capture_.sysroot + "/proc/sys/kernel/osrelease", "6.1.0-test\n");
  capture_.is_crash_kernel = true;
  const CaptureRun run = CaptureTree();
  EXPECT_EQ(run.summary.complete, 2u);
  EXPECT_EQ(run.summary.skipped, 1u);

  const auto saved = SaveSpools(settings_);
  ASSERT_TRUE(saved) << saved.error().ToString();
  EXPECT_EQ(saved->dumps, 2u);
  EXPECT_THAT(saved->problems, IsEmpty());

  const auto archive = ReadArchive(settings_.output);
  ASSERT_TRUE(archive) << archive.error().ToString();
  ASSERT_EQ(archive->dumps.size(), 2u);
  EXPECT_EQ(archive->dumps[0].first, "pci_0000:00:04.0");
  EXPECT_EQ(archive->dumps[0].second.substr(0, 256), config);
  EXPECT_EQ(archive->dumps[1].first, "pci_0000:00:05.0");
  EXPECT_EQ(archive->dumps[1].second.substr(0, 64), PlainConfig(64));

  const ManifestFragment& manifest = archive->manifest;
  EXPECT_EQ(manifest.kind, "crash");
  EXPECT_EQ(manifest.capture_id.size(), 32u);
  EXPECT_EQ(manifest.machine, (Properties{{"release", "6.1.0-test"}}));
  EXPECT_EQ(manifest.crash, "");
  ASSERT_EQ(manifest.skipped.size(), 1u);
  EXPECT_EQ(manifest.skipped[0].name, "pci_0000:00:06.0");
  EXPECT_THAT(manifest.skipped[0].reason, HasSubstr("vendor id reads as 0xffff"));
  ASSERT_EQ(manifest.dumps.size(), 2u);
  const ManifestDump& dump = manifest.dumps[0];
  EXPECT_EQ(dump.length, 256u);
  EXPECT_EQ(dump.hash, HashOf(std::as_bytes(std::span(config))));
  EXPECT_EQ(dump.outcome, Outcome::kOk);
  EXPECT_EQ(dump.device[2], (std::pair<std::string, std::string>("vendor", "0x8086")));
  EXPECT_TRUE(dump.duration_us);
  EXPECT_THAT(dump.perturbed, ElementsAre(HasSubstr("msi-enable")));
  ASSERT_EQ(dump.holes.size(), 2u);
  EXPECT_EQ(dump.holes[0].range, (ByteRange{0x40, 0x10}));
}

TEST_F(SaveTest, NotesWhichCrashItIs) {
  AddPciDevice(capture_.sysroot, "0000:00:04.0", PlainConfig(256));
  CaptureTree();
  const std::string vmcoreinfo = "OSRELEASE=6.1.0\nPAGESIZE=4096\n";
  settings_.vmcore = folder_ / "vmcore";
  WriteFile(settings_.vmcore, ElfWithNote("VMCOREINFO", vmcoreinfo));
  ASSERT_TRUE(SaveSpools(settings_));
  EXPECT_EQ(ReadArchive(settings_.output)->manifest.crash,
            HashOf(std::as_bytes(std::span(vmcoreinfo))));
}

TEST_F(SaveTest, AVmcoreThatCannotBeReadCostsNothingButAWarning) {
  AddPciDevice(capture_.sysroot, "0000:00:04.0", PlainConfig(256));
  CaptureTree();
  for (const std::string& content : {ElfWithNote("CORE", "x"), std::string("not ELF")}) {
    settings_.vmcore = folder_ / "vmcore";
    settings_.existing = OutputFile::Existing::kReplace;
    WriteFile(settings_.vmcore, content);
    const auto saved = SaveSpools(settings_);
    ASSERT_TRUE(saved) << saved.error().ToString();
    EXPECT_EQ(saved->dumps, 1u);
    EXPECT_THAT(saved->problems, ElementsAre(HasSubstr("vmcore")));
    EXPECT_THAT(ReadArchive(settings_.output)->manifest.warnings, Contains(HasSubstr("vmcore")));
  }
}

TEST_F(SaveTest, SavesWhatACaptureThatWasKilledLeft) {
  for (int i = 0; i < 4; ++i) {
    AddPciDevice(capture_.sysroot, "0000:00:0" + std::to_string(i) + ".0", PlainConfig(256));
  }
  CaptureTree();
  const std::string file = settings_.spool_folders[0] + "/capture.spool";
  const std::string whole = ReadFile(file);
  // Into the middle of the third dump: its first record is there, its data is not.
  WriteFile(file, whole.substr(0, whole.find("name=pci_0000:00:02.0") + 300));
  const auto saved = SaveSpools(settings_);
  ASSERT_TRUE(saved) << saved.error().ToString();
  EXPECT_EQ(saved->dumps, 2u);
  EXPECT_THAT(saved->problems, Contains(HasSubstr("pci_0000:00:02.0")));
  const auto archive = ReadArchive(settings_.output);
  ASSERT_TRUE(archive) << archive.error().ToString();
  EXPECT_EQ(archive->manifest.dumps.size(), 2u);
  EXPECT_EQ(archive->manifest.skipped.size(), 1u);
}

TEST_F(SaveTest, DoesNotReplaceAFileUnlessToldTo) {
  AddPciDevice(capture_.sysroot, "0000:00:04.0", PlainConfig(256));
  CaptureTree();
  WriteFile(settings_.output, "precious");
  const auto refused = SaveSpools(settings_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kAlreadyExists);
  EXPECT_EQ(ReadFile(settings_.output), "precious");
  settings_.existing = OutputFile::Existing::kReplace;
  EXPECT_TRUE(SaveSpools(settings_));
  EXPECT_TRUE(ReadArchive(settings_.output));
}

TEST_F(SaveTest, SeveralCapturesAreOneArchiveWithAFragmentEach) {
  settings_.spool_folders.push_back(folder_ / "late");
  AddPciDevice(capture_.sysroot, "0000:00:04.0", PlainConfig(256));
  const std::string first = CaptureTree(0).spool.capture.capture_id;
  AddPciDevice(capture_.sysroot, "0000:00:05.0", PlainConfig(4096));
  CaptureTree(1);
  const auto saved = SaveSpools(settings_);
  ASSERT_TRUE(saved) << saved.error().ToString();
  EXPECT_EQ(saved->dumps, 3u);
  const auto archive = ReadArchive(settings_.output);
  ASSERT_TRUE(archive) << archive.error().ToString();
  ASSERT_EQ(archive->manifests.size(), 2u);
  EXPECT_EQ(archive->manifests[0].capture_id, first);
  EXPECT_EQ(archive->manifests[0].dumps.size(), 1u);
  ASSERT_EQ(archive->manifests[1].dumps.size(), 2u);
  EXPECT_EQ(archive->manifests[1].dumps[0].ordinal, 0u);
  EXPECT_EQ(archive->dumps.size(), 3u);
}

TEST_F(SaveTest, ASpoolThatIsNotThereCostsNothingButItself) {
  settings_.spool_folders.push_back(folder_ / "none");
  AddPciDevice(capture_.sysroot, "0000:00:04.0", PlainConfig(256));
  CaptureTree();
  const auto saved = SaveSpools(settings_);
  ASSERT_TRUE(saved) << saved.error().ToString();
  EXPECT_EQ(saved->dumps, 1u);
  EXPECT_THAT(saved->problems, ElementsAre(HasSubstr("none/capture.spool")));
}

TEST_F(SaveTest, TheFirstFolderThatTakesItGetsTheArchive) {
  AddPciDevice(capture_.sysroot, "0000:00:04.0", PlainConfig(256));
  const std::string id = CaptureTree().spool.capture.capture_id;
  WriteFile(folder_ / "file", "");
  settings_.output.clear();
  settings_.directories = {folder_ / "file", "/proc/no-folder", folder_ / "no/where",
                           folder_ / "new", folder_ / "unused"};
  const auto saved = SaveSpools(settings_);
  ASSERT_TRUE(saved) << saved.error().ToString();
  EXPECT_EQ(saved->path, folder_ / "new/" + ArchiveName(id));
  EXPECT_EQ(ArchiveName(id), "vmcoredd-" + id.substr(0, 16) + ".vmcoredd");
  EXPECT_EQ(saved->problems.size(), 3u);
  EXPECT_TRUE(ReadArchive(saved->path));
  EXPECT_EQ(std::filesystem::status(folder_ / "new").permissions(),
            std::filesystem::perms::owner_all);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "unused"));
  settings_.directories.resize(2);
  const auto refused = SaveSpools(settings_);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().ToString(), HasSubstr("/proc/no-folder"));
}

TEST_F(SaveTest, AFolderThatComesTwiceDoesNotEndTheList) {
  AddPciDevice(capture_.sysroot, "0000:00:04.0", PlainConfig(256));
  CaptureTree();
  settings_.output.clear();
  settings_.directories = {"/proc/no-folder", folder_ / "new", "/proc/no-folder"};
  const auto saved = SaveSpools(settings_);
  ASSERT_TRUE(saved) << saved.error().ToString();
  EXPECT_THAT(saved->path, HasSubstr("/new/"));
}

TEST_F(SaveTest, MemoryIsNoFolderThatLasts) {
  struct statfs facts;
  if (::statfs("/dev/shm", &facts) != 0 || facts.f_type != TMPFS_MAGIC) {
    GTEST_SKIP() << "/dev/shm is no tmpfs";
  }
  AddPciDevice(capture_.sysroot, "0000:00:04.0", PlainConfig(256));
  CaptureTree();
  settings_.output.clear();
  settings_.directories = {"/dev/shm"};
  settings_.not_in_memory = settings_.directories;
  const auto refused = SaveSpools(settings_);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().ToString(), HasSubstr("it is in memory"));
}

TEST_F(SaveTest, WhatIsNoIdStillMakesANameInTheFolder) {
  for (const char* id : {"", "../../etc/passwd", "short", "0123456789ABCDEF"}) {
    const std::string name = ArchiveName(id);
    EXPECT_EQ(name.size(), std::string("vmcoredd-0123456789abcdef.vmcoredd").size()) << name;
    EXPECT_EQ(name.find('/'), std::string::npos);
  }
}

TEST_F(SaveTest, DumpsThatAreTooMuchForTheArchiveAreLeftOut) {
  AddPciDevice(capture_.sysroot, "0000:00:04.0", PlainConfig(256));
  AddPciDevice(capture_.sysroot, "0000:00:05.0", PlainConfig(4096));
  AddPciDevice(capture_.sysroot, "0000:00:06.0", PlainConfig(256));
  CaptureTree();
  settings_.max_bytes = 11000;
  const auto saved = SaveSpools(settings_);
  ASSERT_TRUE(saved) << saved.error().ToString();
  EXPECT_EQ(saved->dumps, 2u);
  const auto archive = ReadArchive(settings_.output);
  ASSERT_TRUE(archive) << archive.error().ToString();
  EXPECT_EQ(archive->dumps.size(), 2u);
  ASSERT_EQ(archive->manifest.skipped.size(), 1u);
  EXPECT_EQ(archive->manifest.skipped[0].name, "pci_0000:00:05.0");
  EXPECT_EQ(archive->manifest.skipped[0].outcome, Outcome::kOverBudget);
}

TEST_F(SaveTest, WhatTheFirstKernelKnewOfADeviceIsAdded) {
  AddPciDevice(capture_.sysroot, "0000:00:04.0", PlainConfig(256));
  CaptureTree();
  settings_.identity = {{"0000:00:04.0", "driver", "e1000e"},
                        {"0000:00:04.0", "vendor", "0xdead"},
                        {"0000:00:05.0", "driver", "nvme"}};
  ASSERT_TRUE(SaveSpools(settings_));
  const Properties device = ReadArchive(settings_.output)->manifest.dumps.at(0).device;
  EXPECT_THAT(device, Contains(std::pair<std::string, std::string>("driver", "e1000e")));
  EXPECT_THAT(device, Contains(std::pair<std::string, std::string>("vendor", "0x8086")));
  EXPECT_THAT(device, Not(Contains(std::pair<std::string, std::string>("vendor", "0xdead"))));
}

TEST_F(SaveTest, VirtualFunctionsThatWentAwayAreSaidSo) {
  ManifestDump dump;
  dump.device = {{"address", "0000:00:04.0"}, {"sriov_numvfs", "0"}};
  const std::vector<IdentityFact> identity = {{"0000:00:04.0", "vfs", "8"}};
  ManifestDump live = dump;
  MergeIdentity(identity, live);
  EXPECT_THAT(live.perturbed, IsEmpty());
  dump.phase = "early";
  ManifestDump still = dump;
  still.device[1].second = "8";
  MergeIdentity(identity, still);
  EXPECT_THAT(still.perturbed, IsEmpty());
  ManifestDump unknown = dump;
  MergeIdentity({}, unknown);
  EXPECT_THAT(unknown.perturbed, IsEmpty());
  MergeIdentity(identity, dump);
  EXPECT_THAT(dump.perturbed, ElementsAre(HasSubstr("8 virtual functions")));
}

TEST_F(SaveTest, WithoutASpoolThereIsNothingToSave) {
  const auto refused = SaveSpools(settings_);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().ToString(), HasSubstr("capture.spool"));
}

}  // namespace
}  // namespace vmcoredd
