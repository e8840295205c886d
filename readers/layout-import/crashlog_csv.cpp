// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "readers/decode/expression.h"
#include "readers/layout-import/import_text.h"
#include "readers/layout-import/importers.h"
#include "vmcoredd/base/text.h"

// Decode definitions of Intel's crashlog: a line a register or bit field, with its offset and
// size in bits from the beginning of the record. Dots in a name make a hierarchy; a name that
// begins with dots is relative to the one before, each further dot going one up.

namespace vmcoredd::internal {

namespace {

struct Place {
  uint64_t offset = 0;
  uint64_t size = 0;
  uint64_t end() const { return offset + size; }
};

// A part of a name: a block, a register, or bits; which of them, all lines together tell.
struct Node {
  std::string name, text;
  size_t line = 0;
  std::optional<Place> place;
  std::vector<size_t> children;
  std::map<std::string, size_t, std::less<>> by_name;
};

class Tree {
 public:
  Tree() : nodes_(1) {}
  const Node& at(size_t index) const { return nodes_[index]; }
  Node& at(size_t index) { return nodes_[index]; }
  size_t size() const { return nodes_.size(); }

  size_t Find(const std::vector<std::string>& path) {
    size_t index = 0;
    for (const std::string& name : path) {
      const auto known = nodes_[index].by_name.find(name);
      if (known != nodes_[index].by_name.end()) {
        index = known->second;
        continue;
      }
      const size_t child = nodes_.size();
      nodes_[index].by_name.emplace(name, child);
      nodes_[index].children.push_back(child);
      nodes_.emplace_back().name = name;
      index = child;
    }
    return index;
  }

  // Of a node and all that is below it.
  Place Extent(size_t index) const {
    std::optional<Place> extent = nodes_[index].place;
    for (const size_t child : nodes_[index].children) {
      const Place one = Extent(child);
      if (!extent) {
        extent = one;
        continue;
      }
      const uint64_t begin = std::min(extent->offset, one.offset);
      extent = Place{begin, std::max(extent->end(), one.end()) - begin};
    }
    return extent.value_or(Place{});
  }

 private:
  std::vector<Node> nodes_;
};

class CsvReader {
 public:
  explicit CsvReader(ImportProblems& problems) : problems_(problems) {}

  Result<void> Read(std::string_view text) {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    size_t number = 0;
    while (!text.empty()) {
      const size_t end = text.find('\n');
      std::string_view line = text.substr(0, end);
      text.remove_prefix(end == text.npos ? text.size() : end + 1);
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (++number == 1) {
        VMCOREDD_TRY(ReadHeader(line));
      } else if (!line.empty()) {
        ReadLine(line, number);
      }
      if (tree_.size() > kMaxImportItems) {
        return Fail(ErrorCode::kLimitExceeded,
                    fmt::format("more than {} registers and fields", kMaxImportItems));
      }
    }
    if (lines_ == 0) return Fail(ErrorCode::kCorrupt, "no line that is a register");
    return {};
  }

  // The only record is the root, or what stands for all of them.
  ImportedItem Root() {
    const Node& top = tree_.at(0);
    ImportedItem root = BlockOf(top.children.size() == 1 ? top.children.front() : 0, 0);
    if (top.children.size() != 1) root.name = "records";
    return root;
  }

 private:
  enum Column { kName, kOffset, kSize, kText, kIsBits, kColumns };

  static std::vector<std::string_view> Cells(std::string_view line) {
    std::vector<std::string_view> cells;
    while (true) {
      const size_t end = line.find(';');
      cells.push_back(line.substr(0, end));
      if (end == line.npos) return cells;
      line.remove_prefix(end + 1);
    }
  }

  Result<void> ReadHeader(std::string_view line) {
    constexpr std::array<std::string_view, kColumns> names = {"name", "offset", "size",
                                                              "description", "bitfield"};
    const auto cells = Cells(line);
    for (size_t i = 0; i < cells.size(); ++i) {
      const auto known = std::find(names.begin(), names.end(), cells[i]);
      if (known == names.end()) {
        problems_.Add(1, "an unknown column " + ShownName(cells[i]) + ": left out");
      } else {
        columns_[static_cast<size_t>(known - names.begin())] = i;
      }
    }
    if (!columns_[kName] || !columns_[kOffset] || !columns_[kSize]) {
      return Fail(ErrorCode::kNotRecognised,
                  "line 1: expected columns name;offset;size, found " + ShownName(line));
    }
    width_ = cells.size();
    return {};
  }

