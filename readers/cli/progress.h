// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_PROGRESS_H_
#define READERS_CLI_PROGRESS_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "vmcoredd/base/byte_source.h"

namespace vmcoredd::cli {

class Console;

// How far one piece of work is, shown on a terminal once it has taken half a
// second: "extracting NAME  42%  1.3 GiB  810 MiB/s".
class Progress {
 public:
  // `what` must be escaped. `total` in bytes, if it is known.
  Progress(Console& console, std::string what, std::optional<uint64_t> total);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  void set_total(uint64_t total) { total_ = total; }
  // To hand to a library; nothing when no progress is shown, so that nothing is
  // called. Valid as long as this object.
  ProgressCallback callback();
  void Update(uint64_t done);

 private:
  Console& console_;
  std::string what_;
  std::optional<uint64_t> total_;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_PROGRESS_H_
