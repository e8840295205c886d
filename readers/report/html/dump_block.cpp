// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/html/dump_block.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <set>
#include <string_view>

#include "readers/report/html/page_block.h"
#include "readers/report/html/page_parts.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

constexpr uint64_t kMaxNumber = (uint64_t{1} << 53) - 1;  // that a script counts with
constexpr size_t kMaxString = 2000;

// Flags of a field; fields.js has the same.
constexpr unsigned kGroup = 1, kHasBits = 2, kPerturbed = 4, kVolatile = 8, kZero = 16;
constexpr unsigned kStateShift = 5;

class Columns {
 public:
  explicit Columns(JsonStream& json) : json_(json) {}

  template <typename Rows, typename Write>
  void Put(const char* name, const Rows& rows, const Write& write) {
    json_.Name(name);
    json_.BeginArray();
    for (const auto& row : rows) write(row);
    json_.EndArray();
  }
  void String(std::string_view raw) {
    std::string text = EscapeBytes(raw.substr(0, kMaxString));
    if (raw.size() > kMaxString) text += "...";
    json_.String(text);
  }
  void Named(const char* name, std::string_view raw) {
    json_.Name(name);
    String(raw);
  }
  // What no offset of this dump is becomes the largest number: nothing is there.
  void Number(uint64_t value) { json_.Uint(std::min(value, kMaxNumber)); }
  JsonStream& json() { return json_; }

 private:
  JsonStream& json_;
};

// Offsets of the dump itself count from its first byte, not from its first address.
uint64_t Place(const ReportDump& dump, std::string_view window, uint64_t offset) {
  if (!window.empty()) return offset;
  return offset >= dump.first_address ? offset - dump.first_address : kMaxNumber;
}

using Fields = std::vector<const FieldRecord*>;

Fields ChosenFields(const MachineReport& report, size_t index, bool all) {
  const ReportDump& dump = report.dumps[index];
  std::set<std::string_view> wanted;
  if (dump.diff) {
    for (const FieldDiff& field : dump.diff->fields) wanted.insert(field.path);
  }
  for (const ReportFinding& found : report.findings) {
    if (found.dump != index) continue;
    wanted.insert(found.finding.path);
    for (const Evidence& item : found.finding.evidence) wanted.insert(item.field);
  }
  Fields out;
  for (const FieldRecord& field : dump.fields) {
    if (all || wanted.contains(field.path)) out.push_back(&field);
  }
  return out;
}

void WriteFields(Columns& out, const ReportDump& dump, const Fields& fields) {
  using Field = const FieldRecord* const;
  std::vector<std::string> windows;
  for (Field& field : fields) {
    if (!field->window.empty() && (windows.empty() || windows.back() != field->window)) {
      windows.push_back(field->window);
    }
  }
  out.Put("path", fields, [&](Field& field) { out.String(field->path); });
  out.Put("at", fields,
          [&](Field& field) { out.Number(Place(dump, field->window, field->offset)); });
  out.Put("size", fields, [&](Field& field) { out.Number(field->size); });
  out.Put("shown", fields, [&](Field& field) { out.String(field->shown); });
  out.Put("text", fields, [&](Field& field) { out.String(field->text); });
  out.Put("bit", fields, [&](Field& field) {
    out.Number(field->bit_width == 0 ? 0 : field->bit_low * 100u + field->bit_width);
  });
  out.Put("flags", fields, [&](Field& field) {
    out.Number((field->is_group ? kGroup : 0) | (field->has_bits ? kHasBits : 0) |
               (field->perturbed ? kPerturbed : 0) | (field->is_volatile ? kVolatile : 0) |
               (field->value == 0 ? kZero : 0) |
               static_cast<unsigned>(field->state) << kStateShift);
  });
  // Which window: 0 is the dump itself; windows follow one another.
  uint64_t window = 0;
  out.Put("window", fields, [&](Field& field) {
    if (!field->window.empty() && (window == 0 || windows[window - 1] != field->window)) ++window;
    out.Number(field->window.empty() ? 0 : window);
  });
  out.Put("windows", windows, [&](const std::string& path) { out.String(path); });
}

