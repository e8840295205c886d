// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/folded_rows.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace vmcoredd {

void FoldedRows::Print(const TextRow& row) {
  std::string line = row.offset ? fmt::format("  {:#08x}  ", *row.offset) : std::string(12, ' ');
  line += row.before;
  line += fmt::format("{:<{}}{}", row.name, row.width, row.after);
  out_(line + '\n');
}

// Offsets apart, and the index in the first row's name.
bool FoldedRows::Same(const Element& a, const Element& b) {
  if (a.array != b.array || a.rows.size() != b.rows.size()) return false;
  for (size_t i = 0; i < a.rows.size(); ++i) {
    const TextRow& one = a.rows[i];
    const TextRow& other = b.rows[i];
    const bool same = one.before == other.before && one.after == other.after &&
                      one.offset.has_value() == other.offset.has_value() &&
                      (i == 0 || one.name == other.name);
    if (!same) return false;
  }
  return true;
}

// Behind all that the level has.
void FoldedRows::Append(Level& level, TextRow row) {
  if (&level == &levels_.front() || level.is_printed) return Print(row);
  level.element.rows.push_back(std::move(row));
  if (level.element.rows.size() > kMaxKept) PrintOpen();
}

// The outer ones first: they began first.
void FoldedRows::PrintOpen() {
  for (size_t i = 0; i < levels_.size(); ++i) {
    Level& level = levels_[i];
    if (i > 0) level.is_printed = true;
    for (const TextRow& row : std::exchange(level.element.rows, {})) Print(row);
    // Of an inner level's run nothing has been appended yet.
    if (i + 1 < levels_.size()) FlushRun(level);
  }
}

void FoldedRows::FlushRun(Level& level) {
  if (!level.run) return;
  Element run = *std::exchange(level.run, std::nullopt);
  if (!run.last.empty()) {
    run.rows.front().name = fmt::format("{}[{}..{}]", run.array, run.index, run.last);
  }
  for (TextRow& row : run.rows) Append(level, std::move(row));
}

void FoldedRows::Add(TextRow row) {
  Level& level = levels_.back();
  FlushRun(level);
  Append(level, std::move(row));
}

void FoldedRows::BeginElement(std::string array, std::string index, TextRow first) {
  Level level;
  level.element = {std::move(array), std::move(index), {}, {}};
  level.element.rows.push_back(std::move(first));
  levels_.push_back(std::move(level));
}

void FoldedRows::EndElement() {
  FlushRun(levels_.back());
  Level ended = std::move(levels_.back());
  levels_.pop_back();
  if (ended.is_printed) return;
  Level& level = levels_.back();
  if (level.run && Same(*level.run, ended.element)) {
    level.run->last = ended.element.index;
    return;
  }
  FlushRun(level);
  level.run = std::move(ended.element);
}

void FoldedRows::Finish() {
  while (levels_.size() > 1) EndElement();
  FlushRun(levels_.front());
}

}  // namespace vmcoredd
