// SPDX-License-Identifier: LGPL-2.1-or-later
// usage: consumer VMCORE ARCHIVE
// An outside program: lists the device dumps of VMCORE, and packs the first of
// them into ARCHIVE.
#include <cstdio>
#include <span>

#include "readers/vmcore/device_dump_table.h"
#include "readers/vmcore/open_vmcore.h"
#include "vmcoredd/base/output_stream.h"
#include "vmcoredd/base/result.h"
#include "vmcoredd/writer/archive_writer.h"

namespace {

class ToArchive : public vmcoredd::OutputStream {
 public:
  explicit ToArchive(vmcoredd::ArchiveWriter& archive) : archive_(archive) {}
  vmcoredd::Result<void> Write(std::span<const std::byte> bytes) override {
    return archive_.Write(bytes);
  }
  vmcoredd::Result<void> Finish() override { return {}; }

 private:
  vmcoredd::ArchiveWriter& archive_;
};

vmcoredd::Result<void> ListAndPack(const char* vmcore, const char* path) {
  auto opened = vmcoredd::OpenVmcores({vmcore}, {});
  const std::unique_ptr<vmcoredd::VmcoreReader> reader =
      VMCOREDD_TRY(std::move(opened.front().reader));
  const auto table = vmcoredd::ReadDeviceDumps(*reader);
  for (const auto& dump : table.dumps) {
    std::printf("%s %llu\n", dump.name().c_str(), static_cast<unsigned long long>(dump.size()));
  }
  if (table.dumps.empty()) return {};

  vmcoredd::ArchiveOptions options;
  options.path = path;
  auto archive = VMCOREDD_TRY(vmcoredd::ArchiveWriter::Create(options));
  VMCOREDD_TRY(archive.BeginDump(table.dumps.front().name()));
  ToArchive out(archive);
  VMCOREDD_TRY(
      vmcoredd::ExtractDump(*reader, table.dumps.front(), vmcoredd::PayloadForm::kExact, out));
  VMCOREDD_TRY(archive.EndDump({}));
  return archive.Finish({});
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const auto done = ListAndPack(argv[1], argv[2]);
  if (!done) std::fprintf(stderr, "consumer: %s\n", done.error().ToString().c_str());
  return done ? 0 : 1;
}
