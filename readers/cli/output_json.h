// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_OUTPUT_JSON_H_
#define READERS_CLI_OUTPUT_JSON_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "collector/setup/doctor.h"
#include "readers/cli/console.h"
#include "readers/cli/inputs.h"

// The --json outputs. The manual page ("JSON") is their contract: keys are only
// ever added, and another meaning gets another number behind the schema's name.

namespace vmcoredd::cli {

// One dump that was checked or extracted.
struct DumpOutcome {
  uint32_t index = 0;
  std::string name;  // raw
  uint64_t bytes = 0;
  bool truncated = false;
  bool failed = false;               // could not be read or written
  std::optional<bool> hash_matches;  // nothing: no checksum to compare with
};

struct VerifiedFile {
  const Input* input = nullptr;
  size_t problems = 0;
  std::vector<DumpOutcome> dumps;
};

struct ExtractedDump {
  const Input* input = nullptr;
  DumpOutcome outcome;
  std::string path;  // where it was written; raw
};

// One dump that was imported.
struct ImportedDump {
  std::string file;  // raw
  std::string name;  // raw
  uint64_t bytes = 0;
  ManifestDump facts;
};

// A dump of a live capture that has ended, or could be taken.
struct CapturedDump {
  std::string name;     // raw
  std::string source;   // raw; of a list
  std::string outcome;  // "ok", ..., of a capture; the class, of a list
  std::string problem;  // printable; empty: none
  std::optional<uint64_t> bytes;
};
std::string CaptureJson(const std::string& archive,
                        const std::string& capture_id,
                        uint64_t bytes,
                        const std::vector<CapturedDump>& dumps,
                        const std::vector<Problem>& problems);
std::string CaptureListJson(const std::vector<CapturedDump>& dumps,
                            const std::vector<Problem>& problems);

std::string ListJson(const std::vector<Input>& inputs, const std::vector<Problem>& problems);
std::string InfoJson(std::vector<Input>& inputs, const std::vector<Problem>& problems);
std::string VerifyJson(const std::vector<VerifiedFile>& files,
                       const std::vector<Problem>& problems);
std::string ExtractJson(const std::vector<ExtractedDump>& dumps,
                        bool stored,
                        const std::vector<Problem>& problems);

std::string ImportJson(const std::string& archive,
                       const std::vector<ImportedDump>& dumps,
                       const std::vector<Problem>& problems);

std::string DoctorJson(const std::vector<Check>& checks, const std::vector<Problem>& problems);

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_OUTPUT_JSON_H_
