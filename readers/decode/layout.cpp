// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/decode/layout.h"

#include <algorithm>

namespace vmcoredd {

std::string_view SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kInfo: return "info";
    case Severity::kWarning: return "warning";
    case Severity::kError: return "error";
    case Severity::kFatal: return "fatal";
  }
  return "";
}

std::string_view FieldTypeName(FieldType type) {
  switch (type) {
    case FieldType::kUint: return "uint";
    case FieldType::kInt: return "int";
    case FieldType::kText: return "text";
    case FieldType::kBytes: return "bytes";
    case FieldType::kGuid: return "guid";
    case FieldType::kMac: return "mac";
    case FieldType::kStruct: return "struct";
    case FieldType::kRecords: return "records";
    case FieldType::kChain: return "chain";
    case FieldType::kStream: return "stream";
    case FieldType::kSparse: return "sparse";
    case FieldType::kPairs: return "pairs";
  }
  return "";
}

PrivacyClasses DefaultPrivacy(FieldType type) {
  if (type == FieldType::kText || type == FieldType::kBytes) return Privacy::kPayload;
  return type == FieldType::kMac ? PrivacyClasses(Privacy::kMac) : PrivacyClasses();
}

const EnumEntry* Enumeration::Find(uint64_t value) const {
  const auto after =
      std::upper_bound(entries.begin(), entries.end(), value,
                       [](uint64_t v, const EnumEntry& entry) { return v < entry.low; });
  if (after != entries.begin() && std::prev(after)->high >= value) return &*std::prev(after);
  return fallback ? &*fallback : nullptr;
}

const FieldSpec* Structure::FindField(std::string_view field) const {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [field](const FieldSpec& spec) { return spec.name == field; });
  return found == fields.end() ? nullptr : &*found;
}

size_t MatchRule::conditions() const {
  size_t count = magic.size();
  for (const auto* const list :
       {&dump, &source, &driver, &content, &region, &reporter, &member, &pci, &pci_class}) {
    count += list->empty() ? 0 : 1;
  }
  return count + (firmware ? 1 : 0) + (size ? 1 : 0);
}

}  // namespace vmcoredd
