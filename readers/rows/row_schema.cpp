// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/rows/row_schema.h"

#include <array>

namespace vmcoredd {

namespace {

using Kind = ColumnKind;

constexpr RowColumn kMachine[] = {
    {"report", Kind::kText, true}, {"nodename", Kind::kText},   {"release", Kind::kText},
    {"arch", Kind::kText},         {"crash_time", Kind::kText}, {"problems", Kind::kJson},
};
constexpr RowColumn kSource[] = {
    {"machine", Kind::kReference, true, RowType::kMachine},
    {"key", Kind::kText, true},
    {"file", Kind::kText, true},
    {"format", Kind::kText},
    {"kind", Kind::kText},
    {"time", Kind::kText},
    {"release", Kind::kText},
    {"nodename", Kind::kText},
    {"arch", Kind::kText},
    {"capture_id", Kind::kText},
    {"crash", Kind::kText},
    {"facts", Kind::kJson},
    {"warnings", Kind::kJson},
};
constexpr RowColumn kDevice[] = {
    {"machine", Kind::kReference, true, RowType::kMachine},
    {"name", Kind::kText, true},
    {"bus", Kind::kText},
    {"address", Kind::kText},
    {"title", Kind::kText},
    {"verdict", Kind::kText, true},
    {"parent", Kind::kReference, false, RowType::kDevice},
    {"vendor_id", Kind::kText},
    {"device_id", Kind::kText},
    {"driver", Kind::kText},
    {"firmware", Kind::kText},
    {"identity", Kind::kJson},
};
constexpr RowColumn kDump[] = {
    {"source", Kind::kReference, true, RowType::kSource},
    {"device", Kind::kReference, true, RowType::kDevice},
    {"position", Kind::kInteger, true},
    {"name", Kind::kText, true},
    {"content", Kind::kText},
    {"layout", Kind::kText},
    {"title", Kind::kText},
    {"time", Kind::kText},
    {"phase", Kind::kText},
    {"outcome", Kind::kText},
    {"duration_us", Kind::kBig},
    {"length", Kind::kBig, true},
    {"first_address", Kind::kBig},
    {"fields_shown", Kind::kInteger, true},
    {"fields_left_out", Kind::kBig, true},
    {"baseline", Kind::kReference, false, RowType::kDump},
    {"differs", Kind::kFlag},
    {"holes", Kind::kJson},
    {"perturbed", Kind::kJson},
    {"warnings", Kind::kJson},
    {"problems", Kind::kJson},
    {"remarks", Kind::kJson},
};
constexpr RowColumn kField[] = {
    {"dump", Kind::kReference, true, RowType::kDump},
    {"path", Kind::kText, true},
    {"window", Kind::kText},
    {"is_group", Kind::kFlag, true},
    {"offset", Kind::kBig, true},
    {"size", Kind::kBig},
    {"bit", Kind::kInteger},
    {"bits", Kind::kInteger},
    {"value", Kind::kBig},
    {"shown", Kind::kText},
    {"state", Kind::kText},
    {"perturbed", Kind::kFlag},
    {"volatile", Kind::kFlag},
    {"text", Kind::kText},
};
constexpr RowColumn kFinding[] = {
    {"device", Kind::kReference, true, RowType::kDevice},
    {"dump", Kind::kReference, false, RowType::kDump},
    {"severity", Kind::kText, true},
    {"rule", Kind::kText},
    {"text", Kind::kText, true},
    {"next", Kind::kText},
    {"path", Kind::kText},
    {"window", Kind::kText},
    {"evidence", Kind::kJson},
};
constexpr RowColumn kDifference[] = {
    {"dump", Kind::kReference, true, RowType::kDump},
    {"baseline", Kind::kReference, true, RowType::kDump},
    {"change", Kind::kText, true},
    {"path", Kind::kText},
    {"window", Kind::kText},
    {"first", Kind::kText},
    {"second", Kind::kText},
    {"first_offset", Kind::kBig},
    {"second_offset", Kind::kBig},
    {"size", Kind::kBig},
    {"bit", Kind::kInteger},
    {"bits", Kind::kInteger},
    {"perturbed", Kind::kFlag},
    {"volatile", Kind::kFlag},
    {"text", Kind::kText},
};
constexpr RowColumn kEvent[] = {
    {"source", Kind::kReference, true, RowType::kSource},
    {"device", Kind::kReference, false, RowType::kDevice},
    {"time", Kind::kText},
    {"since_boot", Kind::kReal},
    {"kind", Kind::kText, true},
    {"text", Kind::kText, true},
};
constexpr RowColumn kSkip[] = {
    {"source", Kind::kReference, true, RowType::kSource},
    {"device", Kind::kReference, true, RowType::kDevice},
    {"name", Kind::kText, true},
    {"outcome", Kind::kText, true},
    {"reason", Kind::kText},
};

constexpr std::array<RowTable, kRowTypes> kTables = {{
    {RowType::kMachine, "machine", kMachine},
    {RowType::kSource, "source", kSource},
    {RowType::kDevice, "device", kDevice},
    {RowType::kDump, "dump", kDump},
    {RowType::kField, "field", kField},
    {RowType::kFinding, "finding", kFinding},
    {RowType::kDifference, "difference", kDifference},
    {RowType::kEvent, "event", kEvent},
    {RowType::kSkip, "skip", kSkip},
}};

}  // namespace

const RowTable& TableOf(RowType type) { return kTables[static_cast<size_t>(type)]; }

}  // namespace vmcoredd
