// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/json_parts.h"

namespace vmcoredd {

void WriteTexts(JsonStream& json, const std::vector<std::string>& texts) {
  json.BeginArray();
  for (const std::string& text : texts) json.String(text);
  json.EndArray();
}

void WriteFacts(JsonStream& json, const Properties& facts) {
  json.BeginObject();
  for (const auto& [key, value] : facts) json.Name(key, value);
  json.EndObject();
}

void WriteHoles(JsonStream& json, const std::vector<Hole>& holes) {
  json.BeginArray();
  for (const Hole& hole : holes) {
    json.BeginObject();
    json.BigUint("offset", hole.range.offset);
    json.BigUint("size", hole.range.size);
    if (!hole.reason.empty()) json.Name("reason", hole.reason);
    json.EndObject();
  }
  json.EndArray();
}

void WriteRemarks(JsonStream& json, const std::vector<RemarkRecord>& remarks) {
  json.BeginArray();
  for (const RemarkRecord& remark : remarks) {
    json.BeginObject();
    json.Name("path", remark.path);
    json.BigUint("offset", remark.offset);
    if (!remark.window.empty()) json.Name("window", remark.window);
    json.Name("text", remark.text);
    json.Flag("damage", remark.is_damage);
    json.EndObject();
  }
  json.EndArray();
}

void WriteEvidence(JsonStream& json, const std::vector<Evidence>& evidence) {
  json.BeginArray();
  for (const Evidence& item : evidence) {
    json.BeginObject();
    json.Name("field", item.field);
    json.BigUint("offset", item.offset);
    json.Name("value", item.value);
    json.EndObject();
  }
  json.EndArray();
}

void WriteFindings(JsonStream& json, const std::vector<Finding>& findings) {
  json.BeginArray();
  for (const Finding& finding : findings) WriteFinding(json, finding);
  json.EndArray();
}

void WriteFinding(JsonStream& json, const Finding& finding) {
  json.BeginObject();
  json.Name("severity", SeverityName(finding.severity));
  json.Name("id", finding.id);
  json.Name("text", finding.text);
  if (!finding.next.empty()) json.Name("next", finding.next);
  json.Name("path", finding.path);
  if (!finding.window.empty()) json.Name("window", finding.window);
  json.Name("evidence");
  WriteEvidence(json, finding.evidence);
  json.EndObject();
}

}  // namespace vmcoredd
