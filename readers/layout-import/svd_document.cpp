// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/layout-import/svd_document.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "readers/layout-import/import_text.h"
#include "readers/layout-import/svd_numbers.h"

namespace vmcoredd::internal {

namespace {

// Where the named children of an element are.
pugi::xml_node ContainerOf(pugi::xml_node node) {
  for (const char* const name : {"peripherals", "registers", "fields"}) {
    if (const pugi::xml_node container = node.child(name)) return container;
  }
  return node;  // a cluster, a field
}

bool IsContainer(pugi::xml_node node) {
  const std::string_view tag = node.name();
  return tag == "peripherals" || tag == "registers" || tag == "fields";
}

}  // namespace

pugi::xml_node SvdElement::Child(const char* key) const {
  for (const pugi::xml_node one : chain_) {
    if (const pugi::xml_node child = one.child(key)) return child;
  }
  return {};
}

Result<SvdDocument> SvdDocument::Parse(std::string_view text) {
  const auto marks =
      std::count_if(text.begin(), text.end(), [](char c) { return c == '<' || c == '='; });
  if (static_cast<size_t>(marks) > kMaxMarks) {
    return Fail(ErrorCode::kLimitExceeded, fmt::format("more than {} elements", kMaxMarks));
  }
  SvdDocument out;
  // Entities but those of XML itself are not expanded, nothing outside of the text is read.
  const pugi::xml_parse_result parsed = out.document_.load_buffer(text.data(), text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') out.line_ends_.push_back(i);
  }
  if (!parsed) {
    const auto at =
        std::upper_bound(out.line_ends_.begin(), out.line_ends_.end(),
                         static_cast<size_t>(std::max<std::ptrdiff_t>(parsed.offset, 0)));
    return Fail(ErrorCode::kCorrupt,
                fmt::format("line {}: no well-formed XML", at - out.line_ends_.begin() + 1));
  }
  if (!out.device()) {
    return Fail(ErrorCode::kNotRecognised, "expected an element device of CMSIS-SVD");
  }
  return out;
}

size_t SvdDocument::LineOf(pugi::xml_node node) const {
  const auto offset = static_cast<size_t>(std::max<std::ptrdiff_t>(node.offset_debug(), 0));
  const auto at = std::upper_bound(line_ends_.begin(), line_ends_.end(), offset);
  return static_cast<size_t>(at - line_ends_.begin()) + 1;
}

const SvdDocument::Names& SvdDocument::NamesIn(pugi::xml_node container) {
  const auto [at, is_new] = names_.try_emplace(container.internal_object());
  if (is_new) {
    for (const pugi::xml_node child : container.children()) {
      ++visits_;
      if (const char* const name = child.child_value("name"); *name)
        at->second.emplace(name, child);
    }
    for (const pugi::xml_node child : container.children()) AddElementNames(child, at->second);
  }
  return at->second;
}

// "P10%s" is known by the names of its elements, too.
void SvdDocument::AddElementNames(pugi::xml_node array, Names& names) {
  const std::string_view name = array.child_value("name");
  const size_t mark = name.find("%s");
  const auto count = ParseSvdNumber(array.child_value("dim"));
  if (mark == name.npos || !count || *count > kMaxElements) return;
  const auto index = ParseSvdIndex(array.child_value("dimIndex"), *count);
  for (uint64_t i = 0; i < *count && visits_ < kMaxVisits; ++i) {
    ++visits_;
    std::string& element = element_names_.emplace_back(name);
    element.replace(mark, 2, index ? (*index)[i] : std::to_string(i));
    names.emplace(element, array);
  }
}

pugi::xml_node SvdDocument::FindIn(pugi::xml_node parent, std::string_view name, size_t depth) {
  for (const pugi::xml_node one : ChainOf(parent, depth + 1)) {
    const Names& names = NamesIn(ContainerOf(one));
    if (const auto found = names.find(name); found != names.end()) return found->second;
  }
  return {};
}

// "UART0.CTRL.MODE" from somewhere above UART0 on.
pugi::xml_node SvdDocument::Descend(pugi::xml_node from, std::string_view path, size_t depth) {
  while (from) {
    const size_t dot = path.find('.');
    from = FindIn(from, path.substr(0, dot), depth);
    if (dot == path.npos) return from;
    path.remove_prefix(dot + 1);
  }
  return {};
}

pugi::xml_node SvdDocument::FindEnumeration(std::string_view name) {
  if (!enumerations_) {
    enumerations_.emplace();
    struct Walker final : pugi::xml_tree_walker {
      explicit Walker(Names& to) : names(to) {}
      bool for_each(pugi::xml_node& node) override {
        if (std::strcmp(node.name(), "enumeratedValues") == 0) {
          names.emplace(node.child_value("name"), node);
        }
        return true;
      }
      Names& names;
    };
    Walker walker(*enumerations_);
    device().traverse(walker);
  }
  const auto found = enumerations_->find(name);
  return found == enumerations_->end() ? pugi::xml_node() : found->second;
}

// By its name among those around the element, or with those above it in front.
pugi::xml_node SvdDocument::FindBase(pugi::xml_node node, std::string_view path, size_t depth) {
  for (pugi::xml_node scope = node.parent(); scope; scope = scope.parent()) {
    if (IsContainer(scope)) continue;
    if (++visits_ >= kMaxVisits) return {};
    const pugi::xml_node found = Descend(scope, path, depth);
    const bool is_same_kind = std::strcmp(found.name(), node.name()) == 0 && found != node;
    if (found && is_same_kind) return found;
  }
  if (std::strcmp(node.name(), "enumeratedValues") != 0) return {};
  const pugi::xml_node found = FindEnumeration(path);
  return found != node ? found : pugi::xml_node();
}

std::vector<pugi::xml_node> SvdDocument::ChainOf(pugi::xml_node node, size_t depth) {
  std::vector<pugi::xml_node> chain = {node};
  // Names are searched in bases, too, which may be named by further names: not for ever.
  constexpr size_t max_search = 4;
  while (depth < max_search && chain.size() <= kMaxBases && visits_ < kMaxVisits) {
    ++visits_;
    const char* const path = chain.back().attribute("derivedFrom").value();
    if (!*path) break;
    const pugi::xml_node base = FindBase(chain.back(), path, depth);
    if (!base || std::find(chain.begin(), chain.end(), base) != chain.end()) break;
    chain.push_back(base);
  }
  return chain;
}

SvdElement SvdDocument::Element(pugi::xml_node node, ImportProblems& problems) {
  std::vector<pugi::xml_node> chain = ChainOf(node, 0);
  const size_t line = LineOf(node);
  // The last one must not be derived from something: or it was not found, or is among them.
  if (const char* const path = chain.back().attribute("derivedFrom").value(); *path) {
    problems.Add(line, ShownName(node.child_value("name")) + ": derived from " + ShownName(path) +
                           ", which is not there: without it");
  }
  return SvdElement(std::move(chain), line);
}

std::vector<pugi::xml_node> SvdDocument::Children(const SvdElement& element,
                                                  const char* container,
                                                  std::initializer_list<std::string_view> tags) {
  std::vector<pugi::xml_node> out;
  std::set<std::string_view> names;
  for (const pugi::xml_node one : element.chain()) {
    std::vector<std::string_view> of_this;
    for (const pugi::xml_node child : (container ? one.child(container) : one).children()) {
      if (++visits_ >= kMaxVisits) return out;
      if (std::find(tags.begin(), tags.end(), std::string_view(child.name())) == tags.end())
        continue;
      const std::string_view name = child.child_value("name");
      if (names.contains(name)) continue;
      of_this.push_back(name);
      out.push_back(child);
    }
    // Two of one name in the same element are both there: alternatives.
    for (const std::string_view name : of_this) {
      if (!name.empty()) names.insert(name);
    }
  }
  return out;
}

}  // namespace vmcoredd::internal
