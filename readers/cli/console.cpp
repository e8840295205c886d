// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/console.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "readers/cli/output_text.h"

namespace vmcoredd::cli {

namespace {

constexpr int kPipeBytes = 1024 * 1024;

}  // namespace

Console::Console() : error_is_terminal_(::isatty(STDERR_FILENO) == 1) {}

void Console::Print(std::string_view text) {
  const bool printed = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (!printed && stdout_error_ == 0) stdout_error_ = errno;
}

void Console::ExpectMuch() {
  Flush();
  // 64 KiB unless it is told otherwise; what is no pipe refuses.
  ::fcntl(STDOUT_FILENO, F_SETPIPE_SZ, kPipeBytes);
}

void Console::Flush() {
  if (std::fflush(stdout) != 0 && stdout_error_ == 0) stdout_error_ = errno;
}

void Console::PrintMessage(std::string_view text) {
  ShowProgress({});
  Flush();  // lines of both streams appear in the order in which they were said
  const std::string line = "vmcoredd: " + std::string(text) + '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

void Console::Raise(ExitCode code) { exit_code_ = std::max<int>(exit_code_, code); }

void Console::Add(std::string_view file, const Error& error, ExitCode code) {
  Raise(code);
  ++problem_count_;
  const std::string path = PathText(file);
  if (file != last_file_) {
    last_file_ = file;
    of_last_file_ = 0;
  }
  if (++of_last_file_ > kMaxProblems) {
    if (of_last_file_ == kMaxProblems + 1) PrintMessage(path + ": further problems not shown");
    return;
  }
  problems_.push_back({std::string(file), error});
  PrintMessage(path.empty() ? error.ToString() : path + ": " + error.ToString());
}

void Console::AddProblem(std::string_view file, const Error& error) {
  Add(file, error, kExitProblem);
}

void Console::AddUnusable(std::string_view file, const Error& error) {
  Add(file, error, taken_along_.contains(file) ? kExitProblem : kExitUnusable);
}

void Console::Note(std::string_view text) { PrintMessage(text); }

void Console::AddUsageError(std::string_view text) {
  PrintMessage(text);
  Raise(kExitUsage);
}

bool Console::CanAsk() const { return error_is_terminal_ && ::isatty(STDIN_FILENO) == 1; }

bool Console::Ask(std::string_view question) {
  if (!CanAsk()) return false;
  ShowProgress({});
  Flush();
  const std::string line = "vmcoredd: " + std::string(question) + " [y/N] ";
  std::fwrite(line.data(), 1, line.size(), stderr);
  char answer[16] = {};
  if (std::fgets(answer, sizeof answer, stdin) == nullptr) return false;
  return answer[0] == 'y' || answer[0] == 'Y';
}

void Console::ShowProgress(std::string_view text) {
  if (!error_is_terminal_ || (text.empty() && !progress_shown_)) return;
  // Back to the first column, the text, and clear what is left of the old one.
  const std::string line = '\r' + std::string(text) + "\033[K";
  std::fwrite(line.data(), 1, line.size(), stderr);
  progress_shown_ = !text.empty();
}

int Console::Finish() {
  ShowProgress({});
  Flush();
  if (stdout_error_ != 0) AddProblem({}, Error::Io("cannot write standard output", stdout_error_));
  return exit_code_;
}

}  // namespace vmcoredd::cli
