// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <set>

#include "readers/cli/commands.h"
#include "readers/cli/console.h"
#include "readers/cli/hex_dump.h"
#include "readers/cli/inputs.h"
#include "readers/cli/output_text.h"
#include "readers/cli/selector.h"

namespace vmcoredd::cli {

namespace {

// Prints a window of what is written to it.
class WindowStream final : public OutputStream {
 public:
  WindowStream(Console& console, uint64_t offset, uint64_t length)
      : dump_(offset, [&console](std::string_view text) { console.Print(text); }),
        skip_(offset),
        left_(length) {}

  // kRefused once the window is full: the rest need not be read.
  Result<void> Write(std::span<const std::byte> bytes) override {
    const size_t skipped = std::min<uint64_t>(skip_, bytes.size());
    skip_ -= skipped;
    bytes = bytes.subspan(skipped);
    bytes = bytes.first(std::min<uint64_t>(left_, bytes.size()));
    left_ -= bytes.size();
    dump_.Add(bytes);
    if (left_ == 0) return Fail(ErrorCode::kRefused, "the window is full");
    return {};
  }

  Result<void> Finish() override {
    dump_.Finish();
    return {};
  }

  bool full() const { return left_ == 0; }
  bool reached() const { return skip_ == 0; }

 private:
  HexDump dump_;
  uint64_t skip_;
  uint64_t left_;
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
    WindowStream out(console, command.offset,
                     command.length.value_or(std::numeric_limits<uint64_t>::max()));
    if (size > HexDump::kBlockBytes) console.ExpectMuch();
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
