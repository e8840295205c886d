// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/report_machines.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <span>
#include <string_view>
#include <utility>

#include "readers/cli/console.h"
#include "vmcoredd/base/byte_source.h"
#include "vmcoredd/base/payload_hash.h"

namespace vmcoredd::cli {

namespace {

std::string FolderOf(const std::string& file) {
  return std::filesystem::path(file).parent_path().string();
}

// Which machine a file without a name belongs to.
class Guesser {
 public:
  void Add(const std::string& file, const std::string& nodename) {
    if (nodename.empty()) return;
    all_.insert(nodename);
    by_folder_[FolderOf(file)].insert(nodename);
  }
  // Nodename, and the folder for which it stands if there is none.
  std::pair<std::string, std::string> Of(const std::string& file) const {
    const std::string folder = FolderOf(file);
    const auto here = by_folder_.find(folder);
    if (here != by_folder_.end() && here->second.size() == 1) return {*here->second.begin(), {}};
    if (all_.size() == 1) return {*all_.begin(), {}};
    return {{}, all_.empty() ? std::string() : folder};
  }

 private:
  std::set<std::string> all_;
  std::map<std::string, std::set<std::string>> by_folder_;
};

Result<std::string> HashOfFile(const std::string& path) {
  const auto file = VMCOREDD_TRY(FileSource::Open(path));
  PayloadHasher hasher;
  std::vector<std::byte> window(size_t{1024} * 1024);
  for (uint64_t at = 0;;) {
    const size_t got = VMCOREDD_TRY(file->ReadAt(at, window));
    if (got == 0) return hasher.HexDigest();
    hasher.Update(std::span(window).first(got));
    at += got;
  }
}

// Of a stream, which is gone: what its table of dumps says.
std::string HashOfTable(const DeviceDumpTable& table) {
  PayloadHasher hasher;
  for (const DeviceDump& dump : table.dumps) {
    const std::string line = dump.name() + ' ' + std::to_string(dump.size()) + '\n';
    hasher.Update(std::as_bytes(std::span(line)));
  }
  return hasher.HexDigest();
}

// A kernel that was not given a name calls itself "(none)".
bool IsName(std::string_view nodename) { return !nodename.empty() && nodename != "(none)"; }

}  // namespace

std::string NodenameOf(const Input& input) {
  if (IsName(input.reader->info().nodename)) return input.reader->info().nodename;
  for (const ManifestFragment& fragment : input.table.fragments) {
    for (const auto& [key, value] : fragment.machine) {
      if (key == "nodename" && IsName(value)) return value;
    }
  }
  return {};
}

std::vector<ReportMachine> MachinesOf(const ReportInputs& inputs) {
  Guesser guesser;
  for (const Input& input : inputs.inputs) guesser.Add(input.file(), NodenameOf(input));
  std::vector<ReportMachine> machines;
  std::map<std::pair<std::string, std::string>, size_t> known;
  const auto machine_of = [&](const std::string& file, const std::string& nodename) {
    const auto key = nodename.empty() ? guesser.Of(file) : std::pair(nodename, std::string());
    const auto [at, is_new] = known.try_emplace(key, machines.size());
    if (is_new) machines.push_back({key.first, {}, {}});
    return at->second;
  };
  for (const Input& input : inputs.inputs) {
    const size_t machine = machine_of(input.file(), NodenameOf(input));
    machines[machine].inputs.push_back({input.file(), input.reader.get(), &input.table});
  }
  for (const ReportLog& log : inputs.logs) {
    machines[machine_of(log.file, "")].logs.push_back(log);
  }
  return machines;
}

FileKeys FileKeysOf(ReportInputs& inputs, Console& console) {
  FileKeys keys;
  for (size_t i = 0; i < inputs.inputs.size(); ++i) {
    Input& input = inputs.inputs[i];
    FileKey key;
    key.has_made_up_ids = i >= inputs.first_imported;
    const bool is_archive = input.reader->info().format == VmcoreFormat::kArchive;
    if (is_archive && !input.table.fragments.empty() && !key.has_made_up_ids) continue;
    const auto crash = is_archive ? std::nullopt : CrashHashOf(input);
    if (crash) {
      key.key = "crash-" + *crash;
    } else if (input.file() == "-") {
      key.key = "table-" + HashOfTable(input.table);
    } else if (auto hash = HashOfFile(input.file())) {
      key.key = "file-" + *hash;
    } else {
      console.AddProblem(input.file(), hash.error());
      key.key = "name-" + input.file();
    }
    keys[input.file()] = std::move(key);
  }
  for (const ReportLog& log : inputs.logs) {
    keys[log.file] = {"log-" + HashOf(std::as_bytes(std::span(log.text))), false};
  }
  return keys;
}

}  // namespace vmcoredd::cli
