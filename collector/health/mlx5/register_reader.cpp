// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/health/mlx5/register_reader.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>

extern "C" {
#include "driver-plugins/abi/runner/bar_window.h"
#include "driver-plugins/abi/runner/pci_checks.h"
#include "driver-plugins/abi/runner/pci_config.h"
}
#include "vmcoredd/base/unique_fd.h"

namespace vmcoredd::mlx5 {

namespace {

constexpr uint32_t kBar = 0;

Sample Failed(Sample::Status status, const char* why) {
  Sample sample;
  sample.status = status;
  std::snprintf(sample.why, sizeof sample.why, "%s", why);
  return sample;
}
Sample FailedErrno(const char* what, int error) {
  char why[160];
  std::snprintf(why, sizeof why, "%s: %s", what, std::strerror(error));
  return Failed(Sample::Status::kCannotRead, why);
}

class Window {
 public:
  Window() { window_.fd = -1; }
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;
  ~Window() { bar_window_close(&window_); }
  bar_window* get() { return &window_; }

 private:
  bar_window window_ = {};
};

bool PathOf(const DevicePlace& place, const char* file, char (&path)[PATH_MAX]) {
  return pci_device_path(path, sizeof path, place.sysroot.c_str(), place.address.c_str(), file) ==
         0;
}

Sample Load(const char* path, const bar_resource& resource) {
  Window window;
  // Not the whole BAR: what is above is not even mapped.
  int error = bar_window_open(window.get(), path, resource.start, kSegmentBytes, 0);
  if (error != 0) return FailedErrno("BAR 0 cannot be opened", -error);
  Sample sample;
  for (const RegisterRange& range : kSegmentRanges) {
    for (uint32_t i = 0; i < range.count; ++i) {
      const uint32_t address = range.address + 4 * i;
      error = bar_window_load(window.get(), address, 4, &sample.image[address]);
      if (error == -EIO) {
        return Failed(Sample::Status::kNoAnswer, "the device went away while it was read");
      }
      if (error != 0) return FailedErrno("BAR 0 cannot be read", -error);
    }
  }
  sample.status = Sample::Status::kRead;
  return sample;
}

// Who lacks CAP_SYS_ADMIN, as the unit of vmcoredd-watch does, sees 64 bytes of configuration
// space (pci_read_config(), drivers/pci/pci-sysfs.c), and so no capability that tells whether
// the device sleeps; a device that does reads as all ones. Then the kernel has to say so
// (power_state, Documentation/ABI/testing/sysfs-bus-pci).
bool IsKnownAwake(const DevicePlace& place, int config, char (&why)[160]) {
  if (pci_config_dword(config, 0x40) != 0xffffffffU) return true;  // pci_check_device() looks
  char path[PATH_MAX], state[16] = {};
  const UniqueFd file(PathOf(place, "power_state", path) ? ::open(path, O_RDONLY | O_CLOEXEC) : -1);
  const ssize_t length = file.is_valid() ? ::read(file.get(), state, sizeof state - 1) : 0;
  if (length > 0 && state[length - 1] == '\n') state[length - 1] = '\0';
  if (std::strcmp(state, "D0") == 0) return true;
  std::snprintf(why, sizeof why, "the kernel says that the power state of the device is %s",
                state[0] == '\0' ? "not known" : state);
  return false;
}

}  // namespace

Sample ReadSegment(const DevicePlace& place) {
  char path[PATH_MAX], folder[PATH_MAX];
  if (!PathOf(place, "config", path) || !PathOf(place, "", folder)) {
    return Failed(Sample::Status::kCannotRead, "the device has no usable address");
  }
  const UniqueFd config(::open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!config.is_valid()) {
    return errno == ENOENT || errno == ENODEV
               ? Failed(Sample::Status::kNoAnswer, "the device is gone")
               : FailedErrno("configuration space cannot be opened", errno);
  }
  if (!pci_config_answers(config.get())) {
    return Failed(Sample::Status::kNoAnswer, "configuration space reads all ones");
  }
  const bool is_vf = PathOf(place, "physfn", path) && ::access(path, F_OK) == 0;
  refusal refused = {};
  if (pci_check_device(config.get(), is_vf ? 1 : 0, &refused) != 0) {
    return Failed(Sample::Status::kCannotRead, refused.why);
  }
  char why[160];
  if (!IsKnownAwake(place, config.get(), why)) return Failed(Sample::Status::kCannotRead, why);
  bar_resource resources[BAR_COUNT];
  int error = PathOf(place, "resource", path) ? bar_read_resources(path, resources) : -ENAMETOOLONG;
  if (error != 0) return FailedErrno("the BARs cannot be looked at", -error);
  if (pci_check_bar(config.get(), is_vf ? 1 : 0, folder, kBar, &resources[kBar], &refused) != 0) {
    return Failed(Sample::Status::kCannotRead, refused.why);
  }
  if (resources[kBar].size < kSegmentBytes) {
    return Failed(Sample::Status::kCannotRead, "BAR 0 is smaller than the initialisation segment");
  }
  if (!PathOf(place, "resource0", path)) return FailedErrno("BAR 0 has no path", ENAMETOOLONG);
  return Load(path, resources[kBar]);
}

}  // namespace vmcoredd::mlx5
