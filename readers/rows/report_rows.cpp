// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/rows/report_rows.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "readers/report/diff_output.h"
#include "readers/report/json_parts.h"
#include "vmcoredd/base/payload_hash.h"

namespace vmcoredd {

namespace {

RowValue Text(std::string_view text) {
  if (text.empty()) return {};
  return std::string(text);
}

template <typename T>
RowValue Number(const std::optional<T>& number) {
  if (!number) return {};
  return uint64_t{*number};
}

RowValue Flag(bool flag) {
  if (!flag) return {};
  return true;
}

RowValue Json(const std::function<void(JsonStream&)>& write) {
  std::string text;
  JsonStream json([&text](std::string_view piece) { text += piece; }, false);
  write(json);
  return text;
}

// As JSON; nothing for none.
template <typename T>
RowValue ListOf(const T& items, void (*write)(JsonStream&, const T&)) {
  if (items.empty()) return {};
  return Json([&](JsonStream& json) { write(json, items); });
}
RowValue Texts(const std::vector<std::string>& texts) { return ListOf(texts, WriteTexts); }
RowValue Facts(const Properties& facts) { return ListOf(facts, WriteFacts); }
RowValue Holes(const std::vector<Hole>& holes) { return ListOf(holes, WriteHoles); }
RowValue Remarks(const std::vector<RemarkRecord>& remarks) { return ListOf(remarks, WriteRemarks); }
RowValue EvidenceOf(const Finding& finding) { return ListOf(finding.evidence, WriteEvidence); }

// Drivers call it differently; what devlink says runs is meant where there is more than one.
std::string_view FirmwareOf(const Properties& identity) {
  for (const char* const key : {"running.fw.version", "running.fw", "firmware"}) {
    if (const std::string_view version = PropertyOf(identity, key); !version.empty())
      return version;
  }
  return {};
}

class Writer {
 public:
  Writer(const MachineReport& report, const RowOptions& options, RowSink& sink)
      : report_(report), options_(options), sink_(sink) {}

  Result<void> Run() {
    const std::vector<std::string> keys = SourceKeys(report_, options_.file_keys);
    VMCOREDD_TRY(Put(RowType::kMachine, 0,
                     {ReportKey(keys), Text(report_.nodename), Text(report_.release),
                      Text(report_.arch), Text(report_.crash_time), Texts(report_.problems)}));
    for (size_t i = 0; i < report_.sources.size(); ++i) {
      VMCOREDD_TRY(PutSource(i, keys[i]));
    }
    for (size_t i = 0; i < report_.devices.size(); ++i) VMCOREDD_TRY(PutDevice(i));
    for (size_t i = 0; i < report_.dumps.size(); ++i) VMCOREDD_TRY(PutDump(i));
    if (options_.with_fields) VMCOREDD_TRY(PutFields());
    VMCOREDD_TRY(PutFindings());
    VMCOREDD_TRY(PutDifferences());
    VMCOREDD_TRY(PutEvents());
    return PutSkips();
  }

 private:
  Result<void> Put(RowType type, uint64_t id, const std::vector<RowValue>& values) {
    return sink_.OnRow(type, id, values);
  }

  Result<void> PutSource(size_t i, const std::string& key) {
    const ReportSource& source = report_.sources[i];
    return Put(
        RowType::kSource, i,
        {uint64_t{0}, key, source.file, Text(source.format), Text(source.kind), Text(source.time),
         Text(source.release), Text(source.nodename), Text(source.arch), Text(source.capture_id),
         Text(source.crash), Facts(source.facts), Texts(source.warnings)});
  }

  Result<void> PutDevice(size_t i) {
    const ReportDevice& device = report_.devices[i];
    return Put(
        RowType::kDevice, i,
        {uint64_t{0}, device.Name(), Text(device.bus), Text(device.address), Text(device.title),
         Text(VerdictName(device.verdict)), Number(device.parent),
         Text(PropertyOf(device.identity, "vendor")), Text(PropertyOf(device.identity, "device")),
         Text(PropertyOf(device.identity, "driver")), Text(FirmwareOf(device.identity)),
         Facts(device.identity)});
  }

  Result<void> PutDump(size_t i) {
    const ReportDump& dump = report_.dumps[i];
    RowValue differs;
    if (dump.diff) differs = dump.diff->differs();
    RowValue first_address;
    if (dump.first_address != 0) first_address = dump.first_address;
    return Put(RowType::kDump, i, {uint64_t{dump.source},    uint64_t{dump.device},
                                   uint64_t{dump.index},     dump.name,
                                   Text(dump.content),       Text(dump.layout),
                                   Text(dump.title),         Text(dump.time),
                                   Text(dump.phase),         Text(dump.outcome),
                                   Number(dump.duration_us), dump.length,
                                   std::move(first_address), uint64_t{dump.fields.size()},
                                   dump.fields_left_out,     Number(dump.baseline),
                                   std::move(differs),       Holes(dump.holes),
                                   Texts(dump.perturbed),    Texts(dump.warnings),
                                   Texts(dump.problems),     Remarks(dump.remarks)});
  }

  Result<void> PutFields() {
    uint64_t id = 0;
    for (size_t i = 0; i < report_.dumps.size(); ++i) {
      for (const FieldRecord& field : report_.dumps[i].fields) {
        VMCOREDD_TRY(PutField(i, field, id++));
      }
    }
    return {};
  }

