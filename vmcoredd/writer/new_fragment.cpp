// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/writer/new_fragment.h"

#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <span>
#include <utility>

#include "vmcoredd/base/payload_hash.h"
#include "vmcoredd/base/text.h"
#include "vmcoredd/base/utc_time.h"

namespace vmcoredd {

namespace {

constexpr time_t kYear2000 = 946684800;

std::string NewCaptureId() {
  std::array<std::byte, 16> random;
  if (::getrandom(random.data(), random.size(), GRND_NONBLOCK) ==
      static_cast<ssize_t>(random.size())) {
    return ToHex(random);
  }
  // Unique rather than unpredictable is all that is needed.
  std::array<struct timespec, 2> now{};
  ::clock_gettime(CLOCK_REALTIME, &now[0]);
  ::clock_gettime(CLOCK_MONOTONIC, &now[1]);
  std::array<std::byte, sizeof now + sizeof(pid_t)> seed;
  const pid_t pid = ::getpid();
  std::memcpy(seed.data(), now.data(), sizeof now);
  std::memcpy(seed.data() + sizeof now, &pid, sizeof pid);
  return HashOf(seed);
}

}  // namespace

std::string ManifestTime() {
  const time_t now = ::time(nullptr);
  return now < kYear2000 ? std::string() : UtcTime(now);
}

ManifestFragment NewFragment(std::string kind) {
  ManifestFragment fragment;
  fragment.generator = "vmcoredd " VMCOREDD_VERSION;
  fragment.kind = std::move(kind);
  fragment.capture_id = NewCaptureId();
  fragment.time = ManifestTime();
  return fragment;
}

}  // namespace vmcoredd
