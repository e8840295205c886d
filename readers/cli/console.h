// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_CONSOLE_H_
#define READERS_CLI_CONSOLE_H_

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "vmcoredd/base/error.h"

namespace vmcoredd::cli {

enum ExitCode {
  kExitOk = 0,
  kExitProblem = 1,   // something was skipped, refused, not written or found wrong
  kExitUsage = 2,     // the command line makes no sense
  kExitUnusable = 3,  // an input cannot be read at all
  kExitInternal = 4,  // a defect of ours
};

// One thing that went wrong, for the "errors" of the JSON outputs.
struct Problem {
  std::string file;  // raw
  Error error;
};

// Standard output, the messages on standard error, and the exit code that they
// add up to: the highest of all. Everything that comes from a file must be
// escaped before it is printed; file names are made safe here.
class Console {
 public:
  Console();
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  // Appends to standard output.
  void Print(std::string_view text);
  // Before something long is printed: a pipe gets room for it.
  void ExpectMuch();
  // Has what was printed be seen now: what goes on for ever must not wait for a full buffer.
  void Flush();

  // "vmcoredd: FILE: MESSAGE", and remembers it. Of one file at most
  // kMaxProblems are printed and kept, the rest is counted.
  void AddProblem(std::string_view file, const Error& error);   // exit code 1
  void AddUnusable(std::string_view file, const Error& error);  // exit code 3
  // From now on AddUnusable() of this file is exit code 1: it was taken along with others.
  void NobodyNamed(const std::string& file) { taken_along_.insert(file); }
  // A message that does not change the exit code.
  void Note(std::string_view text);
  // "vmcoredd: TEXT" for a request that makes no sense: exit code 2.
  void AddUsageError(std::string_view text);

  // Exit code 1 without a message: standard output has it.
  void RaiseProblem() { Raise(kExitProblem); }

  const std::vector<Problem>& problems() const { return problems_; }
  size_t problem_count() const { return problem_count_; }

  // Asks a question that is answered with y or n. False when there is nobody to
  // ask: standard input or standard error is not a terminal.
  bool CanAsk() const;
  bool Ask(std::string_view question);

  // Shows `text` in place of what was shown before; empty removes it. Only on a
  // terminal.
  void ShowProgress(std::string_view text);
  bool shows_progress() const { return error_is_terminal_; }

  // Flushes standard output and says with what to exit.
  int Finish();

 private:
  void Add(std::string_view file, const Error& error, ExitCode code);
  void PrintMessage(std::string_view text);
  void Raise(ExitCode code);

  bool error_is_terminal_;
  bool progress_shown_ = false;
  int exit_code_ = kExitOk;
  int stdout_error_ = 0;  // errno of the first failure
  size_t problem_count_ = 0;
  std::string last_file_;
  size_t of_last_file_ = 0;
  std::vector<Problem> problems_;
  std::set<std::string, std::less<>> taken_along_;
};

// A badly damaged file has a problem in every page descriptor; nobody reads more.
inline constexpr size_t kMaxProblems = 50;

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_CONSOLE_H_
