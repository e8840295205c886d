// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/capture/collect_config.h"
#include "collector/setup/collect_conf.h"
#include "collector/setup/kdump_target.h"
#include "collector/setup/mounts.h"
#include "tests/unit/collector/support.h"

namespace vmcoredd {
namespace {

TEST(SysrootTest, LinksStayInside) {
  const TempFolder folder;
  ASSERT_TRUE(MakeFolders(folder / "etc"));
  WriteFile(folder / "etc/passwd", "ours\n");
  ASSERT_EQ(::symlink("/etc/passwd", (folder / "absolute").c_str()), 0);
  ASSERT_EQ(::symlink("../../../../etc/passwd", (folder / "etc/up").c_str()), 0);
  ASSERT_EQ(::symlink("loop", (folder / "loop").c_str()), 0);
  const Sysroot root(folder.path());
  EXPECT_EQ(root.Line("/absolute"), "ours");
  EXPECT_EQ(root.Line("/etc/up"), "ours");
  EXPECT_EQ(root.Line("/etc/../../../etc/passwd"), "ours");
  EXPECT_FALSE(root.Resolve("/loop").has_value());
  EXPECT_EQ(root.Resolve("/missing/x").error().code(), ErrorCode::kNotFound);
}

TEST(SysrootTest, WritesOnlyWhatDiffers) {
  const TempFolder folder;
  const Sysroot root(folder.path());
  EXPECT_TRUE(root.Write("/a/b/c", "text").value());
  EXPECT_FALSE(root.Write("/a/b/c", "text").value());
  EXPECT_TRUE(root.Write("/a/b/c", "other").value());
  EXPECT_EQ(root.Line("/a/b/c"), "other");
}

TEST(MountsTest, EscapesAndShortLines) {
  const auto mounts = ParseMountinfo(
      "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"
      "2 1 8:2 / /my\\040disk rw shared:1 master:2 - xfs /dev/sd\\134b rw\n"
      "3 1 8:3 / /x rw shared:1\n\n - \n4 1 8:3 / /y rw - \n");
  ASSERT_EQ(mounts.size(), 2u);
  EXPECT_EQ(mounts[1].folder, "/my disk");
  EXPECT_EQ(mounts[1].source, "/dev/sd\\b");
  EXPECT_EQ(mounts[1].type, "xfs");
}

TEST(MountsTest, LongestAndLastMountHoldsAPath) {
  const TempFolder folder;
  ASSERT_TRUE(MakeFolders(folder / "var/crash"));
  const Sysroot root(folder.path());
  const std::vector<Mount> mounts = {{"8:1", "/", "ext4", ""},
                                     {"8:2", "/var", "ext4", ""},
                                     {"8:3", "/var", "xfs", ""},
                                     {"8:4", "/var/cra", "xfs", ""}};
  EXPECT_EQ(MountOf(root, mounts, "/var/crash/2026/x")->number, "8:3");
  EXPECT_EQ(MountOf(root, mounts, "/variable")->number, "8:1");
  EXPECT_FALSE(MountOf(root, {}, "/var").has_value());
}

TEST(KdumpTargetTest, ShellVariables) {
  std::vector<std::string> unclear;
  const Properties variables = ParseShellVariables(
      "A=plain # comment\n B=\"two words\"\nexport C='$kept'\n#D=no\nE=\"$(date)\"\nF=\"open\n"
      "G=a$b\nnot an assignment\nH=\nI=\"x\"y\n",
      unclear);
  const Properties expected = {{"A", "plain"}, {"B", "two words"}, {"C", "$kept"}, {"H", ""}};
  EXPECT_EQ(variables, expected);
  EXPECT_EQ(unclear, (std::vector<std::string>{"E", "F", "G", "I"}));
}

KdumpTarget TargetOf(const std::string& file, const std::string& text) {
  const TempFolder folder;
  EXPECT_TRUE(MakeFolders(folder / "etc/default"));
  EXPECT_TRUE(MakeFolders(folder / "etc/sysconfig"));
  WriteFile(folder / file, text);
  return ReadKdumpTarget(Sysroot(folder.path()));
}

TEST(KdumpTargetTest, Debian) {
  KdumpTarget target = TargetOf("etc/default/kdump-tools", "USE_KDUMP=1\n");
  EXPECT_EQ(target.stack, KdumpStack::kDebian);
  EXPECT_EQ(target.folder, "/var/crash");
  EXPECT_FALSE(target.is_remote);
  target = TargetOf("etc/default/kdump-tools", "KDUMP_COREDIR=/srv\nSSH=\"a@b\"\n");
  EXPECT_EQ(target.folder, "/srv");
  EXPECT_EQ(target.ssh, "a@b");
  EXPECT_EQ(target.ssh_key, "/root/.ssh/kdump_id_rsa");
  EXPECT_TRUE(target.is_remote);
  target = TargetOf("etc/default/kdump-tools",
                    "FTP=host:crash/x\nFTP_USER=u\nFTP_PASSWORD='p$'\nFTP_PORT=\"$x\"\n");
  EXPECT_EQ(target.ftp, "host");
  EXPECT_EQ(target.ftp_folder, "crash/x");
  EXPECT_EQ(target.ftp_user, "u");
  EXPECT_EQ(target.ftp_password, "p$");
  EXPECT_TRUE(target.is_remote);
  EXPECT_EQ(target.ftp_unknown.size(), 1u);
  // The way to the target is known all the same.
  EXPECT_THAT(target.unknown, testing::IsEmpty());
  EXPECT_EQ(TargetOf("etc/default/kdump-tools", "FTP=host\n").ftp_folder, "/");
}

TEST(KdumpTargetTest, RedHat) {
  KdumpTarget target =
      TargetOf("etc/kdump.conf", "# path /no\npath var/dumps\nauto_reset_crashkernel yes\n");
  EXPECT_EQ(target.stack, KdumpStack::kRedHat);
  EXPECT_EQ(target.folder, "/var/dumps");
  EXPECT_FALSE(target.is_remote);
  EXPECT_THAT(target.unknown, testing::IsEmpty());
  target = TargetOf("etc/kdump.conf", "xfs UUID=12\npath /x\n");
  EXPECT_EQ(target.device, "UUID=12");
  target = TargetOf("etc/kdump.conf", "nfs host:/export\n");
  EXPECT_EQ(target.nfs, "host:/export");
  EXPECT_TRUE(target.is_remote);
  target = TargetOf("etc/kdump.conf", "dracut_args --mount \"/dev/sdb /mnt xfs defaults\"\n");
  EXPECT_EQ(target.unknown.size(), 1u);
}

TEST(KdumpTargetTest, Suse) {
  KdumpTarget target =
      TargetOf("etc/sysconfig/kdump", "KDUMP_SAVEDIR=\"ssh://root@host/srv/crash\"\n");
  EXPECT_EQ(target.stack, KdumpStack::kSuse);
  EXPECT_EQ(target.ssh, "root@host");
  EXPECT_EQ(target.folder, "/srv/crash");
  target = TargetOf("etc/kdump.conf", "KDUMP_SAVEDIR=file:///dumps\n");
  EXPECT_EQ(target.stack, KdumpStack::kSuse);
  EXPECT_EQ(target.folder, "/dumps");
  EXPECT_FALSE(target.is_remote);
  target = TargetOf("etc/kdump.conf", "KDUMP_SAVEDIR=nfs://host/export\n");
  EXPECT_EQ(target.nfs, "host:/export");
  target = TargetOf("etc/sysconfig/kdump", "KDUMP_SAVEDIR=ftp://u:p%40%2f%4@host:2121/a%20b/c\n");
  EXPECT_EQ(target.ftp, "host");
  EXPECT_EQ(target.ftp_user, "u");
  EXPECT_EQ(target.ftp_password, "p@/%4");
  EXPECT_EQ(target.ftp_port, "2121");
  EXPECT_EQ(target.ftp_folder, "a b/c");
}

TEST(CollectConfTest, HalfAPathIsNotTold) {
  CollectConfInput input;
  input.release = input.running = "6.1";
  input.path.devices = {{"0000:00:01.0", 0x8086, 0x10d3, "x"}};
  EXPECT_NE(CompileCollectConf(input).find("path=0000:00:01.0 8086:10d3\n"), std::string::npos);
  EXPECT_NE(CompileCollectConf(input).find("hold=1\n"), std::string::npos);
  input.path.unknown = {"a\nb"};
  const std::string text = CompileCollectConf(input);
  EXPECT_EQ(text.find("path="), std::string::npos);
  EXPECT_NE(text.find("hold=0\nhold_reason=dump path unknown: a\\x0ab\n"), std::string::npos);
}

TEST(CollectConfTest, SameIsAllButWhenAndByWhom) {
  CollectConfInput a;
  CollectConfInput b;
  b.time = 100;
  b.generator = "9";
  EXPECT_TRUE(SameCollectConf(CompileCollectConf(a), CompileCollectConf(b)));
  b.config.early.time_ms++;
  EXPECT_FALSE(SameCollectConf(CompileCollectConf(a), CompileCollectConf(b)));
}

TEST(CollectConfTest, CollectorReadsAllOfIt) {
  CollectConfInput input;
  input.generator = "0.1.0";
  input.release = input.running = "6.1";
  input.time = 1767355200;
  input.config.early = {true, false, 7};
  input.config.hold.also = {"0000:00:01.1"};
  input.config.hold.never = {"0000:00:01.2"};
  input.config.late.time_ms = 8;
  input.config.budget = {"intrusive", 9, 4096, 131072, 131073, 10, false};
  input.config.devices.skip = {"0000:00:01.3"};
  input.config.devices.vfio = {"0000:00:01.4"};
  input.config.plugins = {{"/a b"}, {{"x.y", "1\\2 \xc3\xa4"}}};
  input.config.save = {{"/b c", "/d"}, 11};
  input.config.generic = {"10ee:9038 bar0 0x0,16"};
  input.path.devices = {{"0000:00:01.0", 0x8086, 0x10d3, "x"}};
  input.identity = {{"identity.0000:00:01.0.driver", "a=b"}};
  const auto read = ParseCollectConfig(CompileCollectConf(input));
  ASSERT_TRUE(read.has_value()) << read.error().ToString();
  EXPECT_THAT(read->warnings, testing::IsEmpty());
  EXPECT_EQ(read->release, "6.1");
  EXPECT_TRUE(read->early);
  EXPECT_TRUE(read->hold);
  EXPECT_EQ(read->allow, VMCOREDD_DUMP_INTRUSIVE);
  EXPECT_EQ(read->early_total.count(), 7);
  EXPECT_EQ(read->late_total.count(), 8);
  EXPECT_EQ(read->process.count(), 9);
  EXPECT_FALSE(read->early_bar);
  EXPECT_EQ(read->device_bytes, 4096u);
  EXPECT_EQ(read->early_spool_bytes, 131072u);
  EXPECT_EQ(read->late_spool_bytes, 131073u);
  EXPECT_EQ(read->memory_floor, 10u);
  EXPECT_FALSE(read->compress);
  EXPECT_THAT(read->plugins, testing::ElementsAre("/a b"));
  EXPECT_THAT(read->fallback, testing::ElementsAre("/b c", "/d"));
  EXPECT_EQ(read->archive_bytes, 11u);
  EXPECT_THAT(read->options,
              testing::ElementsAre(testing::Pair("x.y", "1\\2 \xc3\xa4"),
                                   testing::Pair("generic.range.0", "10ee:9038 bar0 0x0,16")));
  EXPECT_THAT(read->skip, testing::ElementsAre("0000:00:01.3"));
  EXPECT_THAT(read->vfio, testing::ElementsAre("0000:00:01.4"));
  EXPECT_THAT(read->hold_also, testing::ElementsAre("0000:00:01.1"));
  EXPECT_THAT(read->hold_never, testing::ElementsAre("0000:00:01.2"));
  ASSERT_EQ(read->path.size(), 1u);
  EXPECT_EQ(read->path[0].vendor_id, 0x8086);
  EXPECT_EQ(read->path[0].device_id, 0x10d3);
  ASSERT_EQ(read->identity.size(), 1u);
  EXPECT_EQ(read->identity[0].address, "0000:00:01.0");
  EXPECT_EQ(read->identity[0].key, "driver");
  EXPECT_EQ(read->identity[0].value, "a=b");
}

TEST(CollectConfTest, DefaultsAreThoseOfTheCollector) {
  const auto read = ParseCollectConfig(CompileCollectConf({}));
  ASSERT_TRUE(read.has_value());
  const CollectConfig built_in;
  EXPECT_EQ(read->early, built_in.early);
  EXPECT_EQ(read->hold, built_in.hold);
  EXPECT_EQ(read->allow, built_in.allow);
  EXPECT_EQ(read->early_total, built_in.early_total);
  EXPECT_EQ(read->late_total, built_in.late_total);
  EXPECT_EQ(read->process, built_in.process);
  EXPECT_EQ(read->early_bar, built_in.early_bar);
  EXPECT_EQ(read->early_spool_bytes, built_in.early_spool_bytes);
  EXPECT_EQ(read->late_spool_bytes, built_in.late_spool_bytes);
  EXPECT_EQ(read->device_bytes, built_in.device_bytes);
  EXPECT_EQ(read->memory_floor, built_in.memory_floor);
  EXPECT_EQ(read->compress, built_in.compress);
  EXPECT_EQ(read->fallback, built_in.fallback);
  EXPECT_EQ(read->archive_bytes, built_in.archive_bytes);
}

// What the configuration allows, the collector takes.
TEST(CollectConfTest, LimitsAreThoseOfTheCollector) {
  for (const char* const bytes : {"131072", "1099511627776"}) {
    std::string text = "[early]\ntime_ms = 3600000\n[late]\ntime_ms = 1\n[budget]\ndevice_ms = 1\n";
    for (const char* const key : {"early_bytes", "late_bytes", "device_bytes", "memory_floor"}) {
      text += std::string(key) + " = " + bytes + '\n';
    }
    text += std::string("[save]\nmax_bytes = ") + bytes + '\n';
    const ParsedConfig parsed = ParseConfig(text);
    ASSERT_TRUE(parsed.problems.empty()) << parsed.problems.front().text;
    CollectConfInput input;
    input.config = parsed.config;
    const auto read = ParseCollectConfig(CompileCollectConf(input));
    EXPECT_TRUE(read.has_value()) << read.error().ToString();
  }
}

TEST(CollectConfTest, ManyDevicesStayReadable) {
  CollectConfInput input;
  const std::string value(100, 'x');
  for (int i = 0; i < 50000; ++i) {
    input.identity.emplace_back("identity.0000:00:01.0.key" + std::to_string(i), value);
  }
  const std::string text = CompileCollectConf(input);
  EXPECT_LE(text.size(), kMaxCollectConfigBytes);
  const auto read = ParseCollectConfig(text);
  ASSERT_TRUE(read.has_value());
  EXPECT_GT(read->identity.size(), 10000u);
}

}  // namespace
}  // namespace vmcoredd
