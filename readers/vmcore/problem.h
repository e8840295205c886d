// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_VMCORE_PROBLEM_H_
#define READERS_VMCORE_PROBLEM_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "readers/vmcore/vmcore_reader.h"

namespace vmcoredd {

// Counts what is wrong in the same way, so that a hostile or cut file gives one
// line and not a million.
class Problem {
 public:
  // `plural` names the things that are counted: "segments".
  explicit Problem(std::string plural) : plural_(std::move(plural)) {}

  // `make` gives the Error of this case; called for the first one only.
  template <typename MakeError>
  void Add(const MakeError& make) {
    if (count_++ == 0) first_ = make();
  }
  void Report(const VmcoreReader::ReportCallback& report) const {
    if (!first_) return;
    Error error = *first_;
    if (count_ == 1) return report({std::move(error)});
    report({std::move(error).With(std::to_string(count_) + " " + plural_ + ", the first of them")});
  }

 private:
  std::string plural_;
  uint64_t count_ = 0;
  std::optional<Error> first_;
};

// Headers are followed by nothing that they do not mention, up to this: filling
// to a page.
inline constexpr uint64_t kLargestPage = 64 * 1024;

// Reports bytes behind `end`, where everything that the headers mention ends.
inline void ReportTrailingBytes(uint64_t size,
                                uint64_t end,
                                const VmcoreReader::ReportCallback& report) {
  const auto explained = CheckedAlignUp(end, kLargestPage);
  if (!explained || size <= *explained) return;
  report({Error(ErrorCode::kCorrupt,
                std::to_string(size - end) + " bytes follow that no header mentions")
              .At(end)});
}

}  // namespace vmcoredd

#endif  // READERS_VMCORE_PROBLEM_H_
