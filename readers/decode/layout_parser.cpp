// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/decode/layout_parser.h"

#include <algorithm>
#include <array>
#include <string>
#include <tuple>
#include <utility>

#include "readers/decode/layout_reader.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

using internal::LayoutProblems;
using internal::TableReader;

constexpr std::array<std::string_view, 3> kOrders = {"little", "big", "native"};

bool IsName(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// [KIND.NAME] of every NAME.
template <typename Reader>
void ReadAll(TableReader& root,
             std::string_view kind,
             Layout& layout,
             LayoutProblems& problems,
             Reader read) {
  const TomlNode* const tables = root.Take(kind);
  if (!tables) return;
  if (tables->kind != TomlNode::Kind::kTable) return root.WrongType(*tables, kind, "tables");
  for (const TomlMember& member : tables->members) {
    if (!internal::IsLayoutName(member.key)) {
      root.Problem(member.place, std::string(kind) + ": a name has letters, digits, '_'");
    } else if (member.node.kind != TomlNode::Kind::kTable) {
      root.WrongType(member.node, kind, "a table");
    } else {
      read(member.node, member.key, layout, problems);
    }
  }
}

void ReadHead(const TomlNode& tree, TableReader& root, Layout& layout) {
  layout.name = root.Text("name");
  if (!IsName(layout.name)) {
    root.Problem(tree.place, "name: expected lower-case letters, digits, '-'");
  }
  layout.title = root.Text("title");
  layout.sources = root.Texts("sources");
  if (layout.title.empty() || layout.sources.empty()) {
    root.Problem(tree.place, "expected title, and sources: where the facts come from");
  }
  if (const TomlNode* const node = tree.Find("root")) layout.root_place = node->place;
  layout.root_name = root.Text("root");
  layout.decoder = root.Text("decoder");
  if (const auto order = root.OneOf("order", kOrders))
    layout.order = static_cast<ByteOrder>(*order);
  if (const TomlNode* const list = root.Take("unreadable")) {
    for (const TomlNode& item : list->items) {
      const auto number = internal::NumberOf(item);
      if (!number) root.WrongType(item, "unreadable", "a number");
      layout.unreadable.push_back(number.value_or(0));
    }
    if (list->kind != TomlNode::Kind::kList) root.WrongType(*list, "unreadable", "a list");
  }
}

}  // namespace

ParsedLayout ParseLayout(std::string_view text, std::string file) {
  ParsedLayout out;
  auto parsed = ParseToml(text);
  if (auto* const problem = std::get_if<LayoutProblem>(&parsed)) {
    problem->file = std::move(file);
    out.problems.push_back(std::move(*problem));
    return out;
  }
  const TomlNode& tree = std::get<TomlNode>(parsed);
  LayoutProblems problems(file);
  TableReader root(tree, "layout", problems);
  const std::string schema = root.Text("schema");
  const auto minor = schema.rfind(std::string(kLayoutSchema) + '.', 0) == 0;
  if (schema != kLayoutSchema && !minor) {
    problems.Add(tree.place, "expected schema = \"" + std::string(kLayoutSchema) + "\", found \"" +
                                 EscapeBytes(schema) + '"');
    out.problems = std::move(problems.list());
    return out;
  }
  out.layout = std::make_unique<Layout>();
  Layout& layout = *out.layout;
  layout.file = std::move(file);
  ReadHead(tree, root, layout);
  if (const TomlNode* const list = root.Take("match")) {
    if (list->kind != TomlNode::Kind::kList) root.WrongType(*list, "match", "tables: [[match]]");
    for (const TomlNode& item : list->items) {
      if (item.kind != TomlNode::Kind::kTable) {
        root.WrongType(item, "match", "a table");
      } else {
        layout.matches.push_back(internal::ReadMatch(item, problems));
      }
    }
  }
  ReadAll(root, "enum", layout, problems, internal::ReadEnumeration);
  ReadAll(root, "bits", layout, problems, internal::ReadBits);
  ReadAll(root, "struct", layout, problems, internal::ReadStructure);
  const bool is_library = layout.root_name.empty() && layout.decoder.empty();
  if (!layout.decoder.empty() && layout.decoder != "devlink-fmsg") {
    root.Problem(tree.place,
                 "decoder: expected devlink-fmsg, found " + EscapeBytes(layout.decoder));
  }
  if (is_library && !layout.matches.empty()) {
    root.Problem(tree.place, "it matches dumps, but has neither root nor decoder");
  }
  root.Close();
  out.problems = std::move(problems.list());
  std::stable_sort(
      out.problems.begin(), out.problems.end(), [](const LayoutProblem& a, const LayoutProblem& b) {
        return std::tie(a.place.line, a.place.column) < std::tie(b.place.line, b.place.column);
      });
  return out;
}

}  // namespace vmcoredd
