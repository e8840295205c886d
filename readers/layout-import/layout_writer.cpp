// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/layout-import/layout_writer.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "readers/layout-import/bits_writer.h"
#include "readers/layout-import/import_text.h"

namespace vmcoredd::internal {

namespace {

constexpr size_t kMaxFields = 4096;  // of a structure, as the parser of layouts has it
constexpr uint64_t kMaxCount = uint64_t{1} << 20;  // of an array, likewise
constexpr uint64_t kMaxInteger = 8;                // bytes

// A line of `fields`, before it is known whether it lies over others.
struct FieldLine {
  uint64_t at = 0;
  uint64_t size = 0;
  bool is_array = false;
  bool overlay = false;
  std::string before, after;  // the keys around "overlay"
};

struct StructureName {
  std::string name;
  uint64_t size = 0;  // bytes
};

std::string WithoutNumber(std::string_view name) {
  const size_t end = name.find_last_not_of("0123456789_");
  return std::string(end == name.npos ? name : name.substr(0, end + 1));
}

class Writer {
 public:
  explicit Writer(ImportProblems& problems) : problems_(problems), bits_(problems) {}

  // Nothing when it has no field.
  std::optional<StructureName> StructureOf(const ImportedItem& block, const std::string& wanted) {
    const size_t slot = structures_.size();
    structures_.emplace_back();  // a structure stands above those that it uses
    std::vector<FieldLine> lines;
    UniqueNames names;
    for (const ImportedItem& item : block.items) {
      if (lines.size() >= kMaxFields) {
        Leave(item, fmt::format("more than {} fields in {}", kMaxFields, ShownName(block.name)));
        continue;
      }
      AddItem(item, wanted, names, lines);
    }
    if (lines.size() > kMaxFields) lines.resize(kMaxFields);
    if (lines.empty()) {
      Leave(block, "nothing in it");
      return std::nullopt;
    }
    MarkOverlays(lines);
    uint64_t end = 0;
    std::string text;
    for (const FieldLine& line : lines) {
      end = std::max(end, line.at + line.size);
      text +=
          "  { " + line.before + (line.overlay ? ", overlay = true" : "") + line.after + " },\n";
    }
    std::string body;
    if (block.size && *block.size / 8 > end) {
      end = *block.size / 8;
      body = fmt::format("size = {:#x}\n", end);
    } else if (block.size && (*block.size + 7) / 8 < end) {
      problems_.Add(block.line, ShownName(block.name) +
                                    ": it is larger than it says: its size is "
                                    "left out");
    }
    body += "fields = [\n" + text + "]\n";
    const auto [at, is_new] = by_body_.emplace(std::move(body), slot);
    if (is_new) {
      structures_[slot] = {structure_names_.Take(wanted), &at->first};
      fields_ += lines.size();
    }
    return StructureName{structures_[at->second].first, end};
  }

  std::string Text() const {
    std::string text;
    for (const auto& [name, body] : structures_) {
      if (body) text += fmt::format("\n[struct.{}]\n{}", name, *body);
    }
    return text + bits_.Text();
  }
  size_t structures() const { return by_body_.size(); }
  size_t fields() const { return fields_; }
  size_t bit_fields() const { return bits_.fields(); }

 private:
  void Leave(const ImportedItem& item, const std::string& why) {
    problems_.Add(item.line, ShownName(item.name) + ": " + why + ": left out");
  }

  // Above which others do not have to say that they lie over it: those that come first.
  static void MarkOverlays(std::vector<FieldLine>& lines) {
    std::vector<size_t> order;
    for (size_t i = 0; i < lines.size(); ++i) {
      // The engine does not compare arrays with what lies between their elements.
      if (!lines[i].is_array && !lines[i].overlay) order.push_back(i);
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return lines[a].at < lines[b].at; });
    uint64_t end = 0;
    for (const size_t i : order) {
      lines[i].overlay = lines[i].at < end;
      if (!lines[i].overlay) end = lines[i].at + lines[i].size;
    }
  }

