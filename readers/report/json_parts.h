// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_REPORT_JSON_PARTS_H_
#define READERS_REPORT_JSON_PARTS_H_

#include <string>
#include <vector>

#include "readers/report/field_collector.h"
#include "readers/report/json_stream.h"
#include "vmcoredd/format/manifest.h"

// Values that several of the JSON outputs have, each written as one array or object.

namespace vmcoredd {

void WriteTexts(JsonStream& json, const std::vector<std::string>& texts);
void WriteFacts(JsonStream& json, const Properties& facts);
void WriteHoles(JsonStream& json, const std::vector<Hole>& holes);
void WriteRemarks(JsonStream& json, const std::vector<RemarkRecord>& remarks);
void WriteEvidence(JsonStream& json, const std::vector<Evidence>& evidence);
void WriteFindings(JsonStream& json, const std::vector<Finding>& findings);
void WriteFinding(JsonStream& json, const Finding& finding);

}  // namespace vmcoredd

#endif  // READERS_REPORT_JSON_PARTS_H_
