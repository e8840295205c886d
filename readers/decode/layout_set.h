// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_DECODE_LAYOUT_SET_H_
#define READERS_DECODE_LAYOUT_SET_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "readers/decode/layout.h"
#include "vmcoredd/base/byte_source.h"
#include "vmcoredd/base/result.h"
#include "vmcoredd/format/manifest.h"

namespace vmcoredd {

// What is known of a dump before its bytes are looked at.
struct DumpFacts {
  std::string name;     // raw
  std::string source;   // the manifest's; empty: not said
  std::string content;  // likewise
  std::string member;   // of a binary value within a message of devlink; otherwise empty
  Properties device;
  uint64_t size = 0;
};

// All layouts of some directories, linked with each other. Immutable once loaded.
class LayoutSet {
 public:
  // Reads every *.toml of the directories, and of the folders in them, two levels down; names
  // that begin with '.' are passed over. A directory that is not there is none. A layout with
  // the name of one of an earlier directory replaces it; of two in one directory the first by
  // path is used, and the other is a mistake. Layouts with mistakes are left out and in
  // problems().
  static LayoutSet Load(const std::vector<std::string>& directories);

  // The same without Link(): more can be added.
  static LayoutSet LoadUnlinked(const std::vector<std::string>& directories);

  // One more file; its layout replaces one of the same name.
  void AddFile(const std::string& path);
  void Add(const std::string& path, std::string_view text);
  // To be called once, when all are added.
  void Link();

  const std::map<std::string, std::unique_ptr<Layout>, std::less<>>& layouts() const {
    return layouts_;
  }
  const std::vector<LayoutProblem>& problems() const { return problems_; }
  const Layout* Find(std::string_view name) const;

  // The layout that fits best; nothing when none does. Reads at most where layouts expect
  // a magic number.
  const Layout* Match(const DumpFacts& facts, ByteSource& bytes) const;

 private:
  std::map<std::string, std::unique_ptr<Layout>, std::less<>> layouts_;
  std::map<std::string, size_t, std::less<>> ranks_;       // of directories
  std::map<std::string, std::string, std::less<>> texts_;  // by file, until all are linked
  std::set<std::string, std::less<>> bad_;
  std::vector<LayoutProblem> problems_;
  size_t rank_ = 0;
};

// Does a rule hold? Exposed for tests.
bool MatchHolds(const MatchRule& rule, const DumpFacts& facts, ByteSource& bytes);
// Compares versions number by number; what is not a digit separates, and numbers that one
// does not have are 0: "16" is "16.0". <0, 0, >0.
int CompareVersions(std::string_view a, std::string_view b);

}  // namespace vmcoredd

#endif  // READERS_DECODE_LAYOUT_SET_H_
