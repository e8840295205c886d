// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/readers/import/support.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>

namespace vmcoredd {

Result<size_t> PieceStream::Read(std::span<std::byte> out) {
  const size_t count = std::min({out.size(), text_.size(), piece_});
  if (count == 0 && error_) return tl::unexpected(*error_);
  std::memcpy(out.data(), text_.data(), count);
  text_.remove_prefix(count);
  return count;
}

Result<void> RecordingSink::Begin(const SavedDump& dump) {
  EXPECT_FALSE(is_open_);
  is_open_ = true;
  dumps.push_back({dump, {}, {}});
  return {};
}

Result<void> RecordingSink::Write(std::span<const std::byte> bytes) {
  EXPECT_TRUE(is_open_);
  std::string& payload = dumps.back().payload;
  if (payload.size() + bytes.size() > max_bytes) return Fail(ErrorCode::kIo, "disk full");
  payload.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return {};
}

Result<void> RecordingSink::End(const DumpRemarks& remarks) {
  EXPECT_TRUE(is_open_);
  is_open_ = false;
  dumps.back().remarks = remarks;
  return {};
}

Imported Import(std::string_view text,
                std::string_view name,
                std::string_view form,
                size_t piece,
                std::optional<uint64_t> expected_size) {
  for (const SavedFormat& format : SavedFormats()) {
    if (format.name != name || (!form.empty() && format.form != form)) continue;
    PieceStream stream(text, piece);
    TextInput in(stream);
    Imported imported;
    imported.sink.size = expected_size;
    imported.result = format.import(in, imported.sink);
    return imported;
  }
  ADD_FAILURE() << "no format " << name;
  return {};
}

std::string Golden(const std::string& path) {
  std::ifstream file(VMCOREDD_GOLDEN "/" + path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string Counting(size_t count) {
  std::string bytes(count, '\0');
  for (size_t i = 0; i < count; ++i) bytes[i] = static_cast<char>(i);
  return bytes;
}

std::string SampleRegion() {
  std::string bytes = Counting(600);
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i + i / 256);
  return bytes;
}

}  // namespace vmcoredd