  // Keys that all kinds of fields have; false: it cannot be a field, which has been said.
  bool BeginLine(const ImportedItem& item, FieldLine& line) {
    if (item.offset >= kMaxImportBits || (item.size && *item.size > kMaxImportBits)) {
      Leave(item, "beyond what a dump can have");
      return false;
    }
    line.at = item.offset / 8;
    line.is_array = item.count.has_value();
    if (!item.count) return true;
    if (*item.count == 0 || *item.count > kMaxCount || item.stride == 0 || item.stride % 8 != 0 ||
        item.stride >= kMaxImportBits / kMaxCount) {
      Leave(item, fmt::format("an array of {}, {} bits apart", *item.count, item.stride));
      return false;
    }
    return true;
  }

  static std::string ArrayKeys(const ImportedItem& item) {
    if (!item.count) return {};
    return fmt::format(", count = {}, stride = {:#x}", *item.count, item.stride / 8);
  }

  static void SetSize(const ImportedItem& item, uint64_t element, FieldLine& line) {
    line.size = element + (item.count ? (*item.count - 1) * (item.stride / 8) : 0);
    if (item.count.value_or(1) > 1 && item.stride / 8 < element) line.overlay = true;
  }

  static std::string TextKey(const ImportedItem& item) {
    const std::string text = TidyText(item.text);
    return text.empty() ? "" : ", text = " + TomlString(text);
  }

  void AddItem(const ImportedItem& item,
               const std::string& user,
               UniqueNames& names,
               std::vector<FieldLine>& lines) {
    if (item.is_block) return AddBlock(item, item, user, names, lines);
    const uint64_t size = item.size.value_or(0);
    if (size == 0) return Leave(item, "a size of 0");
    if (size <= kMaxInteger * 8) return AddInteger(item, user, names, lines);
    if (!item.bits.empty()) {
      return AddBlock(item, BlockOfBits(item), user, names, lines);
    }
    FieldLine line;
    if (!BeginLine(item, line)) return;
    if (item.offset % 8 != 0 || size % 8 != 0) {
      return Leave(item, fmt::format("{} bits from bit {} on", size, item.offset));
    }
    SetSize(item, size / 8, line);
    line.before = fmt::format("at = {:#x}, name = \"{}\", type = \"bytes\", size = {:#x}", line.at,
                              names.Take(item.name), size / 8) +
                  ArrayKeys(item);
    line.after = Access(item) + TextKey(item);
    lines.push_back(std::move(line));
  }

  // A register that is larger than an integer: what it is made of as fields.
  static ImportedItem BlockOfBits(const ImportedItem& item) {
    ImportedItem block;
    block.is_block = true;
    block.name = item.name;
    block.size = item.size;
    block.line = item.line;
    for (const ImportedBits& bits : item.bits) {
      ImportedItem field;
      field.name = bits.name;
      field.text = bits.text;
      field.access = bits.access.empty() ? item.access : bits.access;
      field.offset = bits.low;
      field.size = bits.width;
      field.line = bits.line;
      if (!bits.values.empty()) {
        field.bits.push_back({"VALUE", "", "", 0, bits.width, bits.values, bits.line});
      }
      block.items.push_back(std::move(field));
    }
    return block;
  }

  static std::string Access(const ImportedItem& item) {
    return item.access.empty() ? "" : ", access = \"" + item.access + '"';
  }

  void AddBlock(const ImportedItem& item,
                const ImportedItem& content,
                const std::string& user,
                UniqueNames& names,
                std::vector<FieldLine>& lines) {
    FieldLine line;
    if (!BeginLine(item, line)) return;
    if (item.offset % 8 != 0) return Leave(item, "it begins within a byte");
    std::string wanted = LayoutNameOf(WithoutNumber(item.name));
    // A name of its own, or it would be called after the first of its name.
    if (!wanted_.insert(wanted).second) wanted = LayoutNameOf(user + '_' + wanted);
    const auto structure = StructureOf(content, wanted);
    if (!structure) return;
    SetSize(item, structure->size, line);
    line.before = fmt::format("at = {:#x}, name = \"{}\", type = \"struct\", struct = \"{}\"",
                              line.at, names.Take(item.name), structure->name) +
                  ArrayKeys(item);
    line.after = TextKey(item);
    lines.push_back(std::move(line));
  }

