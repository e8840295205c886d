// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/devlink/batch.h"

#include <cerrno>
#include <optional>

namespace vmcoredd::devlink_cli {

namespace {

constexpr std::string_view kBlanks = " \t\r\n";

// A line without its end; nothing at the end of the file.
Result<std::optional<std::string>> ReadLine(std::FILE* file) {
  std::string line;
  for (int byte = std::fgetc(file); byte != '\n'; byte = std::fgetc(file)) {
    if (byte == EOF) {
      if (std::ferror(file) != 0) return FailIo("cannot read the batch", errno);
      if (line.empty()) return std::nullopt;
      break;
    }
    if (line.size() == kMaxBatchLine) {
      return Fail(ErrorCode::kLimitExceeded,
                  "a line of the batch has more than " + std::to_string(kMaxBatchLine) + " bytes");
    }
    line += static_cast<char>(byte);
  }
  return line;
}

Result<std::vector<std::string>> SplitWords(std::string_view line) {
  std::vector<std::string> words;
  while (true) {
    const size_t begin = line.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) return words;
    line.remove_prefix(begin);
    size_t end = 0;
    if (line[0] == '"' || line[0] == '\'') {
      end = line.find(line[0], 1);
      if (end == std::string_view::npos) {
        return Fail(ErrorCode::kInvalidArgument, "Unterminated quoted string");
      }
      words.emplace_back(line.substr(1, end - 1));
      line.remove_prefix(end + 1);
      continue;
    }
    end = std::min(line.find_first_of(kBlanks), line.size());
    words.emplace_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

}  // namespace

Result<void> ReadBatch(std::FILE* file, const BatchCommand& run) {
  for (size_t number = 1;; ++number) {
    auto line = VMCOREDD_TRY(ReadLine(file));
    if (!line) return {};
    std::string command;
    while (true) {
      const bool has_comment = line->find('#') != std::string::npos;
      line->erase(std::min(line->find('#'), line->size()));
      const bool goes_on = !has_comment && line->ends_with('\\');
      if (goes_on) line->pop_back();
      command += *line;
      if (!goes_on) break;
      if (command.size() > kMaxBatchLine) {
        return Fail(ErrorCode::kLimitExceeded, "a command of the batch is too long");
      }
      line = VMCOREDD_TRY(ReadLine(file));
      if (!line) return Fail(ErrorCode::kTruncated, "Missing continuation line");
      ++number;
    }
    auto words = VMCOREDD_TRY(SplitWords(command));
    if (!words.empty() && !run(std::move(words), number)) return {};
  }
}

}  // namespace vmcoredd::devlink_cli
