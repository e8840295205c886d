// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/health/mlx5/recovery.h"

#include <dirent.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include "collector/capture/inventory.h"
#include "collector/capture/small_file.h"

namespace vmcoredd::mlx5 {

namespace {

constexpr uint32_t kBridgeClass = 0x06;
constexpr int kMaxDepth = 8;  // of the folders below a device
constexpr useconds_t kStepUs = 20000;
constexpr int kSteps = 500;  // 10 s for a folder to come or go
constexpr int kMaxExitError = 255;

std::string FolderOf(const DevicePlace& place) {
  return place.sysroot + "/sys/bus/pci/devices/" + place.address;
}

bool Exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

std::string DriverOf(const DevicePlace& place) {
  char target[PATH_MAX];
  const ssize_t size = ::readlink((FolderOf(place) + "/driver").c_str(), target, sizeof target);
  if (size <= 0) return {};
  const std::string_view path(target, static_cast<size_t>(size));
  return std::string(path.substr(path.rfind('/') + 1));
}

// A folder "block" somewhere below: a disk.
bool HasDisk(const std::string& folder, int depth) {
  if (depth == 0) return true;  // deeper than any device: nobody knows
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(folder.c_str()), &::closedir);
  if (!open) return false;
  while (const dirent* const entry = ::readdir(open.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    const std::string path = folder + '/' + std::string(name);
    struct stat status = {};
    if (::lstat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) continue;
    if (name == "block" || HasDisk(path, depth - 1)) return true;
  }
  return false;
}

int Write(const std::string& path, std::string_view text) {
  const Result<void> written = WriteAttribute(path, text);
  return written ? 0 : written.error().os_error();
}

int WaitFor(const std::string& path, bool is_there) {
  for (int step = 0; step < kSteps; ++step) {
    if (Exists(path) == is_there) return 0;
    ::usleep(kStepUs);
  }
  return ETIMEDOUT;
}

// In the child. A captured tree does not react: there the files only say what was written.
int Run(const DevicePlace& place, RecoveryMethod method, const std::string& driver) {
  const std::string folder = FolderOf(place);
  const bool is_machine = place.sysroot.empty();
  int error = 0;
  if (method == RecoveryMethod::kRescan) {
    error = Write(folder + "/remove", "1");
    if (error == 0 && is_machine) error = WaitFor(folder, false);
    // Also after an error: a function that is gone half way should come back.
    const int rescan = Write(place.sysroot + "/sys/bus/pci/rescan", "1");
    if (error == 0) error = rescan;
    if (error == 0) error = WaitFor(folder + "/config", true);
    return error;
  }
  const std::string bus = place.sysroot + "/sys/bus/pci/drivers/" + driver;
  error = Write(bus + "/unbind", place.address);
  if (error == 0 && is_machine) error = WaitFor(folder + "/driver", false);
  const int bind = Write(bus + "/bind", place.address);
  return error != 0 ? error : bind;
}

}  // namespace

std::optional<RecoveryMethod> ParseRecoveryMethod(std::string_view text) {
  if (text == "rescan") return RecoveryMethod::kRescan;
  if (text == "rebind") return RecoveryMethod::kRebind;
  return std::nullopt;
}

std::string WhyNotRecover(const DevicePlace& place) {
  if (!IsPciAddress(place.address)) return "it has no PCI address";
  const std::string folder = FolderOf(place);
  if (!Exists(folder)) return "it is not there";
  const std::string class_text = ReadFirstLine(folder + "/class");
  const unsigned long class_code = std::strtoul(class_text.c_str(), nullptr, 16);
  if (class_code >> 16 == kBridgeClass) return "it is a bridge";
  if (HasDisk(std::string(folder) + "/.", kMaxDepth)) return "it has a disk";
  const std::string functions = ReadFirstLine(folder + "/sriov_numvfs");
  if (!functions.empty() && functions != "0") return "it has virtual functions";
  if (DriverOf(place) == "vfio-pci") return "it is lent out to vfio-pci";
  return {};
}

Recovery::~Recovery() {
  loop_.CancelTimer(timer_);
  if (child_ == 0) return;
  loop_.RemoveChild(child_);
  ::kill(child_, SIGKILL);
}

int Recovery::Start(const DevicePlace& place,
                    RecoveryMethod method,
                    std::chrono::milliseconds deadline,
                    OnEnd on_end) {
  if (child_ != 0) return EBUSY;
  const std::string driver = DriverOf(place);
  if (method == RecoveryMethod::kRebind && driver.empty()) return ENODEV;
  const pid_t child = ::fork();
  if (child < 0) return errno;
  if (child == 0) {
    loop_.ResetInChild();
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::close_range(STDERR_FILENO + 1, ~0U, 0);
    const int error = Run(place, method, driver);
    ::_exit(error >= 0 && error <= kMaxExitError ? error : EIO);
  }
  child_ = child;
  on_end_ = std::move(on_end);
  timer_ = loop_.AddTimer(deadline, [this] {
    // It may not die: then child_ says so, until it does.
    timer_ = 0;
    ::kill(child_, SIGKILL);
    End(ETIMEDOUT);
  });
  const auto watched = loop_.AddChild(child, [this](int status) {
    child_ = 0;
    End(WIFEXITED(status) ? WEXITSTATUS(status) : EIO);
  });
  if (!watched) {
    ::kill(child, SIGKILL);
    loop_.CancelTimer(std::exchange(timer_, 0));
    child_ = 0;
    return EAGAIN;
  }
  return 0;
}

void Recovery::End(int error) {
  loop_.CancelTimer(std::exchange(timer_, 0));
  if (const OnEnd on_end = std::exchange(on_end_, nullptr)) on_end(error);
}

}  // namespace vmcoredd::mlx5
