// SPDX-License-Identifier: LGPL-2.1-or-later
// Prints everything that the readers say of the files of a command line, one fact
// a line, errors as code and offset. `run` compares it with what is expected.
#include <cstdio>
#include <string>

#include "readers/vmcore/device_dump_table.h"
#include "readers/vmcore/open_vmcore.h"
#include "vmcoredd/base/payload_hash.h"
#include "vmcoredd/base/text.h"

using namespace vmcoredd;

namespace {

class HashStream final : public OutputStream {
 public:
  Result<void> Write(std::span<const std::byte> bytes) override {
    hasher_.Update(bytes);
    return {};
  }
  std::string digest() const { return hasher_.HexDigest(); }

 private:
  PayloadHasher hasher_;
};

// The message stands behind a '#': it is for people, and not compared.
void PrintError(const std::string& what, const Error& error) {
  std::string offset = "-";
  if (error.offset()) {
    char hex[32];
    std::snprintf(hex, sizeof hex, "0x%llx", static_cast<unsigned long long>(*error.offset()));
    offset = hex;
  }
  std::printf("%s %s %s # %s\n", what.c_str(), std::string(ErrorCodeName(error.code())).c_str(),
              offset.c_str(), error.ToString().c_str());
}

void PrintDump(const DeviceDump& dump) {
  std::printf("dump %u \"%s\" offset=0x%llx size=%llu length=%s%s%s\n", dump.index(),
              EscapeBytes(dump.name()).c_str(),
              static_cast<unsigned long long>(dump.notes.front().payload.offset),
              static_cast<unsigned long long>(dump.size()),
              dump.length() ? std::to_string(*dump.length()).c_str() : "?",
              dump.notes.size() > 1 ? " in parts" : "", dump.truncated() ? " truncated" : "");
}

void PrintNotes(VmcoreReader& reader) {
  for (const ByteRange& segment : reader.note_segments()) {
    (void)WalkNotes(reader.data(), segment, reader.info().order,
                    [](const Note& note) -> Result<bool> {
                      std::printf("note %s %u %llu\n", EscapeBytes(note.owner).c_str(), note.type,
                                  static_cast<unsigned long long>(note.descriptor.size));
                      return true;
                    });
  }
}

void Check(VmcoreReader& reader) {
  const VmcoreInfo& info = reader.info();
  const char* complete = !info.complete ? "unknown" : *info.complete ? "true" : "false";
  std::printf("opens %s complete=%s\n", std::string(VmcoreFormatName(info.format)).c_str(),
              complete);
  for (const auto& diagnostic : info.diagnostics) PrintError("info", diagnostic.error);
  const DeviceDumpTable table = ReadDeviceDumps(reader);
  for (const auto& diagnostic : table.diagnostics) PrintError("table", diagnostic.error);
  for (const auto& dump : table.dumps) {
    PrintDump(dump);
    HashStream out;
    const auto extracted = ExtractDump(reader, dump, PayloadForm::kExact, out);
    if (!extracted) {
      PrintError("extract", extracted.error());
    } else if (extracted->hash_matches) {
      std::printf("extract %llu bytes, hash %s\n",
                  static_cast<unsigned long long>(extracted->written),
                  *extracted->hash_matches ? "matches" : "differs");
    }
  }
  const auto verified = reader.VerifyStructure(
      [](Diagnostic diagnostic) { PrintError("verify", diagnostic.error); }, nullptr);
  if (!verified) PrintError("verify", verified.error());
}

}  // namespace

int main(int argc, char** argv) {
  // "--notes" lists every note instead, for the differential tests.
  const bool notes = argc > 1 && std::string(argv[1]) == "--notes";
  const std::vector<std::string> paths(argv + (notes ? 2 : 1), argv + argc);
  int status = 0;
  for (auto& opened : OpenVmcores(paths, {})) {
    if (!opened.reader) {
      PrintError("error", opened.reader.error());
      status = 1;
    } else if (notes) {
      PrintNotes(**opened.reader);
    } else {
      Check(**opened.reader);
    }
  }
  return status;
}
