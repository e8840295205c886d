// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_LAYOUT_IMPORT_SVD_DOCUMENT_H_
#define READERS_LAYOUT_IMPORT_SVD_DOCUMENT_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "readers/layout-import/import_problems.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd::internal {

// An element of an SVD file together with what it is derived from: what it does not say
// itself, the nearest base that does says.
class SvdElement {
 public:
  explicit SvdElement(std::vector<pugi::xml_node> chain, size_t line)
      : chain_(std::move(chain)), line_(line) {}

  const std::vector<pugi::xml_node>& chain() const { return chain_; }
  pugi::xml_node node() const { return chain_.front(); }
  size_t line() const { return line_; }
  std::string Name() const { return node().child_value("name"); }

  bool Has(const char* key) const { return Child(key); }
  pugi::xml_node Child(const char* key) const;
  std::string Text(const char* key) const { return Child(key).child_value(); }
  // What only the element itself says: being an array is not inherited.
  std::string OwnText(const char* key) const { return node().child_value(key); }

 private:
  std::vector<pugi::xml_node> chain_;
  size_t line_;
};

// A parsed SVD file: finds what elements are derived from, and bounds the work.
class SvdDocument {
 public:
  // pugixml takes about 64 bytes a mark, '<' or '='.
  static constexpr size_t kMaxMarks = 3'000'000;
  // Elements looked at, those that others are derived from every time.
  static constexpr uint64_t kMaxVisits = 4'000'000;
  static constexpr size_t kMaxBases = 16;
  // Of an array of which others are derived by an element's name.
  static constexpr uint64_t kMaxElements = 4096;

  static Result<SvdDocument> Parse(std::string_view text);

  pugi::xml_node device() const { return document_.child("device"); }
  // With what it is derived from; what is wrong with that goes to `problems`.
  SvdElement Element(pugi::xml_node node, ImportProblems& problems);
  // The children that are called one of `tags`, of all that `element` is derived from: one of
  // the same name replaces that of a base. In `container`, or directly if that is null.
  std::vector<pugi::xml_node> Children(const SvdElement& element,
                                       const char* container,
                                       std::initializer_list<std::string_view> tags);
  size_t LineOf(pugi::xml_node node) const;
  // The work that was allowed is done: what is missing has to be said.
  bool is_exhausted() const { return visits_ >= kMaxVisits; }

 private:
  using Names = std::unordered_map<std::string_view, pugi::xml_node>;

  pugi::xml_node FindBase(pugi::xml_node node, std::string_view path, size_t depth);
  pugi::xml_node Descend(pugi::xml_node from, std::string_view path, size_t depth);
  pugi::xml_node FindIn(pugi::xml_node parent, std::string_view name, size_t depth);
  std::vector<pugi::xml_node> ChainOf(pugi::xml_node node, size_t depth);
  const Names& NamesIn(pugi::xml_node container);
  void AddElementNames(pugi::xml_node array, Names& names);
  pugi::xml_node FindEnumeration(std::string_view name);

  pugi::xml_document document_;
  std::vector<size_t> line_ends_;
  std::map<const void*, Names> names_;     // by container
  std::deque<std::string> element_names_;  // that are in no text
  std::optional<Names> enumerations_;
  uint64_t visits_ = 0;
};

}  // namespace vmcoredd::internal

#endif  // READERS_LAYOUT_IMPORT_SVD_DOCUMENT_H_
