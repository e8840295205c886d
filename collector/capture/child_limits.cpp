// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/child_limits.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <string>
#include <string_view>

#include "collector/capture/small_file.h"

namespace vmcoredd {

namespace {

constexpr rlim_t kStackBytes = 1024 * 1024;
constexpr rlim_t kOpenFiles = 64;
// Plugins write to no file but, through the host, to small ones of sysfs.
constexpr rlim_t kFileBytes = 1024 * 1024;
constexpr int kNiceness = 5;
// Orphans of orphans appear one generation a round.
constexpr int kOrphanRounds = 8;

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kIsSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool kIsSanitized = true;
#else
constexpr bool kIsSanitized = false;
#endif
#else
constexpr bool kIsSanitized = false;
#endif

bool is_subreaper = false;

void Limit(__rlimit_resource resource, rlim_t value) {
  rlimit limit;
  // Never above what we have ourselves.
  if (::getrlimit(resource, &limit) == 0 && limit.rlim_max < value) value = limit.rlim_max;
  limit = {value, value};
  ::setrlimit(resource, &limit);
}

}  // namespace

void LimitChild(std::chrono::milliseconds time, bool is_patient, uint64_t data_bytes) {
  Limit(RLIMIT_CORE, 0);
  Limit(RLIMIT_NOFILE, kOpenFiles);
  Limit(RLIMIT_FSIZE, kFileBytes);
  Limit(RLIMIT_STACK, kStackBytes);
  // A backstop of the deadline, should we be gone or stuck ourselves.
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(time).count() + 1;
  Limit(RLIMIT_CPU, static_cast<rlim_t>(seconds));
  // Data, not address space: a BAR that is mapped may be large, and is no memory. The
  // shadow memory of a sanitizer is.
  if (!kIsSanitized) Limit(RLIMIT_DATA, data_bytes);
  if (is_patient) ::setpriority(PRIO_PROCESS, 0, kNiceness);
}

void OfferOurselvesFirst() {
  // Without the right to it, on a running machine: as it is.
  (void)WriteAttribute("/proc/self/oom_score_adj", "1000");
  is_subreaper = ::prctl(PR_SET_CHILD_SUBREAPER, 1) == 0;
}

void EndOrphans() {
  if (!is_subreaper) return;
  const std::string path = "/proc/self/task/" + std::to_string(::getpid()) + "/children";
  for (int round = 0; round < kOrphanRounds; ++round) {
    const std::string children = ReadSmallFile(path);
    bool is_any = false;
    for (std::string_view rest = children; !rest.empty();) {
      const size_t space = std::min(rest.find(' '), rest.size());
      pid_t child = 0;
      const auto parsed = std::from_chars(rest.data(), rest.data() + space, child);
      if (parsed.ec == std::errc() && child > 0) {
        ::kill(child, SIGKILL);
        is_any = true;
      }
      rest.remove_prefix(std::min(space + 1, rest.size()));
    }
    if (!is_any) return;
    const timespec pause{0, 1'000'000};
    ::nanosleep(&pause, nullptr);
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
  }
}

}  // namespace vmcoredd
