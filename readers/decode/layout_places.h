// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_DECODE_LAYOUT_PLACES_H_
#define READERS_DECODE_LAYOUT_PLACES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "readers/decode/layout.h"

namespace vmcoredd::internal {

// Finds out where the fields of structures are, as far as that does not depend on data,
// and reports fields that overlap, arrays that are too long, structures within themselves.
class PlaceChecker {
 public:
  using Report = std::function<void(LayoutPlace, std::string)>;
  explicit PlaceChecker(Report report) : report_(std::move(report)) {}

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
  void CheckOverlaps(const Structure& structure, const std::vector<Extent>& extents);

  Report report_;
  std::map<const Structure*, std::optional<uint64_t>> sizes_;
};

}  // namespace vmcoredd::internal

#endif  // READERS_DECODE_LAYOUT_PLACES_H_
