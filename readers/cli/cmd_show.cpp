// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <set>

#include "readers/cli/commands.h"
#include "readers/cli/console.h"
#include "readers/cli/inputs.h"
#include "readers/cli/output_text.h"
#include "readers/cli/selector.h"

namespace vmcoredd::cli {

namespace {

constexpr size_t kLineBytes = 16;

// Prints a window of what is written to it, in the form of `hexdump -C`: equal
// lines in the middle become one "*".
class HexDumpStream final : public OutputStream {
 public:
  HexDumpStream(Console& console, uint64_t offset, uint64_t length)
      : console_(console), skip_(offset), left_(length), at_(offset) {}

  // kRefused once the window is full: the rest need not be read.
  Result<void> Write(std::span<const std::byte> bytes) override {
    const size_t skipped = std::min<uint64_t>(skip_, bytes.size());
    skip_ -= skipped;
    bytes = bytes.subspan(skipped);
    bytes = bytes.first(std::min<uint64_t>(left_, bytes.size()));
    left_ -= bytes.size();
    while (!bytes.empty()) {
      const size_t count = std::min(kLineBytes - used_, bytes.size());
      std::memcpy(line_.data() + used_, bytes.data(), count);
      used_ += count;
      bytes = bytes.subspan(count);
      if (used_ == kLineBytes) PrintLine();
    }
    if (left_ == 0) return Fail(ErrorCode::kRefused, "the window is full");
    return {};
  }

  Result<void> Finish() override {
    if (used_ != 0) PrintLine();
    if (printed_) console_.Print(fmt::format("{:08x}\n", at_));
    return {};
  }

  bool full() const { return left_ == 0; }
  bool reached() const { return skip_ == 0; }

 private:
  void PrintLine() {
    const bool same = printed_ && used_ == kLineBytes && line_ == last_;
    if (!same) {
      console_.Print(Line());
    } else if (!starred_) {
      console_.Print("*\n");
    }
    starred_ = same;
    printed_ = true;
    last_ = line_;
    at_ += used_;
    used_ = 0;
  }

  std::string Line() const {
    std::string text = fmt::format("{:08x}  ", at_);
    std::string plain;
    for (size_t i = 0; i < kLineBytes; ++i) {
      if (i == kLineBytes / 2) text += ' ';
      if (i >= used_) {
        text += "   ";
        continue;
      }
      const auto value = std::to_integer<unsigned char>(line_[i]);
      text += fmt::format("{:02x} ", value);
      plain += value >= ' ' && value <= '~' ? static_cast<char>(value) : '.';
    }
    return text + " |" + plain + "|\n";
  }

  Console& console_;
  uint64_t skip_;
  uint64_t left_;
  uint64_t at_;
  std::array<std::byte, kLineBytes> line_ = {};
  std::array<std::byte, kLineBytes> last_ = {};
  size_t used_ = 0;
  bool printed_ = false;
  bool starred_ = false;
};

}  // namespace

void Run(const ShowCommand& command, Console& console) {
  std::vector<Input> inputs = OpenInputs(command.files, {}, console);
  const auto form = command.stored ? PayloadForm::kStored : PayloadForm::kExact;
  std::set<Input*> unconfirmed;  // inputs that payloads without checksum are of
  bool first = true;
  for (const auto& [input, dump] : SelectDumps(inputs, command.selectors, console)) {
    if (!first) console.Print("\n");
    first = false;
    const bool stored = command.stored || !dump->manifest;
    const uint64_t size = stored ? dump->size() : dump->manifest->length;
    const std::string name = NameText(dump->name());
    console.Print(fmt::format("{} {}: {}\n", dump->index(), name, Count(size, "byte")));
    HexDumpStream out(console, command.offset,
                      command.length.value_or(std::numeric_limits<uint64_t>::max()));
    auto result = ExtractDump(*input->reader, *dump, form, out);
    static_cast<void>(out.Finish());  // only prints
    if (!result || !result->hash_matches) unconfirmed.insert(input);
    if (!result && !out.full()) {
      console.AddProblem(input->file(), std::move(result).error().With(name));
    } else if (!out.full() && !out.reached()) {
      console.AddProblem(input->file(), Error(ErrorCode::kInvalidArgument,
                                              fmt::format("{}: the offset {} is past its end", name,
                                                          command.offset)));
    } else if (result && result->hash_matches == false) {
      console.AddProblem(input->file(), Error(ErrorCode::kCorrupt,
                                              name + ": the payload does not match its checksum"));
    }
  }
  for (Input* const input : unconfirmed) CheckCompressedStream(*input, console);
}

}  // namespace vmcoredd::cli
