// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_INPUTS_H_
#define READERS_CLI_INPUTS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "readers/vmcore/device_dump_table.h"
#include "readers/vmcore/open_vmcore.h"

namespace vmcoredd::cli {

class Console;

// One vmcore, archive or split set of the command line, opened.
struct Input {
  std::vector<std::string> files;  // as given
  std::unique_ptr<VmcoreReader> reader;
  DeviceDumpTable table;
  size_t problems = 0;          // found on opening
  bool stream_damaged = false;  // and `console` knows it

  // What messages call it: the first of its files.
  const std::string& file() const { return files.front(); }
};

// Opens all of them and reads their tables of device dumps. Files that cannot be
// used, and what is wrong with the others, go to `console`.
std::vector<Input> OpenInputs(const std::vector<std::string>& files,
                              const OpenOptions& options,
                              Console& console);

// Reads a compressed input to its end, where its checksum is, and says on `console`
// what is wrong: until then, any byte of a payload may be. The payloads can still
// be read. Of an input that is not compressed there is nothing to know.
void CheckCompressedStream(Input& input, Console& console);
void CheckCompressedStreams(std::vector<Input>& inputs, Console& console);

// How many notes of one owner and type there are, and their bytes.
struct NoteSum {
  std::string owner;  // raw
  uint32_t type = 0;
  uint64_t count = 0;
  uint64_t bytes = 0;
};
std::vector<NoteSum> SumNotes(const DeviceDumpTable& table);

// The hash of the VMCOREINFO note, by which a manifest says which crash its
// dumps belong to. Of an archive: what its fragments say, if they agree. Nothing
// when there is none.
std::optional<std::string> CrashHashOf(Input& input);

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_INPUTS_H_