  Result<void> PutField(size_t dump, const FieldRecord& field, uint64_t id) {
    if (field.is_group) {
      return Put(RowType::kField, id,
                 {uint64_t{dump},
                  field.path,
                  Text(field.window),
                  true,
                  field.offset,
                  {},
                  {},
                  {},
                  {},
                  {},
                  {},
                  {},
                  {},
                  Text(field.text)});
    }
    const bool is_number = field.type == FieldType::kUint || field.type == FieldType::kInt;
    RowValue bit;
    RowValue bits;
    RowValue value;
    if (field.bit_width != 0) {
      bit = uint64_t{field.bit_low};
      bits = uint64_t{field.bit_width};
    }
    if (is_number && field.state == FieldState::kRead) value = field.value;
    return Put(RowType::kField, id,
               {uint64_t{dump}, field.path, Text(field.window), false, field.offset, field.size,
                std::move(bit), std::move(bits), std::move(value), Text(field.shown),
                Text(FieldStateName(field.state)), Flag(field.perturbed), Flag(field.is_volatile),
                Text(field.text)});
  }

  Result<void> PutFindings() {
    for (size_t i = 0; i < report_.findings.size(); ++i) {
      const ReportFinding& found = report_.findings[i];
      const Finding& finding = found.finding;
      VMCOREDD_TRY(
          Put(RowType::kFinding, i,
              {uint64_t{found.device}, Number(found.dump), Text(SeverityName(finding.severity)),
               Text(finding.id), finding.text, Text(finding.next), Text(finding.path),
               Text(finding.window), EvidenceOf(finding)}));
    }
    return {};
  }

  Result<void> PutDifferences() {
    uint64_t id = 0;
    for (size_t i = 0; i < report_.dumps.size(); ++i) {
      const ReportDump& dump = report_.dumps[i];
      if (!dump.diff || !dump.baseline) continue;
      const uint64_t baseline = *dump.baseline;
      for (const FieldDiff& field : dump.diff->fields) {
        VMCOREDD_TRY(PutDifference(i, baseline, field, id++));
      }
      for (const ByteRange& range : dump.diff->ranges) {
        VMCOREDD_TRY(Put(RowType::kDifference, id++,
                         {uint64_t{i},
                          baseline,
                          "bytes",
                          {},
                          {},
                          {},
                          {},
                          range.offset,
                          range.offset,
                          range.size,
                          {},
                          {},
                          {},
                          {},
                          {}}));
      }
    }
    return {};
  }

  Result<void> PutDifference(size_t dump, uint64_t baseline, const FieldDiff& field, uint64_t id) {
    RowValue first;
    RowValue second;
    if (!field.first.empty()) first = field.first_offset;
    if (!field.second.empty()) second = field.second_offset;
    RowValue bit;
    RowValue bits;
    if (field.bit_width != 0) {
      bit = uint64_t{field.bit_low};
      bits = uint64_t{field.bit_width};
    }
    return Put(RowType::kDifference, id,
               {uint64_t{dump},
                baseline,
                Text(FieldChangeName(field.change)),
                Text(field.path),
                Text(field.window),
                Text(field.first),
                Text(field.second),
                std::move(first),
                std::move(second),
                {},
                std::move(bit),
                std::move(bits),
                Flag(field.perturbed),
                Flag(field.is_volatile),
                Text(field.text)});
  }

  Result<void> PutEvents() {
    for (size_t i = 0; i < report_.events.size(); ++i) {
      const ReportEvent& event = report_.events[i];
      RowValue since_boot;
      if (event.since_boot) since_boot = *event.since_boot;
      VMCOREDD_TRY(Put(RowType::kEvent, i,
                       {uint64_t{event.source}, Number(event.device), Text(event.time),
                        std::move(since_boot), event.kind, event.text}));
    }
    return {};
  }

  Result<void> PutSkips() {
    uint64_t id = 0;
    for (size_t i = 0; i < report_.devices.size(); ++i) {
      for (const ReportSkip& skip : report_.devices[i].skipped) {
        VMCOREDD_TRY(
            Put(RowType::kSkip, id++,
                {uint64_t{skip.source}, uint64_t{i}, skip.name, skip.outcome, Text(skip.reason)}));
      }
    }
    return {};
  }

  const MachineReport& report_;
  const RowOptions& options_;
  RowSink& sink_;
};

}  // namespace

std::vector<std::string> SourceKeys(const MachineReport& report, const FileKeys& files) {
  std::vector<std::string> keys;
  std::map<std::string, size_t> counts;  // of the same key in this report
  for (const ReportSource& source : report.sources) {
    const auto file = files.find(source.file);
    const bool has_id =
        !source.capture_id.empty() && (file == files.end() || !file->second.has_made_up_ids);
    std::string key = has_id                ? "capture-" + source.capture_id
                      : file != files.end() ? file->second.key
                                            : "name-" + source.file;
    // A capture that is in two files, as attached dumps are, is one. What has no id is not.
    if (const size_t count = counts[key]++; !has_id && count != 0) {
      key += '#' + std::to_string(count + 1);
    }
    keys.push_back(std::move(key));
  }
  return keys;
}

std::string ReportKey(const std::vector<std::string>& source_keys) {
  std::vector<std::string> sorted = source_keys;
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  PayloadHasher hasher;
  for (const std::string& key : sorted) {
    hasher.Update(std::as_bytes(std::span(key)));
    hasher.Update(std::as_bytes(std::span("\n", 1)));
  }
  return hasher.HexDigest();
}

Result<void> WriteRows(const MachineReport& report, const RowOptions& options, RowSink& sink) {
  return Writer(report, options, sink).Run();
}

}  // namespace vmcoredd