void WriteDiff(Columns& out, const ReportDump& dump) {
  if (!dump.diff) return;
  JsonStream& json = out.json();
  out.Put("changes", dump.diff->fields, [&](const FieldDiff& field) {
    json.BeginArray();
    out.String(field.path);
    out.Number(static_cast<unsigned>(field.change));
    out.String(field.first);
    out.String(field.second);
    out.String(field.text);
    out.Number((field.is_volatile ? kVolatile : 0) | (field.perturbed ? kPerturbed : 0));
    json.EndArray();
  });
  out.Put("ranges", dump.diff->ranges, [&](const ByteRange& range) {
    json.BeginArray();
    out.Number(range.offset);
    out.Number(range.size);
    json.EndArray();
  });
  json.Field("more_ranges", std::min(dump.diff->more_ranges, kMaxNumber));
}

void WriteFindingsOf(Columns& out, const MachineReport& report, size_t index) {
  JsonStream& json = out.json();
  std::vector<const Finding*> findings;
  for (const ReportFinding& found : report.findings) {
    if (found.dump == index) findings.push_back(&found.finding);
  }
  out.Put("findings", findings, [&](const Finding* finding) {
    json.BeginArray();
    out.String(SeverityName(finding->severity));
    out.String(finding->path);
    out.String(finding->text);
    out.String(finding->next);
    json.BeginArray();
    for (const Evidence& item : finding->evidence) out.String(item.field);
    json.EndArray();
    json.EndArray();
  });
}

void WriteHead(Columns& out, const MachineReport& report, const ReportDump& dump) {
  JsonStream& json = out.json();
  out.Named("name", dump.name);
  out.Named("title", dump.title);
  out.Named("file", report.sources[dump.source].file);
  json.Name("length");
  out.Number(dump.length);
  json.Name("first", fmt::format("{:x}", dump.first_address));
  json.Name("left_out");
  out.Number(dump.fields_left_out);
  if (dump.baseline) {
    const ReportSource& source = report.sources[report.dumps[*dump.baseline].source];
    out.Named("baseline", source.file + (source.time.empty() ? "" : ", " + source.time));
  }
  out.Put("holes", dump.holes, [&](const Hole& hole) {
    json.BeginArray();
    out.Number(hole.range.offset);
    out.Number(hole.range.size);
    out.String(hole.reason);
    json.EndArray();
  });
  out.Put("remarks", dump.remarks, [&](const RemarkRecord& remark) {
    json.BeginArray();
    out.Number(Place(dump, remark.window, remark.offset));
    out.String(remark.path);
    out.String(remark.window);
    out.String(remark.text);
    json.EndArray();
  });
}

std::string Packed(const std::function<void(Columns&)>& write) {
  PageBlock block;
  std::string pending;  // zlib is slow with pieces of some bytes
  JsonStream json(
      [&](std::string_view text) {
        pending += text;
        if (pending.size() < 65536) return;
        block.Add(pending);
        pending.clear();
      },
      false);
  Columns out(json);
  json.BeginObject();
  write(out);
  json.EndObject();
  block.Add(pending);
  return block.Finish();
}

}  // namespace

std::string PackFields(const MachineReport& report, size_t index, bool all_fields) {
  const ReportDump& dump = report.dumps[index];
  const Fields fields = ChosenFields(report, index, all_fields);
  return Packed([&](Columns& out) {
    WriteHead(out, report, dump);
    out.json().Flag("all", all_fields);
    WriteFields(out, dump, fields);
    WriteDiff(out, dump);
    WriteFindingsOf(out, report, index);
  });
}

std::string PackEvents(const MachineReport& report) {
  return Packed([&](Columns& out) {
    out.Put("devices", report.devices,
            [&](const ReportDevice& device) { out.String(device.Name()); });
    out.Put("when", report.events, [&](const ReportEvent& event) { out.String(EventTime(event)); });
    out.Put("kind", report.events, [&](const ReportEvent& event) { out.String(event.kind); });
    out.Put("device", report.events,
            [&](const ReportEvent& event) { out.Number(event.device ? *event.device + 1 : 0); });
    out.Put("text", report.events, [&](const ReportEvent& event) { out.String(event.text); });
  });
}

}  // namespace vmcoredd
