// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/readers/export/support.h"

#include <gtest/gtest.h>

#include <utility>

namespace vmcoredd::testing {

ArchiveMaker& ArchiveMaker::Add(const std::string& name,
                                std::string_view payload,
                                std::string content,
                                Properties device,
                                std::vector<Hole> holes) {
  notes_.Dump(name, payload);
  uint64_t ordinal = 0;
  for (const ManifestDump& entry : entries_) ordinal += entry.name == name ? 1 : 0;
  ManifestDump entry = Entry(name, ordinal, payload);
  entry.content = std::move(content);
  entry.device = std::move(device);
  entry.holes = std::move(holes);
  entries_.push_back(std::move(entry));
  return *this;
}

ArchiveMaker& ArchiveMaker::AddBare(const std::string& name, std::string_view payload) {
  notes_.Dump(name, payload);
  return *this;
}

Archive ArchiveMaker::Make() {
  notes_.Fragment(Fragment(entries_));
  Archive archive;
  auto reader = OpenBytes(ElfFile().Notes(notes_.bytes()).Build());
  EXPECT_TRUE(reader) << reader.error().ToString();
  archive.reader = *std::move(reader);
  archive.table = ReadDeviceDumps(*archive.reader);
  EXPECT_TRUE(archive.table.diagnostics.empty());
  for (const DeviceDump& dump : archive.table.dumps) {
    archive.dumps.push_back({archive.reader.get(), &dump});
  }
  return archive;
}

}  // namespace vmcoredd::testing
