// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/output_json.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "readers/cli/output_text.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd::cli {

namespace {

using Json = nlohmann::ordered_json;

// Values that can pass 2^53, where many JSON readers lose digits.
std::string Number(uint64_t value) { return std::to_string(value); }

template <typename T>
Json NumberOrNull(const std::optional<T>& value) {
  return value ? Json(Number(*value)) : Json(nullptr);
}

Json TextOrNull(const std::string& raw) {
  return raw.empty() ? Json(nullptr) : Json(EscapeBytes(raw));
}

Json Document(const char* schema, Json content, const char* key, const std::vector<Problem>& list) {
  Json errors = Json::array();
  for (const Problem& problem : list) {
    errors.push_back({{"file", EscapeBytes(problem.file)},
                      {"code", std::string(ErrorCodeName(problem.error.code()))},
                      {"message", problem.error.ToString()},
                      {"offset", NumberOrNull(problem.error.offset())}});
  }
  return {{"schema", schema}, {key, std::move(content)}, {"errors", std::move(errors)}};
}

std::string ToText(const Json& document) { return document.dump(2) + '\n'; }

Json DumpEntry(const DeviceDump& dump) {
  return {{"index", dump.index()},
          {"name", EscapeBytes(dump.name())},
          {"offset", Number(dump.notes.front().payload.offset)},
          {"size", Number(dump.size())},
          {"length", NumberOrNull(dump.length())},
          {"owner", EscapeBytes(dump.notes.front().owner)},
          {"source", dump.manifest ? TextOrNull(dump.manifest->source) : Json(nullptr)}};
}

// What every document says of a file.
Json FileEntry(const Input& input) {
  const VmcoreInfo& info = input.reader->info();
  return {{"file", EscapeBytes(input.file())},
          {"format", std::string(VmcoreFormatName(info.format))},
          {"arch", TextOrNull(info.arch)},
          {"release", TextOrNull(info.release)},
          {"complete", info.complete ? Json(*info.complete) : Json(nullptr)}};
}

Json NotesEntry(const DeviceDumpTable& table) {
  Json list = Json::array();
  for (const NoteSum& sum : SumNotes(table)) {
    list.push_back({{"owner", EscapeBytes(sum.owner)},
                    {"type", sum.type},
                    {"count", sum.count},
                    {"bytes", Number(sum.bytes)}});
  }
  return list;
}

Json FragmentEntry(const ManifestFragment& fragment) {
  Json machine = Json::object();
  for (const auto& [key, value] : fragment.machine) machine[EscapeBytes(key)] = EscapeBytes(value);
  Json skipped = Json::array();
  for (const ManifestSkip& skip : fragment.skipped) {
    skipped.push_back({{"name", EscapeBytes(skip.name)},
                       {"source", TextOrNull(skip.source)},
                       {"outcome", std::string(OutcomeName(skip.outcome))},
                       {"reason", EscapeBytes(skip.reason)}});
  }
  Json warnings = Json::array();
  for (const std::string& warning : fragment.warnings) warnings.push_back(EscapeBytes(warning));
  return {{"kind", EscapeBytes(fragment.kind)},
          {"generator", TextOrNull(fragment.generator)},
          {"capture_id", TextOrNull(fragment.capture_id)},
          {"time", TextOrNull(fragment.time)},
          {"crash", TextOrNull(fragment.crash)},
          {"machine", std::move(machine)},
          {"dumps", fragment.dumps.size()},
          {"skipped", std::move(skipped)},
          {"attached_to", fragment.attach ? TextOrNull(fragment.attach->kind) : Json(nullptr)},
          {"warnings", std::move(warnings)}};
}

std::string ChecksumWord(const DumpOutcome& outcome) {
  if (!outcome.hash_matches) return "none";
  return *outcome.hash_matches ? "match" : "mismatch";
}

}  // namespace

std::string ListJson(const std::vector<Input>& inputs, const std::vector<Problem>& problems) {
  Json files = Json::array();
  for (const Input& input : inputs) {
    Json dumps = Json::array();
    for (const DeviceDump& dump : input.table.dumps) dumps.push_back(DumpEntry(dump));
    Json entry = FileEntry(input);
    entry["dumps"] = std::move(dumps);
    files.push_back(std::move(entry));
  }
  return ToText(Document("vmcoredd-list/1", std::move(files), "files", problems));
}

std::string InfoJson(std::vector<Input>& inputs, const std::vector<Problem>& problems) {
  Json files = Json::array();
  for (Input& input : inputs) {
    const VmcoreInfo& info = input.reader->info();
    Json pieces = Json::array();
    for (const std::string& file : input.files) pieces.push_back(EscapeBytes(file));
    Json fragments = Json::array();
    for (const auto& fragment : input.table.fragments) fragments.push_back(FragmentEntry(fragment));
    Json entry = FileEntry(input);
    entry["pieces"] = std::move(pieces);
    entry["variant"] = EscapeBytes(info.variant);
    entry["compression"] = TextOrNull(info.compression);
    entry["nodename"] = TextOrNull(info.nodename);
    entry["byte_order"] = info.order == std::endian::little ? "little" : "big";
    entry["page_size"] = info.page_size != 0 ? Json(Number(info.page_size)) : Json(nullptr);
    entry["crash_time"] = info.crash_time != 0 ? Json(TimeText(info.crash_time)) : Json(nullptr);
    entry["cpus"] = info.cpus != 0 ? Json(info.cpus) : Json(nullptr);
    entry["crash"] = TextOrNull(CrashHashOf(input).value_or(""));
    entry["device_dumps"] = input.table.dumps.size();
    entry["notes"] = NotesEntry(input.table);
    entry["fragments"] = std::move(fragments);
    files.push_back(std::move(entry));
  }
  return ToText(Document("vmcoredd-info/1", std::move(files), "files", problems));
}

