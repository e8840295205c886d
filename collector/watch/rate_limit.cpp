// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/watch/rate_limit.h"

#include <algorithm>

namespace vmcoredd::watch {

RateLimit::Answer RateLimit::Take(const std::string& name,
                                  uint64_t count,
                                  std::chrono::seconds window,
                                  Clock::time_point now) {
  if (!buckets_.contains(name)) MakeRoom();
  Bucket& bucket = buckets_[name];
  bucket.window = window;
  bucket.last = now;
  while (!bucket.granted.empty() && bucket.granted.front() + window <= now) {
    bucket.granted.pop_front();
  }
  if (bucket.granted.size() < count) {
    bucket.granted.push_back(now);
    return Answer::kGranted;
  }
  if (bucket.is_refusing) {
    ++bucket.refused;
    return Answer::kRefused;
  }
  bucket.is_refusing = true;
  bucket.refusing_since = now;
  return Answer::kRefusedFirst;
}

std::vector<RateLimit::Refused> RateLimit::Expire(Clock::time_point now) {
  std::vector<Refused> told;
  for (auto it = buckets_.begin(); it != buckets_.end();) {
    Bucket& bucket = it->second;
    if (bucket.is_refusing && bucket.refusing_since + bucket.window <= now) {
      if (bucket.refused != 0) told.push_back({it->first, bucket.refused});
      bucket.refused = 0;
      bucket.is_refusing = false;
    }
    const bool is_quiet = !bucket.is_refusing && bucket.last + bucket.window <= now;
    it = is_quiet ? buckets_.erase(it) : std::next(it);
  }
  return told;
}

RateLimit::Clock::time_point RateLimit::NextExpiry() const {
  Clock::time_point next = Clock::time_point::max();
  for (const auto& [name, bucket] : buckets_) {
    next =
        std::min(next, (bucket.is_refusing ? bucket.refusing_since : bucket.last) + bucket.window);
  }
  return next;
}

void RateLimit::MakeRoom() {
  if (buckets_.size() < kMaxNames) return;
  const auto quietest =
      std::min_element(buckets_.begin(), buckets_.end(),
                       [](const auto& a, const auto& b) { return a.second.last < b.second.last; });
  buckets_.erase(quietest);
}

}  // namespace vmcoredd::watch
