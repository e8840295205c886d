// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef TESTS_UNIT_READERS_EXPORT_SUPPORT_H_
#define TESTS_UNIT_READERS_EXPORT_SUPPORT_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "readers/export/pci_device.h"
#include "tests/unit/readers/vmcore/support.h"

namespace vmcoredd::testing {

// A configuration space of 256 or 4096 zeros, to be filled.
class Config {
 public:
  explicit Config(size_t size = 256) : bytes_(size, '\0') {}
  Config& Set(size_t offset, std::string_view bytes) {
    bytes_.replace(offset, bytes.size(), bytes);
    return *this;
  }
  Config& Byte(size_t offset, unsigned value) {
    bytes_[offset] = static_cast<char>(value);
    return *this;
  }
  Config& Dword(size_t offset, uint32_t value) {
    for (int i = 0; i < 4; ++i) Byte(offset + i, value >> (8 * i) & 0xff);
    return *this;
  }
  // A PCI bridge with these buses.
  Config& Bridge(unsigned secondary, unsigned subordinate) {
    return Byte(0x0e, 1).Byte(0x19, secondary).Byte(0x1a, subordinate);
  }
  const std::string& text() const { return bytes_; }

 private:
  std::string bytes_;
};

// An archive in memory, and its dumps.
struct Archive {
  std::unique_ptr<VmcoreReader> reader;
  DeviceDumpTable table;
  std::vector<DumpToExport> dumps;
  std::vector<std::string> problems;  // "NAME: TEXT", of report()

  ExportReport report() {
    return [this](const DumpToExport& dump, const Error& problem) {
      problems.push_back(dump.dump->name() + ": " + problem.ToString());
    };
  }
};

// Dumps with a manifest.
class ArchiveMaker {
 public:
  // `device`: properties of it.
  ArchiveMaker& Add(const std::string& name,
                    std::string_view payload,
                    std::string content = {},
                    Properties device = {},
                    std::vector<Hole> holes = {});
  // One that nothing describes, as the kernel writes it.
  ArchiveMaker& AddBare(const std::string& name, std::string_view payload);
  Archive Make();

 private:
  NoteWriter notes_;
  std::vector<ManifestDump> entries_;
};

}  // namespace vmcoredd::testing

#endif  // TESTS_UNIT_READERS_EXPORT_SUPPORT_H_
