// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/report_json.h"

#include <fmt/core.h>

#include "readers/report/diff_output.h"
#include "readers/report/json_parts.h"

namespace vmcoredd {

namespace {

void Optional(JsonStream& json, const char* name, std::string_view text) {
  if (!text.empty()) json.Name(name, text);
}

void Texts(JsonStream& json, const char* name, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  json.Name(name);
  WriteTexts(json, texts);
}

void Indexes(JsonStream& json, const char* name, const std::vector<size_t>& indexes) {
  json.Name(name);
  json.BeginArray();
  for (const size_t index : indexes) json.Uint(index);
  json.EndArray();
}

void WriteSource(JsonStream& json, const ReportSource& source) {
  json.BeginObject();
  json.Name("file", source.file);
  json.Name("format", source.format);
  json.Name("kind", source.kind);
  Optional(json, "time", source.time);
  Optional(json, "release", source.release);
  Optional(json, "nodename", source.nodename);
  Optional(json, "arch", source.arch);
  Optional(json, "capture_id", source.capture_id);
  Optional(json, "crash", source.crash);
  if (!source.facts.empty()) {
    json.Name("facts");
    WriteFacts(json, source.facts);
  }
  Texts(json, "warnings", source.warnings);
  json.EndObject();
}

void WriteField(JsonStream& json, const FieldRecord& field) {
  json.BeginObject();
  json.Name("path", field.path);
  json.BigUint("offset", field.offset);
  if (!field.window.empty()) json.Name("window", field.window);
  if (field.is_group) {
    json.Flag("group", true);
  } else {
    json.BigUint("size", field.size);
    if (field.bit_width != 0) {
      json.Field("bit", field.bit_low);
      json.Field("bits", field.bit_width);
    }
    json.Name("shown", field.shown);
    if (field.state != FieldState::kRead) json.Name("state", FieldStateName(field.state));
    if (field.perturbed) json.Flag("perturbed", true);
    if (field.is_volatile) json.Flag("volatile", true);
  }
  Optional(json, "text", field.text);
  json.EndObject();
}

void WriteEvent(JsonStream& json, const ReportEvent& event) {
  json.BeginObject();
  Optional(json, "time", event.time);
  if (event.since_boot) json.Name("since_boot", fmt::format("{:.6f}", *event.since_boot));
  json.Field("source", event.source);
  if (event.device) json.Field("device", *event.device);
  json.Name("kind", event.kind);
  json.Name("text", event.text);
  json.EndObject();
}

void WriteDevice(JsonStream& json, const ReportDevice& device) {
  json.BeginObject();
  json.Name("name", device.Name());
  json.Name("bus", device.bus);
  json.Name("address", device.address);
  Optional(json, "title", device.title);
  json.Name("verdict", VerdictName(device.verdict));
  json.Name("verdict_text", VerdictText(device.verdict));
  if (device.parent) json.Field("parent", *device.parent);
  json.Name("identity");
  WriteFacts(json, device.identity);
  Indexes(json, "dumps", device.dumps);
  Indexes(json, "findings", device.findings);
  Indexes(json, "events", device.events);
  json.Name("skipped");
  json.BeginArray();
  for (const ReportSkip& skip : device.skipped) {
    json.BeginObject();
    json.Field("source", skip.source);
    json.Name("name", skip.name);
    json.Name("outcome", skip.outcome);
    json.Name("reason", skip.reason);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
}

void WriteDumpHead(JsonStream& json, const ReportDump& dump) {
  json.Field("source", dump.source);
  json.Field("device", dump.device);
  json.Field("index", dump.index);
  json.Name("name", dump.name);
  Optional(json, "content", dump.content);
  Optional(json, "layout", dump.layout);
  Optional(json, "title", dump.title);
  Optional(json, "time", dump.time);
  Optional(json, "phase", dump.phase);
  Optional(json, "outcome", dump.outcome);
  if (dump.duration_us) json.BigUint("duration_us", *dump.duration_us);
  json.BigUint("length", dump.length);
  if (dump.first_address != 0) json.BigUint("first_address", dump.first_address);
  json.Field("fields_shown", dump.fields.size());
  if (dump.fields_left_out != 0) json.Field("fields_left_out", dump.fields_left_out);
  Texts(json, "perturbed", dump.perturbed);
  Texts(json, "warnings", dump.warnings);
  Texts(json, "problems", dump.problems);
  if (dump.baseline) json.Field("baseline", *dump.baseline);
  if (dump.diff) json.Flag("differs", dump.diff->differs());
}

}  // namespace

void WriteReportDump(JsonStream& json, const ReportDump& dump) {
  json.Name("holes");
  WriteHoles(json, dump.holes);
  json.Name("fields");
  json.BeginArray();
  for (const FieldRecord& field : dump.fields) WriteField(json, field);
  json.EndArray();
  json.Name("remarks");
  WriteRemarks(json, dump.remarks);
  if (!dump.diff) return;
  json.Name("diff");
  json.BeginObject();
  WriteDiff(json, *dump.diff);
  json.EndObject();
}

void WriteReport(JsonStream& json, const MachineReport& report, bool with_fields) {
  json.Name("schema", "vmcoredd-report/1");
  Optional(json, "nodename", report.nodename);
  Optional(json, "release", report.release);
  Optional(json, "arch", report.arch);
  Optional(json, "crash_time", report.crash_time);
  json.Name("sources");
  json.BeginArray();
  for (const ReportSource& source : report.sources) WriteSource(json, source);
  json.EndArray();
  json.Name("devices");
  json.BeginArray();
  for (const ReportDevice& device : report.devices) WriteDevice(json, device);
  json.EndArray();
  json.Name("findings");
  json.BeginArray();
  for (const ReportFinding& found : report.findings) {
    json.BeginObject();
    json.Field("device", found.device);
    if (found.dump) json.Field("dump", *found.dump);
    json.Name("finding");
    WriteFinding(json, found.finding);
    json.EndObject();
  }
  json.EndArray();
  json.Name("events");
  json.BeginArray();
  for (const ReportEvent& event : report.events) WriteEvent(json, event);
  json.EndArray();
  if (report.log_lines_left_out != 0) json.BigUint("log_lines_left_out", report.log_lines_left_out);
  json.Name("dumps");
  json.BeginArray();
  for (const ReportDump& dump : report.dumps) {
    json.BeginObject();
    WriteDumpHead(json, dump);
    if (with_fields) WriteReportDump(json, dump);
    json.EndObject();
  }
  json.EndArray();
}

void WriteTimeline(JsonStream& json, const MachineReport& report) {
  json.Name("schema", "vmcoredd-timeline/1");
  json.Name("events");
  json.BeginArray();
  for (const ReportEvent& event : report.events) {
    json.BeginObject();
    Optional(json, "time", event.time);
    if (event.since_boot) json.Name("since_boot", fmt::format("{:.6f}", *event.since_boot));
    json.Name("file", report.sources[event.source].file);
    if (event.device) json.Name("device", report.devices[*event.device].Name());
    json.Name("kind", event.kind);
    json.Name("text", event.text);
    json.EndObject();
  }
  json.EndArray();
}

}  // namespace vmcoredd
