// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/output_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <ctime>

#include "vmcoredd/base/text.h"
#include "vmcoredd/base/utc_time.h"
#include "vmcoredd/format/note.h"

namespace vmcoredd::cli {

namespace {

constexpr std::string_view kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

std::string Remarks(const DeviceDump& dump) {
  std::string text;
  const auto remark = [&](const std::string& what) { text += "  [" + what + ']'; };
  if (dump.notes.size() > 1) remark(Count(dump.notes.size(), "part"));
  if (dump.notes.front().owner != kDumpNoteOwner) {
    remark("owner " + EscapeBytes(dump.notes.front().owner));
  }
  if (dump.manifest && dump.manifest->codec != Codec::kNone) {
    remark(std::string(CodecName(dump.manifest->codec)));
  }
  if (dump.manifest && dump.manifest->outcome != Outcome::kOk) {
    remark(std::string(OutcomeName(dump.manifest->outcome)));
  }
  if (dump.truncated()) {
    uint64_t available = 0;
    for (const DumpNote& note : dump.notes) available += note.available;
    remark("truncated after " + Count(available, "byte"));
  }
  return text;
}

void AppendTable(std::string& text, const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths(rows.front().size());
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const auto& row : rows) {
    for (size_t i = 0; i + 1 < row.size(); ++i) text += fmt::format("{:>{}}  ", row[i], widths[i]);
    text += row.back() + '\n';
  }
}

void AppendFact(std::string& text, std::string_view key, const std::string& value) {
  text += fmt::format("  {:<14} {}\n", key, value);
}

// As AppendFact, for bytes from the file, which may be missing.
void AppendName(std::string& text, std::string_view key, const std::string& raw) {
  if (!raw.empty()) AppendFact(text, key, EscapeBytes(raw));
}

void AppendNotes(std::string& text, const DeviceDumpTable& table) {
  std::vector<std::vector<std::string>> rows = {{"COUNT", "BYTES", "TYPE", "OWNER"}};
  for (const NoteSum& sum : SumNotes(table)) {
    rows.push_back({std::to_string(sum.count), std::to_string(sum.bytes),
                    fmt::format("{:#x}", sum.type), EscapeBytes(sum.owner)});
  }
  text += "  notes\n";
  for (auto& row : rows) row.front().insert(0, "    ");
  AppendTable(text, rows);
  if (table.other_note_count > table.other_notes.size()) {
    text += fmt::format("    and {} more\n", table.other_note_count - table.other_notes.size());
  }
}

void AppendFragment(std::string& text, size_t number, const ManifestFragment& fragment) {
  text += fmt::format("  manifest fragment {}\n", number);
  const auto fact = [&](std::string_view key, const std::string& raw) {
    if (!raw.empty()) text += fmt::format("    {:<12} {}\n", key, EscapeBytes(raw));
  };
  fact("kind", fragment.kind);
  fact("made by", fragment.generator);
  fact("capture", fragment.capture_id);
  fact("time", fragment.time);
  fact("crash", fragment.crash);
  for (const auto& [key, value] : fragment.machine) fact(key, value);
  fact("dumps", std::to_string(fragment.dumps.size()));
  if (fragment.attach) fact("attached to", fragment.attach->kind);
  for (const ManifestSkip& skip : fragment.skipped) {
    text += fmt::format("    {:<12} {}: {}: {}\n", "skipped", EscapeBytes(skip.name),
                        OutcomeName(skip.outcome), EscapeBytes(skip.reason));
  }
  for (const std::string& warning : fragment.warnings) fact("warning", warning);
}

}  // namespace

std::string PathText(std::string_view path) {
  std::string text;
  for (const char& c : path) text += c == '\\' ? "\\" : EscapeBytes({&c, 1});
  return text;
}

std::string NameText(std::string_view raw) { return raw.empty() ? "\"\"" : EscapeBytes(raw); }

std::string Count(uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string HumanBytes(uint64_t bytes) {
  if (bytes < 4096) return fmt::format("{} B", bytes);
  auto value = static_cast<double>(bytes);
  size_t unit = 0;
  // 1023.95 would round to "1024.0".
  while (value >= 1023.95 && unit + 1 < std::size(kUnits)) {
    value /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string CompletenessText(std::optional<bool> complete) {
  if (!complete) return "not known";
  return *complete ? "yes" : "no";
}

std::string TimeText(int64_t seconds) {
  const std::string text = UtcTime(seconds);
  return text.empty() ? std::to_string(seconds) : text;
}

std::string FilesText(const Input& input) {
  std::string text;
  for (const std::string& file : input.files) {
    if (!text.empty()) text += " + ";
    text += PathText(file);
  }
  return text;
}

std::string ListText(const Input& input, bool with_heading) {
  const VmcoreInfo& info = input.reader->info();
  const auto& dumps = input.table.dumps;
  std::string text;
  if (with_heading) {
    text += fmt::format("{}: {}", FilesText(input), VmcoreFormatName(info.format));
    if (!info.arch.empty()) text += ", " + EscapeBytes(info.arch);
    if (!info.release.empty()) text += ", " + EscapeBytes(info.release);
    text += ", complete: " + CompletenessText(info.complete) + '\n';
  }
  if (dumps.empty()) {
    text +=
        with_heading ? "no device dumps\n" : fmt::format("{}: no device dumps\n", FilesText(input));
    return text;
  }
  std::vector<std::vector<std::string>> rows = {{"INDEX", "OFFSET", "SIZE", "LENGTH", "NAME"}};
  for (const DeviceDump& dump : dumps) {
    const auto length = dump.length();
    rows.push_back({std::to_string(dump.index()),
                    fmt::format("{:#x}", dump.notes.front().payload.offset),
                    std::to_string(dump.size()), length ? std::to_string(*length) : "-",
                    NameText(dump.name()) + Remarks(dump)});
  }
  AppendTable(text, rows);
  return text;
}

std::string InfoText(Input& input) {
  const VmcoreInfo& info = input.reader->info();
  std::string text = FilesText(input) + '\n';
  AppendFact(text, "format", std::string(VmcoreFormatName(info.format)));
  AppendFact(text, "variant", EscapeBytes(info.variant));
  AppendName(text, "compression", info.compression);
  AppendName(text, "arch", info.arch);
  AppendName(text, "release", info.release);
  AppendName(text, "nodename", info.nodename);
  if (info.page_size != 0) AppendFact(text, "page size", std::to_string(info.page_size));
  if (info.crash_time != 0) AppendFact(text, "crash time", TimeText(info.crash_time));
  if (info.cpus != 0) AppendFact(text, "cpus", std::to_string(info.cpus));
  if (info.pieces > 1) AppendFact(text, "pieces", std::to_string(info.pieces));
  AppendFact(text, "complete", CompletenessText(info.complete));
  AppendFact(text, "crash", EscapeBytes(CrashHashOf(input).value_or("not known")));
  AppendFact(text, "device dumps", std::to_string(input.table.dumps.size()));
  AppendNotes(text, input.table);
  for (size_t i = 0; i < input.table.fragments.size(); ++i) {
    AppendFragment(text, i, input.table.fragments[i]);
  }
  return text;
}

}  // namespace vmcoredd::cli