  void AddInteger(const ImportedItem& item,
                  const std::string& user,
                  UniqueNames& names,
                  std::vector<FieldLine>& lines) {
    FieldLine line;
    if (!BeginLine(item, line)) return;
    const uint64_t shift = item.offset % 8;
    const uint64_t bytes = (shift + *item.size + 7) / 8;
    if (bytes > kMaxInteger) {
      return Leave(item, fmt::format("{} bits from bit {} on, more than {} bytes", *item.size,
                                     item.offset, kMaxInteger));
    }
    // Within its bytes: the bits around it are others'.
    std::vector<ImportedBits> bits = item.bits;
    if (bits.empty() && (shift != 0 || *item.size % 8 != 0)) {
      bits.push_back({"VALUE", "", "", 0, *item.size, {}, item.line});
    }
    std::string wanted = LayoutNameOf(user + '_' + item.name);
    std::vector<std::string> tables;
    if (shift == 0) {
      tables = bits_.TablesOf(bits, *item.size, wanted);
    } else {
      for (ImportedBits& one : bits) one.low += std::min(shift, kMaxImportBits - one.low);
      tables = bits_.TablesOf(bits, *item.size + shift, wanted);
    }
    SetSize(item, bytes, line);
    // Bits that overlap others are shown of the same register once more.
    for (size_t i = 0; i < std::max<size_t>(tables.size(), 1); ++i) {
      const std::string name =
          names.Take(i == 0 ? item.name : LayoutNameOf(item.name).substr(0, 50) + "_also");
      line.before = fmt::format("at = {:#x}, name = \"{}\"", line.at, name);
      if (bytes != 4) line.before += fmt::format(", size = {}", bytes);
      line.before += ArrayKeys(item);
      if (!tables.empty()) line.before += ", bits = \"" + tables[i] + '"';
      line.overlay = line.overlay || i != 0;
      line.after = Access(item) + (i == 0 ? TextKey(item) : "");
      lines.push_back(line);
    }
  }

  ImportProblems& problems_;
  BitsWriter bits_;
  UniqueNames structure_names_;
  std::set<std::string, std::less<>> wanted_;
  std::map<std::string, size_t> by_body_;
  std::vector<std::pair<std::string, const std::string*>> structures_;  // name, body
  size_t fields_ = 0;
};

std::string Strings(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) list += (list.empty() ? "" : ", ") + TomlString(text);
  return '[' + list + ']';
}

// A comment has the rules of a string, but nothing ends it.
std::string CommentText(std::string_view raw) {
  std::string quoted = TomlString(raw);
  std::string text;
  for (size_t i = 1; i + 1 < quoted.size(); ++i) {
    const bool is_escape = quoted[i] == '\\' && (quoted[i + 1] == '"' || quoted[i + 1] == '\\');
    text += quoted[is_escape ? ++i : i];
  }
  return text;
}

std::string HeadText(const LayoutHead& head, const std::string& root) {
  std::string text;
  for (const std::string& comment : head.comments) {
    text += "# " + CommentText(comment) + '\n';
  }
  text += "schema = \"vmcoredd-layout/1\"\nname = " + TomlString(head.name) +
          "\ntitle = " + TomlString(head.title) + "\nsources = " + Strings(head.sources) + '\n';
  if (!head.order.empty()) text += "order = \"" + head.order + "\"\n";
  text += "root = \"" + root + "\"\n";
  const LayoutImportOptions& match = *head.match;
  std::string rule;
  const auto add = [&rule](const char* key, const std::vector<std::string>& values) {
    if (!values.empty()) rule += std::string(key) + " = " + Strings(values) + '\n';
  };
  add("dump", match.match_dump);
  add("driver", match.match_driver);
  add("region", match.match_region);
  add("pci", match.match_pci);
  if (!rule.empty()) text += "\n[[match]]\n" + rule;
  return text;
}

}  // namespace

ImportedLayout WriteLayout(const ImportedItem& root,
                           const LayoutHead& head,
                           ImportProblems& problems) {
  ImportedLayout out;
  out.name = head.name;
  Writer writer(problems);
  const auto structure = writer.StructureOf(root, LayoutNameOf(root.name));
  if (!structure) return out;
  out.toml = HeadText(head, structure->name) + writer.Text();
  out.structures = writer.structures();
  out.fields = writer.fields();
  out.bit_fields = writer.bit_fields();
  return out;
}

}  // namespace vmcoredd::internal
