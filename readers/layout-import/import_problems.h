// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_LAYOUT_IMPORT_IMPORT_PROBLEMS_H_
#define READERS_LAYOUT_IMPORT_IMPORT_PROBLEMS_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "readers/layout-import/layout_import.h"

namespace vmcoredd::internal {

// What is left out of a layout, and why: all is counted, the first thousand are kept.
class ImportProblems {
 public:
  static constexpr size_t kMaxKept = 1000;

  void Add(size_t line, std::string text) {
    ++count_;
    if (problems_.size() < kMaxKept) problems_.push_back({line, std::move(text)});
  }
  size_t count() const { return count_; }
  std::vector<LayoutImportProblem>& list() { return problems_; }

 private:
  std::vector<LayoutImportProblem> problems_;
  size_t count_ = 0;
};

}  // namespace vmcoredd::internal

#endif  // READERS_LAYOUT_IMPORT_IMPORT_PROBLEMS_H_
