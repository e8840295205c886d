// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "readers/import/formats.h"
#include "tests/fuzz/fuzz_input.h"
#include "vmcoredd/base/payload_hash.h"

// One importer of readers/import: the build names its format and form. The first byte of
// the input says in which pieces the rest is read, and where it is cut.

using namespace vmcoredd;

namespace {

// What an importer may make of a few bytes: gaps, or the span of an image.
constexpr uint64_t kMostBytes = 80 * 1024 * 1024;
constexpr size_t kKeptBytes = 256 * 1024;

class Pieces final : public InputStream {
 public:
  Pieces(std::span<const std::byte> bytes, size_t piece) : bytes_(bytes), piece_(piece) {}
  Result<size_t> Read(std::span<std::byte> out) override {
    const size_t count = std::min({out.size(), bytes_.size(), piece_});
    if (count != 0) std::memcpy(out.data(), bytes_.data(), count);
    bytes_ = bytes_.subspan(count);
    return count;
  }

 private:
  std::span<const std::byte> bytes_;
  size_t piece_;
};

struct Dump {
  SavedDump dump;
  DumpRemarks remarks;
  std::string first_bytes;
  uint64_t size = 0;
  PayloadHasher hasher;
  std::string hash;
};

class Sink final : public ImportSink {
 public:
  Result<void> Begin(const SavedDump& dump) override {
    fuzz::Require(!is_open_, "a dump begins when the one before has ended");
    is_open_ = true;
    dumps.emplace_back().dump = dump;
    return {};
  }
  Result<void> Write(std::span<const std::byte> bytes) override {
    fuzz::Require(is_open_, "bytes belong to a dump");
    Dump& dump = dumps.back();
    dump.size += bytes.size();
    fuzz::Require(dump.size <= kMostBytes, "a few bytes do not become a region of any size");
    dump.hasher.Update(bytes);
    const size_t keep = std::min(bytes.size(), kKeptBytes - dump.first_bytes.size());
    dump.first_bytes.append(reinterpret_cast<const char*>(bytes.data()), keep);
    return {};
  }
  Result<void> End(const DumpRemarks& remarks) override {
    fuzz::Require(is_open_, "an end has a beginning");
    is_open_ = false;
    Dump& dump = dumps.back();
    dump.remarks = remarks;
    dump.hash = dump.hasher.HexDigest();
    uint64_t end = 0;
    fuzz::Require(remarks.holes.size() <= kMaxListedHoles, "holes are limited");
    for (const Hole& hole : remarks.holes) {
      fuzz::Require(hole.range.size != 0 && hole.range.offset >= end, "holes are in order");
      end = hole.range.offset + hole.range.size;
    }
    fuzz::Require(end <= dump.size, "holes are in the dump");
    for (const std::string& warning : remarks.warnings) {
      fuzz::RequirePrintable(Error(ErrorCode::kCorrupt, warning));
    }
    return {};
  }
  void Report(const Error& damage) override {
    fuzz::RequirePrintable(damage);
    ++reports;
  }
  bool is_open() const { return is_open_; }

  std::vector<Dump> dumps;
  size_t reports = 0;

 private:
  bool is_open_ = false;
};

struct Imported {
  Sink sink;
  bool is_good = false;
  bool is_clean() const { return is_good && sink.reports == 0; }
};

const SavedFormat& Format() {
  for (const SavedFormat& format : SavedFormats()) {
    if (format.name == VMCOREDD_IMPORT_NAME && format.form == VMCOREDD_IMPORT_FORM) return format;
  }
  fuzz::Require(false, "the format is in the table");
  return SavedFormats()[0];
}

Imported Import(std::span<const std::byte> bytes, size_t piece) {
  Pieces pieces(bytes, piece);
  TextInput in(pieces);
  Imported imported;
  const auto result = Format().import(in, imported.sink);
  imported.is_good = result.has_value();
  fuzz::Require(!imported.sink.is_open(), "every dump ends");
  if (!result) {
    fuzz::RequirePrintable(result.error());
    fuzz::Require(imported.sink.dumps.empty(), "an error means that nothing was begun");
  } else {
    fuzz::Require(!imported.sink.dumps.empty(), "otherwise there is something");
  }
  return imported;
}

void RequireSame(const Imported& one, const Imported& other) {
  fuzz::Require(one.is_good == other.is_good && one.sink.reports == other.sink.reports &&
                    one.sink.dumps.size() == other.sink.dumps.size(),
                "in other pieces it is the same text");
  for (size_t i = 0; i < one.sink.dumps.size(); ++i) {
    const Dump& a = one.sink.dumps[i];
    const Dump& b = other.sink.dumps[i];
    fuzz::Require(a.hash == b.hash && a.remarks.warnings == b.remarks.warnings,
                  "in other pieces it is the same dump");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const fuzz::Input input(data, size);
  if (size == 0) return 0;
  const auto choice = static_cast<size_t>(input.bytes()[0]);
  const auto bytes = input.bytes().subspan(1);
  const Imported whole = Import(bytes, SIZE_MAX);
  RequireSame(whole, Import(bytes, choice % 16 + 1));
  if (std::string_view(VMCOREDD_IMPORT_NAME) != "lspci" && whole.sink.reports != 0 &&
      whole.is_good) {
    fuzz::Require(whole.sink.dumps[0].remarks.is_partial, "what is damaged is marked");
  }
  // Of a good text that is cut, what is kept is its beginning. An image of registers,
  // in any order, is not.
  if (!whole.is_clean() || std::string_view(VMCOREDD_IMPORT_NAME) == "mstdump" ||
      std::string_view(VMCOREDD_IMPORT_NAME) == "lspci") {
    return 0;
  }
  const Imported cut = Import(bytes.first(bytes.size() * choice / 256), SIZE_MAX);
  if (!cut.sink.dumps.empty()) {
    // What a header promises, and the cut took, is a hole.
    const auto& holes = cut.sink.dumps[0].remarks.holes;
    const uint64_t certain = holes.empty() ? kKeptBytes : holes[0].range.offset;
    const std::string kept = cut.sink.dumps[0].first_bytes.substr(0, certain);
    fuzz::Require(whole.sink.dumps[0].first_bytes.starts_with(kept),
                  "what is kept of a cut text is certain");
  }
  return 0;
}
