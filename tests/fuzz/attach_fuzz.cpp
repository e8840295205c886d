// SPDX-License-Identifier: LGPL-2.1-or-later
// Attach to a hostile vmcore and detach again: refused, it is what it was; done,
// the dumps before are still there, and detach gives it back bit for bit.
#include "vmcoredd/writer/attach/attach.h"

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "readers/vmcore/device_dump_table.h"
#include "readers/vmcore/open_vmcore.h"
#include "tests/fuzz/fuzz_input.h"
#include "vmcoredd/base/payload_hash.h"

using namespace vmcoredd;

namespace {

constexpr size_t kMaxFile = 4 * 1024 * 1024;

const std::string& Path() {
  static const std::string path = fuzz::ScratchPath("vmcore");
  return path;
}

bool HoldsExactly(std::span<const std::byte> bytes) {
  const auto source = FileSource::Open(Path());
  if (!source || (*source)->Size() != bytes.size()) return false;
  std::vector<std::byte> found(bytes.size());
  return ReadExactAt(**source, 0, found, "file") &&
         std::equal(found.begin(), found.end(), bytes.begin());
}

// Names and sizes of all dumps, as readers see them.
std::vector<std::pair<std::string, uint64_t>> Dumps() {
  std::vector<std::pair<std::string, uint64_t>> dumps;
  auto opened = OpenVmcores({Path()}, {});
  fuzz::Require(opened.size() == 1 && opened[0].reader, "what was attached to can be read");
  for (const auto& dump : ReadDeviceDumps(**opened[0].reader).dumps) {
    dumps.emplace_back(dump.name(), dump.size());
  }
  return dumps;
}

DumpToAttach MakeDump(ByteSource& source, std::span<const std::byte> payload) {
  DumpToAttach dump;
  dump.name = "fuzz";
  dump.source = &source;
  dump.parts = {{0, payload.size()}};
  dump.manifest.name = dump.name;
  dump.manifest.length = payload.size();
  dump.manifest.hash = HashOf(payload);
  return dump;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::array<std::byte, 300> payload{std::byte{0x55}};
  const fuzz::Input input(data, size);
  fuzz::StoreFile(Path(), input.bytes());
  MemorySource source(payload);
  AttachOptions options;
  // Segments of a hostile ELF file may promise terabytes.
  options.confirm_full_copy = [](uint64_t bytes) { return bytes <= kMaxFile; };
  const auto attached =
      AttachToVmcore(Path(), {MakeDump(source, payload)}, ManifestFragment{}, options);
  if (!attached) {
    fuzz::RequirePrintable(attached.error());
    fuzz::Require(HoldsExactly(input.bytes()), "a failed attach changes nothing");
    return 0;
  }
  const auto after = Dumps();
  const auto detached = DetachFromVmcore(Path(), options);
  fuzz::Require(detached.has_value(), "what was attached can be detached");
  fuzz::Require(HoldsExactly(input.bytes()), "detach gives back the file bit for bit");
  auto before = Dumps();
  before.emplace_back("fuzz", 4032);
  fuzz::Require(after.size() == before.size(), "attach adds one dump and loses none");
  return 0;
}
