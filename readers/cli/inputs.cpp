// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/inputs.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "readers/cli/console.h"
#include "readers/cli/progress.h"
#include "readers/vmcore/vmcoreinfo.h"
#include "vmcoredd/format/note.h"

namespace vmcoredd::cli {

std::vector<Input> OpenInputs(const std::vector<std::string>& files,
                              const OpenOptions& options,
                              Console& console) {
  // Streams report as long as they live, which is longer than anybody should see it.
  const auto reading = std::make_shared<std::optional<Progress>>();
  OpenOptions with_progress = options;
  if (console.shows_progress()) {
    reading->emplace(console, "reading", std::nullopt);
    with_progress.progress = [reading](uint64_t done) {
      if (*reading) (*reading)->Update(done);
    };
  }
  std::vector<Input> inputs;
  for (OpenedVmcore& opened : OpenVmcores(files, with_progress)) {
    const std::string& file = opened.files.front();
    if (!opened.reader) {
      console.AddUnusable(file, opened.reader.error());
      continue;
    }
    const size_t problems_before = console.problem_count();
    Input input{std::move(opened.files), std::move(*opened.reader), {}, 0};
    input.table = ReadDeviceDumps(*input.reader);
    const VmcoreInfo& info = input.reader->info();
    for (const Diagnostic& diagnostic : info.diagnostics) {
      console.AddProblem(input.file(), diagnostic.error);
    }
    for (const Diagnostic& diagnostic : input.table.diagnostics) {
      console.AddProblem(input.file(), diagnostic.error);
    }
    if (const auto damage = input.reader->stream_damage()) {
      if (info.diagnostics.empty()) console.AddProblem(input.file(), *damage);
      input.stream_damaged = true;
    }
    if (info.complete == false && info.diagnostics.empty()) {
      console.AddProblem(input.file(), Error(ErrorCode::kTruncated, "the file is incomplete"));
    }
    input.problems = console.problem_count() - problems_before;
    inputs.push_back(std::move(input));
  }
  reading->reset();
  return inputs;
}

void CheckCompressedStream(Input& input, Console& console) {
  const std::string& compression = input.reader->info().compression;
  if (compression.empty()) return;
  uint64_t payloads_end = 0;
  for (const DeviceDump& dump : input.table.dumps) {
    for (const DumpNote& note : dump.notes) {
      payloads_end = std::max(payloads_end, note.payload.offset + note.available);
    }
  }
  Progress progress(console, "checking the " + compression + " data", std::nullopt);
  const auto read = input.reader->ReadStreamToEnd(payloads_end, progress.callback());
  if (!read) console.AddProblem(input.file(), read.error());
  const auto damage = input.reader->stream_damage();
  if (!damage || input.stream_damaged) return;
  console.AddProblem(input.file(),
                     Error(*damage).With("payloads without a checksum of their own may be wrong"));
  input.stream_damaged = true;
}

void CheckCompressedStreams(std::vector<Input>& inputs, Console& console) {
  for (Input& input : inputs) CheckCompressedStream(input, console);
}

std::vector<NoteSum> SumNotes(const DeviceDumpTable& table) {
  std::map<std::pair<std::string, uint32_t>, NoteSum> sums;
  const auto add = [&](const std::string& owner, uint32_t type, uint64_t bytes) {
    NoteSum& sum = sums[{owner, type}];
    ++sum.count;
    sum.bytes += bytes;
  };
  for (const DeviceDump& dump : table.dumps) {
    for (const DumpNote& note : dump.notes) add(note.owner, kDumpNoteType, note.payload.size);
  }
  for (const Note& note : table.other_notes) add(note.owner, note.type, note.descriptor.size);
  std::vector<NoteSum> list;
  for (auto& [key, sum] : sums) {
    std::tie(sum.owner, sum.type) = key;
    list.push_back(sum);
  }
  return list;
}

std::optional<std::string> CrashHashOf(Input& input) {
  if (input.reader->info().format != VmcoreFormat::kArchive) {
    const auto hash = HashVmcoreinfo(*input.reader);
    return hash ? std::optional(*hash) : std::nullopt;
  }
  std::optional<std::string> crash;
  for (const ManifestFragment& fragment : input.table.fragments) {
    if (fragment.crash.empty()) continue;
    if (crash && *crash != fragment.crash) return std::nullopt;
    crash = fragment.crash;
  }
  return crash;
}

}  // namespace vmcoredd::cli
