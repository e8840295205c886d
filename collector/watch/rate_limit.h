// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_WATCH_RATE_LIMIT_H_
#define VMCOREDD_COLLECTOR_WATCH_RATE_LIMIT_H_

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace vmcoredd::watch {

// So many in any window of so long, for each name. What is refused is counted until
// somebody asks.
class RateLimit {
 public:
  using Clock = std::chrono::steady_clock;
  enum class Answer {
    kGranted,
    kRefusedFirst,  // the first since something was granted, or since the count was told
    kRefused,
  };
  Answer Take(const std::string& name,
              uint64_t count,
              std::chrono::seconds window,
              Clock::time_point now);

  // Names whose window has passed and that were refused something meanwhile, beside the
  // first that was told: once. Forgets what is of no use any more.
  struct Refused {
    std::string name;
    uint64_t count = 0;
  };
  std::vector<Refused> Expire(Clock::time_point now);
  // When Expire() has something to do; max(): never.
  Clock::time_point NextExpiry() const;

  // Names at once. Past it the one that is quiet for longest makes room.
  static constexpr size_t kMaxNames = 4096;

 private:
  struct Bucket {
    std::deque<Clock::time_point> granted;
    std::chrono::seconds window{0};
    uint64_t refused = 0;
    bool is_refusing = false;
    Clock::time_point refusing_since, last;
  };
  void MakeRoom();
  std::map<std::string, Bucket> buckets_;
};

}  // namespace vmcoredd::watch

#endif  // VMCOREDD_COLLECTOR_WATCH_RATE_LIMIT_H_
