// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/diff_output.h"

#include <fmt/core.h>

#include <algorithm>

#include "readers/report/decode_text.h"
#include "readers/report/json_parts.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

constexpr size_t kMaxShown = 256;  // characters of a name or text
constexpr size_t kColumn = 44;     // of two
constexpr size_t kMaxRanges = 64;  // shown as text

std::string Shown(std::string_view raw) {
  std::string text = EscapeBytes(raw.substr(0, kMaxShown));
  if (raw.size() > kMaxShown) text += "...";
  return text;
}

bool IsQuiet(const FieldDiff& field) {
  return field.is_volatile || field.perturbed || field.change == FieldChange::kState;
}

std::string Place(const FieldDiff& field) {
  if (field.bit_width == 0) {
    return fmt::format("  {:#08x}  ",
                       field.first.empty() ? field.second_offset : field.first_offset);
  }
  const std::string bits =
      field.bit_width == 1
          ? std::to_string(field.bit_low)
          : fmt::format("{}:{}", field.bit_low + field.bit_width - 1, field.bit_low);
  return fmt::format("  {:>8}    ", bits);
}

std::string FieldLine(const FieldDiff& field, bool side_by_side) {
  std::string line = Place(field) + fmt::format("{:<30} ", Shown(field.path));
  // Values have been made printable when they were read.
  const std::string first = field.first.empty() ? "(not there)" : field.first;
  const std::string second = field.second.empty() ? "(not there)" : field.second;
  if (side_by_side) {
    line += fmt::format("{:<{}} | {:<{}}", first, kColumn, second, kColumn);
  } else {
    line += first + "  ->  " + second;
  }
  if (field.change == FieldChange::kOnlyFirst) line += "  (only in the first)";
  if (field.change == FieldChange::kOnlySecond) line += "  (only in the second)";
  if (field.is_volatile) line += "  (volatile)";
  if (!field.text.empty()) line += "  -- " + Shown(field.text);
  while (line.ends_with(' ')) line.pop_back();
  return line + '\n';
}

std::string Plural(uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace

std::string_view FieldChangeName(FieldChange change) {
  switch (change) {
    case FieldChange::kValue: return "value";
    case FieldChange::kOnlyFirst: return "only-first";
    case FieldChange::kOnlySecond: return "only-second";
    case FieldChange::kState: return "not-comparable";
  }
  return "";
}

std::string DiffText(const DumpDiff& diff, const DiffTextOptions& options) {
  std::string text;
  uint64_t quiet_volatile = 0;
  uint64_t quiet_perturbed = 0;
  uint64_t quiet_state = 0;
  for (const FieldDiff& field : diff.fields) {
    if (!options.all && IsQuiet(field)) {
      if (field.bit_width != 0) continue;
      if (field.change == FieldChange::kState) {
        ++quiet_state;
      } else {
        ++(field.perturbed ? quiet_perturbed : quiet_volatile);
      }
      continue;
    }
    text += FieldLine(field, options.side_by_side);
  }
  for (size_t i = 0; i < std::min(diff.ranges.size(), kMaxRanges); ++i) {
    text += fmt::format("  {:#08x}  {} differ{}\n", diff.ranges[i].offset,
                        Plural(diff.ranges[i].size, "byte"), diff.ranges[i].size == 1 ? "s" : "");
  }
  const uint64_t more =
      diff.more_ranges + (diff.ranges.size() - std::min(diff.ranges.size(), kMaxRanges));
  if (more != 0) text += fmt::format("  and {}\n", Plural(more, "more range"));
  if (diff.first_size != diff.second_size) {
    text += fmt::format("  {} in the first, {} in the second\n", Plural(diff.first_size, "byte"),
                        Plural(diff.second_size, "byte"));
  }
  for (const Finding& finding : diff.findings) text += "  " + FindingText(finding);
  std::string quiet;
  const auto add = [&quiet](uint64_t count, std::string_view what) {
    if (count != 0) quiet += fmt::format("{}{} {}", quiet.empty() ? "" : ", ", count, what);
  };
  add(quiet_volatile, "that change all the time");
  add(quiet_perturbed, "that the crash kernel has changed");
  add(quiet_state, "of which one could not be read");
  if (!quiet.empty()) text += "  not shown: " + quiet + '\n';
  if (diff.fields_left_out != 0) {
    text += fmt::format("  {} too many: only their bytes were compared\n",
                        Plural(diff.fields_left_out, "field"));
  }
  return text;
}

void WriteDiff(JsonStream& json, const DumpDiff& diff) {
  json.Name("layout");
  if (diff.layout) {
    json.String(diff.layout->name);
  } else {
    json.Null();
  }
  json.BigUint("first_size", diff.first_size);
  json.BigUint("second_size", diff.second_size);
  json.Field("fields_compared", diff.fields_compared);
  json.Field("fields_left_out", diff.fields_left_out);
  json.Flag("differs", diff.differs());
  json.Name("fields");
  json.BeginArray();
  for (const FieldDiff& field : diff.fields) {
    json.BeginObject();
    json.Name("path", field.path);
    json.Name("change", FieldChangeName(field.change));
    if (!field.window.empty()) json.Name("window", field.window);
    if (!field.first.empty()) {
      json.BigUint("first_offset", field.first_offset);
      json.Name("first", field.first);
    }
    if (!field.second.empty()) {
      json.BigUint("second_offset", field.second_offset);
      json.Name("second", field.second);
    }
    if (field.bit_width != 0) {
      json.Field("bit", field.bit_low);
      json.Field("bits", field.bit_width);
    }
    if (field.is_volatile) json.Flag("volatile", true);
    if (field.perturbed) json.Flag("perturbed", true);
    if (!field.text.empty()) json.Name("text", field.text);
    json.EndObject();
  }
  json.EndArray();
  json.Name("ranges");
  json.BeginArray();
  for (const ByteRange& range : diff.ranges) {
    json.BeginObject();
    json.BigUint("offset", range.offset);
    json.BigUint("size", range.size);
    json.EndObject();
  }
  json.EndArray();
  json.Field("more_ranges", diff.more_ranges);
  json.Name("findings");
  WriteFindings(json, diff.findings);
}

}  // namespace vmcoredd
