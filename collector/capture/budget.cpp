// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/budget.h"

#include <algorithm>
#include <limits>

#include "collector/capture/flat_text.h"
#include "collector/capture/small_file.h"
#include "collector/capture/stop_signal.h"

namespace vmcoredd {

namespace {

using std::chrono::milliseconds;

}  // namespace

std::string Budget::Exhausted() const {
  if (StopRequested()) return "the capture was ended by a signal";
  if (has_end() && Clock::now() >= end()) {
    return "the " + std::to_string(settings_.budget.total.count()) + " ms of the phase are over";
  }
  if (settings_.budget.memory_floor == 0) return {};
  const auto available = AvailableMemory(settings_.sysroot);
  if (!available || *available >= settings_.budget.memory_floor) return {};
  return "MemAvailable is " + std::to_string(*available) + " bytes, below the floor of " +
         std::to_string(settings_.budget.memory_floor);
}

ChildDeadline Budget::ForDump() const {
  const auto now = Clock::now();
  const auto first = now + settings_.budget.process;
  if (const auto longest = settings_.budget.dump; longest.count() != 0) {
    const auto last = has_end() ? std::min(now + longest, end()) : now + longest;
    return {std::min(first, last), last};
  }
  if (!has_end()) return {first, first};
  if (settings_.phase != Phase::kLate) return {std::min(first, end()), std::min(first, end())};
  const auto half = now + (end() - now) / 2;
  return {std::min(first, end()), std::max(std::min(first, end()), half)};
}

void Budget::OnProgress(ChildDeadline& deadline) const {
  if (!may_move()) return;
  deadline.at = std::min(Clock::now() + settings_.budget.process, deadline.last);
}

ChildDeadline Budget::ForQuestion() const {
  const auto first = Clock::now() + settings_.budget.process;
  const auto at = has_end() ? std::min(first, asking_end()) : first;
  return {at, at};
}

bool Budget::MayAsk() const {
  return !StopRequested() && (!has_end() || Clock::now() < asking_end());
}

uint64_t Budget::LeftFor(const std::string& address) const {
  const uint64_t limit = settings_.budget.device_bytes;
  if (limit == 0) return std::numeric_limits<uint64_t>::max();
  const auto used = used_.find(address);
  return used == used_.end() ? limit : limit - std::min(limit, used->second);
}

void Budget::Charge(const std::string& address, uint64_t bytes) {
  if (settings_.budget.device_bytes != 0) used_[address] += bytes;
}

std::optional<uint64_t> AvailableMemory(const std::string& sysroot) {
  constexpr std::string_view key = "MemAvailable:";
  const std::string text = ReadSmallFile(sysroot + "/proc/meminfo");
  const size_t at = text.find(key);
  if (at == std::string::npos) return std::nullopt;
  std::string_view rest = std::string_view(text).substr(at + key.size());
  rest = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  const auto kib = ParseNumber(rest.substr(0, rest.find(' ')));
  if (!kib || *kib > std::numeric_limits<uint64_t>::max() / 1024) return std::nullopt;
  return *kib * 1024;
}

}  // namespace vmcoredd
