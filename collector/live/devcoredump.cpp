// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/live/devcoredump.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>

#include "collector/capture/inventory.h"
#include "collector/capture/small_file.h"
#include "vmcoredd/base/text.h"
#include "vmcoredd/base/unique_fd.h"
#include "vmcoredd/format/dump_name.h"

namespace vmcoredd {

namespace {

constexpr char kClassFolder[] = "/sys/class/devcoredump/";
constexpr size_t kMaxDevcoredumps = 1024;
constexpr size_t kWindow = 64 * 1024;

std::string LinkName(const std::string& path) {
  char target[4096];
  const ssize_t size = ::readlink(path.c_str(), target, sizeof target);
  if (size <= 0) return {};
  const std::string_view text(target, static_cast<size_t>(size));
  return std::string(text.substr(text.rfind('/') + 1));
}

// "devcd3": drivers/base/devcoredump.c makes no others.
bool IsDevcoredumpName(std::string_view name) {
  return name.starts_with("devcd") && name.size() > 5 &&
         name.substr(5).find_first_not_of("0123456789") == std::string_view::npos;
}

Result<void> CopyData(const std::string& path, OutputStream& out) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd.is_valid()) return FailIo("cannot open " + EscapeBytes(path), errno);
  std::array<std::byte, kWindow> window;
  for (;;) {
    const ssize_t got = ::read(fd.get(), window.data(), window.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FailIo("cannot read " + EscapeBytes(path), errno);
    if (got == 0) return {};
    VMCOREDD_TRY(out.Write(std::span(window).first(static_cast<size_t>(got))));
  }
}

Devcoredump Describe(const std::string& sysroot, const std::string& name) {
  Devcoredump found;
  found.name = name;
  const std::string folder = sysroot + kClassFolder + name + '/';
  found.data_path = folder + "data";
  const std::string device = folder + "failing_device";
  const std::string address = LinkName(device);
  const std::string driver = LinkName(device + "/driver");
  DumpRegistration& dump = found.dump.registration;
  dump.name = MakeSafeDumpName(driver.empty() ? "devcoredump" : driver,
                               address.empty() ? "unknown" : address, name);
  // Its driver made it when the device failed; its length is known when it has been read.
  dump.size = SizeCallback([](uint64_t) { return std::nullopt; });
  dump.collect = StreamCallback(
      [path = found.data_path](OutputStream& out, DumpContext&) { return CopyData(path, out); });
  dump.source = "devcoredump";
  dump.content = "devcoredump";
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) dump.device.emplace_back(key, value);
  };
  add("bus", LinkName(device + "/subsystem"));
  add("address", address);
  add("driver", driver);
  if (IsPciAddress(address)) found.dump.pci_address = address;
  return found;
}

}  // namespace

std::vector<Devcoredump> FindDevcoredumps(const std::string& sysroot) {
  std::vector<Devcoredump> found;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir((sysroot + kClassFolder).c_str()),
                                                   &::closedir);
  if (!folder) return found;
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(folder.get())) {
    if (IsDevcoredumpName(entry->d_name) && names.size() < kMaxDevcoredumps) {
      names.emplace_back(entry->d_name);
    }
  }
  // By number: the oldest is gone first.
  std::sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  });
  for (const std::string& name : names) found.push_back(Describe(sysroot, name));
  return found;
}

Result<void> ReleaseDevcoredump(const Devcoredump& devcoredump) {
  // Whatever is written: devcd_data_write() has it freed at once.
  return WriteAttribute(devcoredump.data_path, "0");
}

}  // namespace vmcoredd