std::string VerifyJson(const std::vector<VerifiedFile>& verified,
                       const std::vector<Problem>& problems) {
  Json files = Json::array();
  for (const VerifiedFile& file : verified) {
    Json dumps = Json::array();
    for (const DumpOutcome& dump : file.dumps) {
      dumps.push_back({{"index", dump.index},
                       {"name", EscapeBytes(dump.name)},
                       {"bytes", Number(dump.bytes)},
                       {"checksum", ChecksumWord(dump)},
                       {"truncated", dump.truncated},
                       {"failed", dump.failed}});
    }
    Json entry = FileEntry(*file.input);
    entry["ok"] = file.problems == 0;
    entry["problems"] = file.problems;
    entry["dumps"] = std::move(dumps);
    files.push_back(std::move(entry));
  }
  return ToText(Document("vmcoredd-verify/1", std::move(files), "files", problems));
}

std::string ExtractJson(const std::vector<ExtractedDump>& extracted,
                        bool stored,
                        const std::vector<Problem>& problems) {
  Json dumps = Json::array();
  for (const ExtractedDump& dump : extracted) {
    dumps.push_back({{"file", EscapeBytes(dump.input->file())},
                     {"index", dump.outcome.index},
                     {"name", EscapeBytes(dump.outcome.name)},
                     {"path", EscapeBytes(dump.path)},
                     {"form", stored ? "stored" : "exact"},
                     {"bytes", Number(dump.outcome.bytes)},
                     {"checksum", ChecksumWord(dump.outcome)},
                     {"truncated", dump.outcome.truncated}});
  }
  return ToText(Document("vmcoredd-extract/1", std::move(dumps), "dumps", problems));
}

std::string ImportJson(const std::string& archive,
                       const std::vector<ImportedDump>& imported,
                       const std::vector<Problem>& problems) {
  Json dumps = Json::array();
  for (const ImportedDump& dump : imported) {
    Json device = Json::object();
    for (const auto& [key, value] : dump.facts.device) device[key] = EscapeBytes(value);
    Json warnings = Json::array();
    for (const std::string& warning : dump.facts.warnings) warnings.push_back(warning);
    dumps.push_back({{"file", EscapeBytes(dump.file)},
                     {"name", EscapeBytes(dump.name)},
                     {"bytes", Number(dump.bytes)},
                     {"content", TextOrNull(dump.facts.content)},
                     {"outcome", std::string(OutcomeName(dump.facts.outcome))},
                     {"time", TextOrNull(dump.facts.time)},
                     {"holes", dump.facts.holes.size()},
                     {"device", std::move(device)},
                     {"warnings", std::move(warnings)}});
  }
  Json document = Document("vmcoredd-import/1", std::move(dumps), "dumps", problems);
  document["archive"] = TextOrNull(archive);
  return ToText(document);
}

std::string CaptureJson(const std::string& archive,
                        const std::string& capture_id,
                        uint64_t bytes,
                        const std::vector<CapturedDump>& dumps,
                        const std::vector<Problem>& problems) {
  Json list = Json::array();
  for (const CapturedDump& dump : dumps) {
    list.push_back({{"name", EscapeBytes(dump.name)},
                    {"outcome", dump.outcome},
                    {"problem", dump.problem.empty() ? Json(nullptr) : Json(dump.problem)}});
  }
  Json document = Document("vmcoredd-capture/1", std::move(list), "dumps", problems);
  document["archive"] = TextOrNull(archive);
  document["capture_id"] = capture_id;
  document["bytes"] = Number(bytes);
  return ToText(document);
}

std::string CaptureListJson(const std::vector<CapturedDump>& dumps,
                            const std::vector<Problem>& problems) {
  Json list = Json::array();
  for (const CapturedDump& dump : dumps) {
    list.push_back({{"name", EscapeBytes(dump.name)},
                    {"source", TextOrNull(dump.source)},
                    {"class", dump.outcome},
                    {"bytes", NumberOrNull(dump.bytes)},
                    {"problem", dump.problem.empty() ? Json(nullptr) : Json(dump.problem)}});
  }
  return ToText(Document("vmcoredd-capture-list/1", std::move(list), "dumps", problems));
}

std::string DoctorJson(const std::vector<Check>& checks, const std::vector<Problem>& problems) {
  Json list = Json::array();
  for (const Check& check : checks) {
    list.push_back({{"name", check.name},
                    {"status", std::string(CheckStatusName(check.status))},
                    {"text", check.text},
                    {"advice", check.advice.empty() ? Json(nullptr) : Json(check.advice)}});
  }
  return ToText(Document("vmcoredd-doctor/1", std::move(list), "checks", problems));
}

}  // namespace vmcoredd::cli
