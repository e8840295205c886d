// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/core.h>

#include <algorithm>

#include "readers/cli/commands.h"
#include "readers/cli/console.h"
#include "readers/cli/output_json.h"
#include "readers/cli/output_text.h"
#include "readers/cli/progress.h"
#include "readers/cli/verify_input.h"

namespace vmcoredd::cli {

namespace {

class CountingStream final : public OutputStream {
 public:
  Result<void> Write(std::span<const std::byte> bytes) override {
    bytes_ += bytes.size();
    return {};
  }
  uint64_t bytes() const { return bytes_; }

 private:
  uint64_t bytes_ = 0;
};

DumpOutcome VerifyDump(const Input& input, const DeviceDump& dump, Console& console) {
  const std::string name = NameText(dump.name());
  DumpOutcome outcome;
  outcome.index = dump.index();
  outcome.name = dump.name();
  CountingStream out;
  Progress progress(console, "reading " + name, dump.size());
  auto result = ExtractDump(*input.reader, dump, PayloadForm::kExact, out, progress.callback());
  outcome.bytes = out.bytes();
  if (result) {
    outcome.hash_matches = result->hash_matches;
    if (outcome.hash_matches == false) {
      console.AddProblem(input.file(),
                         Error(ErrorCode::kCorrupt,
                               fmt::format("dump {} {}: the payload does not match its checksum",
                                           dump.index(), name)));
    }
  } else {
    outcome.truncated = result.error().code() == ErrorCode::kTruncated;
    outcome.failed = !outcome.truncated;
    console.AddProblem(input.file(), std::move(result).error().With(
                                         fmt::format("dump {} {}", dump.index(), name)));
  }
  return outcome;
}

std::string VerifyText(const VerifiedFile& verified) {
  std::string text;
  size_t without_checksum = 0;
  for (const DumpOutcome& dump : verified.dumps) {
    std::string verdict = "ok, checksum matches";
    if (dump.failed) {
      verdict = "cannot be read";
    } else if (dump.truncated) {
      verdict = "truncated";
    } else if (!dump.hash_matches) {
      verdict = "readable, no checksum";
      ++without_checksum;
    } else if (!*dump.hash_matches) {
      verdict = "wrong checksum";
    }
    text += fmt::format("{}: dump {} {}: {}, {}\n", PathText(verified.input->file()), dump.index,
                        NameText(dump.name), Count(dump.bytes, "byte"), verdict);
  }
  text += fmt::format("{}: {}, {}, {} without checksum\n", FilesText(*verified.input),
                      verified.problems == 0 ? "ok" : Count(verified.problems, "problem"),
                      Count(verified.dumps.size(), "device dump"), without_checksum);
  return text;
}

}  // namespace

VerifiedFile VerifyInput(Input& input, Console& console) {
  VerifiedFile verified;
  verified.input = &input;
  const size_t before = console.problem_count();
  {
    // What opening has said already is not said again.
    const auto& known = input.reader->info().diagnostics;
    const auto report = [&](const Diagnostic& diagnostic) {
      const std::string text = diagnostic.error.ToString();
      const bool said = std::any_of(known.begin(), known.end(), [&](const Diagnostic& other) {
        return other.error.ToString() == text;
      });
      if (!said) console.AddProblem(input.file(), diagnostic.error);
    };
    Progress progress(console, "checking " + PathText(input.file()), input.reader->data().Size());
    auto result = input.reader->VerifyStructure(report, progress.callback());
    if (!result) console.AddProblem(input.file(), result.error());
  }
  for (const DeviceDump& dump : input.table.dumps) {
    verified.dumps.push_back(VerifyDump(input, dump, console));
  }
  verified.problems = input.problems + console.problem_count() - before;
  return verified;
}

void Run(const VerifyCommand& command, Console& console) {
  std::vector<Input> inputs = OpenInputs(command.files, {}, console);
  std::vector<VerifiedFile> files;
  for (Input& input : inputs) {
    files.push_back(VerifyInput(input, console));
    if (!command.json) console.Print(VerifyText(files.back()));
  }
  if (command.json) console.Print(VerifyJson(files, console.problems()));
}

}  // namespace vmcoredd::cli
