// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef TESTS_UNIT_READERS_IMPORT_SUPPORT_H_
#define TESTS_UNIT_READERS_IMPORT_SUPPORT_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "readers/import/formats.h"

namespace vmcoredd {

// Gives a text in pieces of at most `piece` bytes, and then fails, if it shall.
class PieceStream final : public InputStream {
 public:
  PieceStream(std::string_view text, size_t piece) : text_(text), piece_(piece) {}
  void FailWith(Error error) { error_ = std::move(error); }
  Result<size_t> Read(std::span<std::byte> out) override;

 private:
  std::string_view text_;
  size_t piece_;
  std::optional<Error> error_;
};

struct ImportedDump {
  SavedDump dump;
  std::string payload;
  DumpRemarks remarks;
};

// Keeps everything that an importer says, and checks the order of calls.
class RecordingSink final : public ImportSink {
 public:
  Result<void> Begin(const SavedDump& dump) override;
  Result<void> Write(std::span<const std::byte> bytes) override;
  Result<void> End(const DumpRemarks& remarks) override;
  void Report(const Error& damage) override { reports.push_back(damage); }
  std::optional<uint64_t> expected_size() const override { return size; }

  std::optional<uint64_t> size;  // that is expected
  std::vector<ImportedDump> dumps;
  std::vector<Error> reports;
  uint64_t max_bytes = UINT64_MAX;  // then Write() fails

 private:
  bool is_open_ = false;
};

// What an import came to.
struct Imported {
  Result<void> result;
  RecordingSink sink;
  // Exit code 0: nothing was damaged or lost.
  bool is_clean() const { return result && sink.reports.empty(); }
};

// Imports as the format of this name and form; the first of its name, if `form` is empty.
Imported Import(std::string_view text,
                std::string_view name,
                std::string_view form = {},
                size_t piece = SIZE_MAX,
                std::optional<uint64_t> expected_size = {});

// A file of tests/golden.
std::string Golden(const std::string& path);

// `count` bytes 0, 1, 2, ...
std::string Counting(size_t count);
// What the region of the goldens holds: byte i of chunk c is i + c.
std::string SampleRegion();

}  // namespace vmcoredd

#endif  // TESTS_UNIT_READERS_IMPORT_SUPPORT_H_
