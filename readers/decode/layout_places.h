// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_DECODE_LAYOUT_PLACES_H_
#define READERS_DECODE_LAYOUT_PLACES_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "readers/decode/layout.h"
#include "readers/decode/layout_checks.h"

namespace vmcoredd::internal {

// Finds out where the fields of structures are, as far as that does not depend on data,
// and reports fields that overlap, arrays that make no sense, structures within themselves.
class PlaceChecker {
 public:
  explicit PlaceChecker(ReportProblem report) : report_(std::move(report)) {}

  // Sets fixed_at of the fields, and fixed_size.
  void Check(Structure& structure);

 private:
  struct Extent {
    std::optional<uint64_t> at;    // fixed, and always there
    std::optional<uint64_t> size;  // of all elements
  };
  std::optional<uint64_t> SizeOf(const Structure& structure, size_t depth);
  std::optional<uint64_t> ElementSize(const FieldSpec& field, size_t depth);
  Extent ExtentOf(const FieldSpec& field, std::optional<uint64_t> behind, size_t depth);
  void CheckArray(const FieldSpec& field, const std::string& where);
  void CheckOverlaps(const Structure& structure, const std::vector<Extent>& extents);

  ReportProblem report_;
  std::map<const Structure*, std::optional<uint64_t>> sizes_;
};

}  // namespace vmcoredd::internal

#endif  // READERS_DECODE_LAYOUT_PLACES_H_
