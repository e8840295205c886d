// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/driver-plugins/host/fake_sysfs.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

namespace vmcoredd {

namespace fs = std::filesystem;

namespace {

void Put(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

void Put32(std::string& bytes, size_t offset, uint32_t value) {
  std::memcpy(&bytes[offset], &value, 4);
}

}  // namespace

FakeSysfs::FakeSysfs() {
  std::string name = testing::TempDir() + "fake-sysfs.XXXXXX";
  root_ = ::mkdtemp(name.data());
  bridge_ = root_ + "/sys/devices/pci0000:00/0000:00:1c.0";
  device_ = bridge_ + "/0000:01:00.0";
  fs::create_directories(device_);
  fs::create_directories(root_ + "/sys/bus/pci/devices");
  fs::create_symlink("../../../devices/pci0000:00/0000:00:1c.0/0000:01:00.0",
                     root_ + "/sys/bus/pci/devices/0000:01:00.0");

  std::string config(256, '\0');
  Put32(config, 0x00, 0x10d38086);
  Put32(config, 0x04, 0x00100006);  // memory, bus master; has capabilities
  Put32(config, 0x10, kBarAddress);
  Put32(config, 0x18, 0x0000c001);  // I/O
  Put32(config, 0x34, 0x40);
  Put32(config, 0x40, 0x00000001);  // power management, the last
  Put32(config, 0x44, 0x00000000);  // D0
  Put(device_ + "/config", config);

  std::string bridge(256, '\0');
  Put32(bridge, 0x00, 0x000c1b36);
  Put32(bridge, 0x04, 0x00000007);
  Put32(bridge, 0x08, 0x06040000);
  Put32(bridge, 0x0c, 0x00010000);
  Put32(bridge, 0x20, 0xfe10fe00);  // memory from fe000000 to fe1fffff
  Put32(bridge, 0x24, 0x0001fff1);  // no prefetchable window
  Put(bridge_ + "/config", bridge);

  WriteResource(
      "0x00000000fe000000 0x00000000fe00ffff 0x0000000000040200\n"
      "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
      "0x000000000000c000 0x000000000000c01f 0x0000000000040101\n"
      "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
      "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
      "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
      "0x0000000000000000 0x0000000000000000 0x0000000000000000\n");
  std::string bar(kBarSize, '\0');
  for (uint32_t at = 0; at < kBarSize; at += 4) Put32(bar, at, at);
  WriteBar0(bar);
}

FakeSysfs::~FakeSysfs() { fs::remove_all(root_); }

void FakeSysfs::Set32(const std::string& folder, uint32_t offset, uint32_t value) {
  const int fd = ::open((folder + "/config").c_str(), O_WRONLY);
  EXPECT_EQ(::pwrite(fd, &value, 4, offset), 4);
  ::close(fd);
}

void FakeSysfs::WriteResource(const std::string& lines) { Put(device_ + "/resource", lines); }
void FakeSysfs::WriteBar0(const std::string& bytes) { Put(device_ + "/resource0", bytes); }

FakeSession::FakeSession(const FakeSysfs& sysfs, const std::string& more) {
  int ends[2];
  const std::string request = "protocol=1\nsysroot=" + sysfs.root() +
                              "\nbus=pci\naddress=0000:01:00.0\nquota=1048576\nconfig_size=256\n" +
                              more;
  EXPECT_EQ(::pipe(ends), 0);
  EXPECT_EQ(::write(ends[1], request.data(), request.size()), static_cast<ssize_t>(request.size()));
  ::close(ends[1]);
  EXPECT_EQ(request_read(&session_.request, ends[0]), 0);
  ::close(ends[0]);
  session_.frames.fd = ::open("/dev/null", O_WRONLY);
  EXPECT_EQ(session_open(&session_), 0);
}

FakeSession::~FakeSession() {
  ::close(session_.frames.fd);
  session_close(&session_);
}

void FakeSession::Collect(uint32_t dump_class, uint32_t flags) {
  dump_.dump_class = dump_class;
  dump_.flags = flags;
  session_.collecting = &dump_;
}

int64_t FakeSession::Read(
    uint32_t bar, uint64_t offset, uint32_t width, void* buf, uint32_t count) {
  return session_.host.read_registers(&session_.host, &session_.device, bar, offset, width, buf,
                                      count);
}

int FakeSession::Write(uint32_t bar, uint64_t offset, uint32_t width, uint64_t value) {
  return session_.host.write_register(&session_.host, &session_.device, bar, offset, width, value);
}

}  // namespace vmcoredd
