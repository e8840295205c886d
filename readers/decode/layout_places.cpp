// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/decode/layout_places.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "readers/decode/layout_linker.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd::internal {

namespace {

// Structures directly in structures. Deeper than any device, and bounds the recursion here.
constexpr size_t kMaxNesting = 32;
// No dump is longer.
constexpr uint64_t kMaxPlace = uint64_t{1} << 62;

std::optional<uint64_t> ConstantOf(const OptionalExpression& formula) {
  return formula ? formula->expression.Constant() : std::nullopt;
}

std::optional<uint64_t> Sum(std::optional<uint64_t> a, std::optional<uint64_t> b) {
  uint64_t sum = 0;
  if (!a || !b || __builtin_add_overflow(*a, *b, &sum)) return std::nullopt;
  return sum;
}

}  // namespace

std::optional<uint64_t> PlaceChecker::ElementSize(const FieldSpec& field, size_t depth) {
  if (field.type == FieldType::kUint || field.type == FieldType::kInt) return field.width;
  if (field.size) return ConstantOf(field.size);
  if (field.type == FieldType::kStruct && field.content.always) {
    return SizeOf(*field.content.always, depth + 1);
  }
  return std::nullopt;
}

PlaceChecker::Extent PlaceChecker::ExtentOf(const FieldSpec& field,
                                            std::optional<uint64_t> behind,
                                            size_t depth) {
  Extent extent;
  if (!field.from_window && !field.when) extent.at = field.at ? ConstantOf(field.at) : behind;
  extent.size = ElementSize(field, depth);
  if (field.count && field.type != FieldType::kRecords) {
    const auto count = ConstantOf(field.count);
    const auto stride = field.stride ? ConstantOf(field.stride) : extent.size;
    if (!count || !stride || !extent.size || *count > kMaxArray) {
      extent.size.reset();
    } else if (*count == 0) {
      extent.size = 0;
    } else {
      extent.size = Sum(*stride * (*count - 1), extent.size);
    }
  }
  return extent;
}

std::optional<uint64_t> PlaceChecker::SizeOf(const Structure& structure, size_t depth) {
  if (const auto known = sizes_.find(&structure); known != sizes_.end()) return known->second;
  if (depth > kMaxNesting) {
    report_(structure.place,
            "struct " + structure.name + ": it contains itself, or too many others");
    return std::nullopt;
  }
  std::optional<uint64_t> end = 0;
  std::optional<uint64_t> behind = 0;
  for (const FieldSpec& field : structure.fields) {
    const Extent extent = ExtentOf(field, behind, depth);
    behind = Sum(extent.at, extent.size);
    end = end && behind ? std::optional(std::max(*end, *behind)) : std::nullopt;
  }
  if (structure.size) end = ConstantOf(structure.size);
  return sizes_[&structure] = end;
}

void PlaceChecker::CheckArray(const FieldSpec& field, const std::string& where) {
  const auto count = ConstantOf(field.count);
  if (count && *count > kMaxArray) {
    report_(field.place,
            where + ": count " + std::to_string(*count) + " is above " + std::to_string(kMaxArray));
  }
  if (count && *count == 0) report_(field.count->place, where + ": a count of 0");
  const bool bare = field.type == FieldType::kText || field.type == FieldType::kBytes;
  if (bare && !field.size) report_(field.place, where + ": count without size");
  const auto stride = ConstantOf(field.stride);
  if (!stride) return;
  if (*stride == 0) return report_(field.place, where + ": a stride of 0");
  const auto size = ElementSize(field, 0);
  if (size && *stride < *size && count.value_or(2) > 1 && !field.overlay) {
    report_(field.stride->place, where + ": its elements of " + std::to_string(*size) +
                                     " bytes overlap at a stride of " + std::to_string(*stride));
  }
}

void PlaceChecker::CheckOverlaps(const Structure& structure, const std::vector<Extent>& extents) {
  std::vector<size_t> order;
  for (size_t i = 0; i < extents.size(); ++i) {
    const FieldSpec& field = structure.fields[i];
    const bool strided = field.count && field.stride;
    if (extents[i].at && extents[i].size && *extents[i].size > 0 && !field.overlay && !strided) {
      order.push_back(i);
    }
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return *extents[a].at < *extents[b].at; });
  for (size_t k = 1; k < order.size(); ++k) {
    const size_t before = order[k - 1];
    const auto end = Sum(extents[before].at, extents[before].size);
    if (!end || *end <= *extents[order[k]].at) continue;
    report_(structure.fields[order[k]].place, structure.name + '.' +
                                                  structure.fields[order[k]].name +
                                                  ": it overlaps " + structure.fields[before].name);
  }
}

void PlaceChecker::Check(Structure& structure) {
  structure.fixed_size = SizeOf(structure, 0);
  std::vector<Extent> extents;
  std::optional<uint64_t> behind = 0;
  for (FieldSpec& field : structure.fields) {
    const Extent extent = ExtentOf(field, behind, 0);
    field.fixed_at = extent.at;
    behind = Sum(extent.at, extent.size);
    extents.push_back(extent);
    const std::string where = structure.name + '.' + field.name;
    if (field.count) CheckArray(field, where);
    const auto at = ConstantOf(field.at);
    if (at && Sum(at, extent.size.value_or(0)).value_or(~uint64_t{0}) > kMaxPlace) {
      report_(field.at->place, where + ": no dump is as long as that");
    }
  }
  if (structure.size && ConstantOf(structure.size) == uint64_t{0}) {
    report_(structure.place, "struct " + structure.name + ": a size of 0");
  }
  CheckOverlaps(structure, extents);
}

}  // namespace vmcoredd::internal
