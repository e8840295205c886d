// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_REPORT_FOLDED_ROWS_H_
#define READERS_REPORT_FOLDED_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "readers/report/json_stream.h"

namespace vmcoredd {

// A line of a table in which every line may say where it is: "  0x000010  NAME  rest". All of
// it has been made printable.
struct TextRow {
  std::optional<uint64_t> offset;
  std::string before;  // the name
  std::string name;
  size_t width = 0;   // that the name is filled to
  std::string after;  // it
};

// Prints rows. Elements of an array that follow each other and differ only in index and
// offsets are printed once: "RX[1..15]". An element is one row or many, and may have elements
// of its own. What is kept is bounded: elements of more than kMaxKept rows are not folded.
class FoldedRows {
 public:
  static constexpr size_t kMaxKept = 1024;

  explicit FoldedRows(TextSink out) : out_(std::move(out)), levels_(1) {}

  void Add(TextRow row);
  // An element begins with a row whose name is ARRAY[INDEX]; what is added up to EndElement()
  // is of it.
  void BeginElement(std::string array, std::string index, TextRow first);
  void EndElement();
  // Prints what is left. Elements that are open end.
  void Finish();

 private:
  struct Element {
    std::string array, index, last;  // last: of a run
    std::vector<TextRow> rows;
  };
  struct Level {
    Element element;  // that is open; of the first level: nobody's
    std::optional<Element> run;
    bool is_printed = false;  // too large to be kept: printed as it comes
  };

  void Append(Level& level, TextRow row);
  void FlushRun(Level& level);
  void PrintOpen();
  void Print(const TextRow& row);
  static bool Same(const Element& a, const Element& b);

  TextSink out_;
  std::vector<Level> levels_;
};

}  // namespace vmcoredd

#endif  // READERS_REPORT_FOLDED_ROWS_H_
