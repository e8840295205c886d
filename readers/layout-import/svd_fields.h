// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_LAYOUT_IMPORT_SVD_FIELDS_H_
#define READERS_LAYOUT_IMPORT_SVD_FIELDS_H_

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "readers/layout-import/register_model.h"
#include "readers/layout-import/svd_document.h"

namespace vmcoredd::internal {

// What elements inherit from those around them.
struct SvdProperties {
  uint64_t size = 32;       // bits
  std::string access;       // "read-only", ...
  std::string side_effect;  // "rc" or "w1c"; empty: none

  // As layouts say it.
  std::string Access() const;
};

// The parts of an SVD file that several kinds of elements have: properties, arrays, fields.
class SvdFields {
 public:
  // Counts what it makes in `items`.
  SvdFields(SvdDocument& document, ImportProblems& problems, size_t& items)
      : document_(document), problems_(problems), items_(items) {}

  SvdProperties PropertiesOf(const SvdElement& element, const SvdProperties& around);
  // What a person is told of a register or field.
  static std::string DescriptionOf(const SvdElement& element);
  // The fields of a register.
  void AddFields(const SvdElement& element, const SvdProperties& properties, ImportedItem& to);
  // Names an item; of an array, as one or as several items.
  void Expand(const SvdElement& element,
              ImportedItem item,
              const std::function<void(ImportedItem)>& add);

 private:
  struct Array {
    uint64_t count = 0, increment = 0;
    std::vector<std::string> names;
    bool is_counted = false;  // 0, 1, 2, ...
  };
  std::optional<Array> ArrayOf(const SvdElement& element);
  void AddField(const SvdElement& element, const SvdProperties& around, ImportedItem& to);
  void AddValues(const SvdElement& field, ImportedBits& bits);
  void AddValue(const SvdElement& value, ImportedEnum& values);

  SvdDocument& document_;
  ImportProblems& problems_;
  size_t& items_;
};

// Elements that a reader does not know may say what it does not: they are problems.
void NoteUnknownElements(const SvdDocument& document,
                         const SvdElement& element,
                         std::initializer_list<std::string_view> known,
                         ImportProblems& problems);

}  // namespace vmcoredd::internal

#endif  // READERS_LAYOUT_IMPORT_SVD_FIELDS_H_
