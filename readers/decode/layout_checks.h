// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_DECODE_LAYOUT_CHECKS_H_
#define READERS_DECODE_LAYOUT_CHECKS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "readers/decode/layout.h"

namespace vmcoredd::internal {

using ReportProblem = std::function<void(LayoutPlace, std::string)>;

// Keys of an enumeration that no number of so many bits is. `what`: the field.
void CheckEnumeration(const FieldMeaning& meaning,
                      unsigned bits,
                      std::string_view what,
                      const ReportProblem& report);

// Names of a structure with what is inlined in it: each is that of one field, or of fields of
// which each depends on something.
class InlineNames {
 public:
  explicit InlineNames(ReportProblem report) : report_(std::move(report)) {}
  void Check(const Structure& structure);

 private:
  // False: a name is taken, or there are too many.
  bool Walk(const Structure& structure, bool is_conditional, size_t depth);
  bool Inline(const Structure* structure, bool is_conditional, size_t depth);
  bool Add(const std::string& name, bool is_conditional);

  ReportProblem report_;
  std::set<std::string, std::less<>> always_, perhaps_;
  std::map<const Structure*, std::string> walked_;  // with one of its names
  std::set<const Structure*> walked_perhaps_;
  std::string always_name_;           // the last of always_
  std::string second_;                // the name that is taken
  const FieldSpec* field_ = nullptr;  // of the structure itself, that is walked
  size_t steps_ = 0;                  // of all structures together
};

}  // namespace vmcoredd::internal

#endif  // READERS_DECODE_LAYOUT_CHECKS_H_
