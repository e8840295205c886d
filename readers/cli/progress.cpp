// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/progress.h"

#include <algorithm>
#include <utility>

#include "readers/cli/console.h"
#include "readers/cli/output_text.h"

namespace vmcoredd::cli {

namespace {

using Clock = std::chrono::steady_clock;
// Work that is done sooner needs no progress, and a person reads no faster.
constexpr auto kDelay = std::chrono::milliseconds(500);
constexpr auto kInterval = std::chrono::milliseconds(200);

}  // namespace

Progress::Progress(Console& console, std::string what, std::optional<uint64_t> total)
    : console_(console),
      what_(std::move(what)),
      total_(total),
      start_(Clock::now()),
      next_(start_ + kDelay) {}

Progress::~Progress() { console_.ShowProgress({}); }

ProgressCallback Progress::callback() {
  if (!console_.shows_progress()) return nullptr;
  return [this](uint64_t done) { Update(done); };
}

void Progress::Update(uint64_t done) {
  const auto now = Clock::now();
  if (now < next_) return;
  next_ = now + kInterval;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  std::string text = what_;
  if (total_ && *total_ != 0) {
    const double share = static_cast<double>(done) / static_cast<double>(*total_);
    text += "  " + std::to_string(static_cast<int>(std::min(share, 1.0) * 100)) + '%';
  }
  text += "  " + HumanBytes(done);
  text += "  " + HumanBytes(static_cast<uint64_t>(static_cast<double>(done) / seconds)) + "/s";
  console_.ShowProgress(text);
}

}  // namespace vmcoredd::cli