  void ReadLine(std::string_view line, size_t number) {
    const auto cells = Cells(line);
    const auto cell = [&](Column column) {
      const auto& at = columns_[column];
      return at && *at < cells.size() ? cells[*at] : std::string_view();
    };
    const std::string_view name = cell(kName);
    const auto leave = [&](const std::string& why) {
      problems_.Add(number, ShownName(name) + ": " + why + ": left out");
    };
    // The path counts for relative names even where the rest of the line does not.
    if (name.empty() || !Follow(name)) return leave(name.empty() ? "no name" : "no such path");
    if (cells.size() > width_) {
      problems_.Add(number,
                    fmt::format("{}: what is behind column {}: left out", ShownName(name), width_));
    }
    const auto offset = ParseLayoutNumber(cell(kOffset));
    const auto size = ParseLayoutNumber(cell(kSize));
    if (!offset || *offset >= kMaxImportBits || !size || *size == 0 || *size >= kMaxImportBits) {
      return leave("expected a place in bits, found " + ShownName(cell(kOffset)) + " and " +
                   ShownName(cell(kSize)));
    }
    const std::string_view is_bits = cell(kIsBits);
    if (!is_bits.empty() && is_bits != "0" && is_bits != "1") {
      return leave("bitfield: expected 0 or 1, found " + ShownName(is_bits));
    }
    Node& node = tree_.at(tree_.Find(path_));
    if (node.place) return leave(fmt::format("it is also on line {}", node.line));
    node.place = Place{*offset, *size};
    node.text = cell(kText);
    node.line = number;
    ++lines_;
  }

  // To the name of a line; false if it goes too deep or above the top.
  bool Follow(std::string_view name) {
    std::vector<std::string> path = path_;
    size_t dot = name.find('.');
    if (dot != 0) path.clear();
    bool is_good = true;
    for (bool first = true;; first = false) {
      const std::string_view part = name.substr(0, dot);
      if (!part.empty()) {
        path.emplace_back(part);
      } else if (!first) {
        is_good = is_good && !path.empty();
        if (!path.empty()) path.pop_back();
      }
      if (dot == name.npos) break;
      name.remove_prefix(dot + 1);
      dot = name.find('.');
      if (path.size() > kMaxImportDepth) return false;
    }
    if (!is_good || path.empty() || path.size() > kMaxImportDepth) return false;
    path_ = std::move(path);
    return true;
  }

  // Everything below it lies in it, and it fits into an integer: they are its bits.
  bool IsRegister(const Node& node, size_t index) const {
    if (!node.place) return false;
    if (node.children.empty()) return true;
    const Place extent = tree_.Extent(index);
    return node.place->size <= 64 && extent.offset == node.place->offset &&
           extent.size == node.place->size;
  }

  void AddBits(size_t index, const std::string& prefix, uint64_t begin, ImportedItem& to) const {
    for (const size_t child : tree_.at(index).children) {
      const Node& node = tree_.at(child);
      const std::string name = prefix + node.name;
      if (node.place) {
        to.bits.push_back(
            {name, node.text, "", node.place->offset - begin, node.place->size, {}, node.line});
      }
      AddBits(child, name + '_', begin, to);
    }
  }

  ImportedItem ItemOf(size_t index, uint64_t begin) {
    const Node& node = tree_.at(index);
    if (!IsRegister(node, index)) {
      ImportedItem block = BlockOf(index, tree_.Extent(index).offset / 8 * 8);
      block.offset = tree_.Extent(index).offset / 8 * 8 - begin;
      return block;
    }
    ImportedItem item;
    item.name = node.name;
    item.text = node.text;
    item.line = node.line;
    item.offset = node.place->offset - begin;
    item.size = node.place->size;
    AddBits(index, "", node.place->offset, item);
    return item;
  }

  ImportedItem BlockOf(size_t index, uint64_t begin) {
    const Node& node = tree_.at(index);
    ImportedItem block;
    block.is_block = true;
    block.name = node.name;
    block.text = node.text;
    block.line = node.line;
    if (node.place && node.place->size > 64) {
      // Its size is a promise about its end, wherever what is in it begins.
      block.size = node.place->end() - std::min(begin, node.place->offset);
    } else if (node.place) {
      // A register, and others around it that are called after it.
      ImportedItem own;
      own.name = "value";
      own.line = node.line;
      own.offset = node.place->offset - begin;
      own.size = node.place->size;
      block.items.push_back(std::move(own));
    }
    for (const size_t child : node.children) block.items.push_back(ItemOf(child, begin));
    return block;
  }

  ImportProblems& problems_;
  std::array<std::optional<size_t>, kColumns> columns_;
  size_t width_ = 0;
  size_t lines_ = 0;
  std::vector<std::string> path_;
  Tree tree_;
};

}  // namespace

Result<ImportedRegisters> ReadCrashlogCsv(std::string_view text,
                                          const LayoutImportOptions& options,
                                          ImportProblems& problems) {
  if (!options.peripherals.empty() || options.base) {
    return Fail(ErrorCode::kInvalidArgument, "a crashlog definition has no peripherals");
  }
  CsvReader reader(problems);
  VMCOREDD_TRY(reader.Read(text));
  ImportedRegisters out;
  out.root = reader.Root();
  out.head.name = out.root.name;
  out.head.title = "crashlog record " + EscapeBytes(TidyText(out.root.name));
  out.head.sources.push_back(options.file + " (crashlog decode definitions)");
  return out;
}

}  // namespace vmcoredd::internal
