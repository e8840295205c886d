// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/decode/layout_set.h"

#include <fnmatch.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <tuple>
#include <utility>

#include "readers/decode/layout_linker.h"
#include "readers/decode/layout_parser.h"
#include "readers/decode/toml_tree.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxFiles = 4096;

bool Globbed(const std::vector<std::string>& globs, const std::string& text) {
  return std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) {
    return ::fnmatch(glob.c_str(), text.c_str(), 0) == 0;
  });
}

// "0x15B3" and "15b3" as "15b3".
std::string IdText(std::string_view raw) {
  std::string text(raw);
  if (text.starts_with("0x")) text.erase(0, 2);
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

// What a name says when no manifest does (FORMAT.md, "Names"): source_address_what.
std::string SourceOfName(const std::string& name) { return name.substr(0, name.find('_')); }
std::string WhatOfName(const std::string& name) {
  const size_t first = name.find('_');
  const size_t second = first == name.npos ? first : name.find('_', first + 1);
  if (second == name.npos) return {};
  std::string what = name.substr(second + 1);
  // "p3_": of a port.
  const size_t digits = what.starts_with('p') ? what.find_first_not_of("0123456789", 1) : 0;
  if (digits != what.npos && digits > 1 && what[digits] == '_') what.erase(0, digits + 1);
  return what;
}

bool MagicHolds(const Magic& magic, ByteSource& bytes) {
  std::vector<std::byte> found(magic.bytes.size());
  const auto got = bytes.ReadAt(magic.at, found);
  return got && *got == found.size() && found == magic.bytes;
}

bool FirmwareHolds(const FirmwareRange& range, const Properties& device) {
  const std::string_view version = PropertyOf(device, range.key);
  // "unknown" is in no range.
  if (version.find_first_of("0123456789") == version.npos) return false;
  if (!range.from.empty() && CompareVersions(version, range.from) < 0) return false;
  return range.before.empty() || CompareVersions(version, range.before) < 0;
}

}  // namespace

int CompareVersions(std::string_view a, std::string_view b) {
  const auto next = [](std::string_view& text) -> std::string_view {
    const size_t begin = text.find_first_of("0123456789");
    if (begin == text.npos) return text = {};
    size_t end = text.find_first_not_of("0123456789", begin);
    if (end == text.npos) end = text.size();
    std::string_view number = text.substr(begin, end - begin);
    text.remove_prefix(end);
    number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
    return number.empty() ? std::string_view("0") : number;
  };
  while (true) {
    std::string_view x = next(a);
    std::string_view y = next(b);
    if (x.empty() && y.empty()) return 0;
    // What one does not say is 0 of it.
    if (x.empty()) x = "0";
    if (y.empty()) y = "0";
    if (x.size() != y.size()) return x.size() < y.size() ? -1 : 1;
    if (const int order = x.compare(y); order != 0) return order;
  }
}

bool MatchHolds(const MatchRule& rule, const DumpFacts& facts, ByteSource& bytes) {
  // "file" and "import" say how a dump came into the archive, not who made it.
  const bool says_who = !facts.source.empty() && facts.source != "file" && facts.source != "import";
  const std::string source = says_who ? facts.source : SourceOfName(facts.name);
  std::string driver(PropertyOf(facts.device, "driver"));
  if (driver.empty()) driver = source;
  std::string region(PropertyOf(facts.device, "region"));
  std::string reporter(PropertyOf(facts.device, "reporter"));
  const std::string what = WhatOfName(facts.name);
  if (region.empty() && what.find('@') != what.npos) region = what.substr(0, what.find('@'));
  if (reporter.empty() && what.find('@') == what.npos) reporter = what.substr(0, what.find('.'));
  const std::string vendor = IdText(PropertyOf(facts.device, "vendor"));
  const std::string ids =
      vendor.empty() ? "" : vendor + ':' + IdText(PropertyOf(facts.device, "device"));
  const std::string pci_class = IdText(PropertyOf(facts.device, "class"));
  const std::pair<const std::vector<std::string>*, const std::string*> globs[] = {
      {&rule.dump, &facts.name}, {&rule.source, &source},      {&rule.driver, &driver},
      {&rule.region, &region},   {&rule.reporter, &reporter},  {&rule.content, &facts.content},
      {&rule.pci, &ids},         {&rule.member, &facts.member}};
  for (const auto& [list, text] : globs) {
    // What is not known is not "*" either.
    const bool is_known = text == &facts.name || !text->empty();
    if (!list->empty() && !(is_known && Globbed(*list, *text))) return false;
  }
  // A part of a dump is only for layouts that ask for such.
  if (!facts.member.empty() && rule.member.empty()) return false;
  if (!rule.pci_class.empty() &&
      std::none_of(rule.pci_class.begin(), rule.pci_class.end(), [&](const std::string& prefix) {
        return !pci_class.empty() && pci_class.starts_with(prefix);
      })) {
    return false;
  }
  if (rule.size && facts.size < *rule.size) return false;
  if (rule.firmware && !FirmwareHolds(*rule.firmware, facts.device)) return false;
  return std::all_of(rule.magic.begin(), rule.magic.end(),
                     [&](const Magic& magic) { return MagicHolds(magic, bytes); });
}

LayoutSet LayoutSet::Load(const std::vector<std::string>& directories) {
  LayoutSet set = LoadUnlinked(directories);
  set.Link();
  return set;
}

LayoutSet LayoutSet::LoadUnlinked(const std::vector<std::string>& directories) {
  LayoutSet set;
  for (const std::string& directory : directories) {
    std::vector<std::string> files;
    std::error_code error;
    for (fs::recursive_directory_iterator
             at(directory, fs::directory_options::follow_directory_symlink, error),
         end;
         !error && at != end; at.increment(error)) {
      // Files of editors and of version control are nobody's layouts.
      const bool is_hidden = at->path().filename().string().starts_with('.');
      if (at.depth() > 1 || is_hidden) at.disable_recursion_pending();
      if (is_hidden) continue;
      if (at->path().extension() == ".toml" && files.size() < kMaxFiles) {
        files.push_back(at->path().string());
      }
    }
    std::sort(files.begin(), files.end());
    for (const std::string& path : files) set.AddFile(path);
    ++set.rank_;
  }
  return set;
}

void LayoutSet::AddFile(const std::string& path) {
  auto file = FileSource::Open(path);
  std::string text;
  if (file) {
    text.resize(std::min<uint64_t>((*file)->Size().value_or(0), kMaxLayoutBytes + 1));
    const auto got = (*file)->ReadAt(0, std::as_writable_bytes(std::span(text)));
    if (got) text.resize(*got);
    if (!got) file = tl::unexpected(got.error());
  }
  if (file) return Add(path, text);
  problems_.push_back({path, {}, file.error().ToString()});
}

void LayoutSet::Add(const std::string& path, std::string_view text) {
  ParsedLayout parsed = ParseLayout(text, path);
  const bool good = parsed.problems.empty();
  problems_.insert(problems_.end(), parsed.problems.begin(), parsed.problems.end());
  if (!good && parsed.layout) bad_.insert(parsed.layout->name);
  if (!good || !parsed.layout) return;
  const std::string name = parsed.layout->name;
  if (const auto old = layouts_.find(name); old != layouts_.end() && ranks_[name] == rank_) {
    problems_.push_back({path, {1, 1}, "the name " + name + " is that of " + old->second->file});
    return;
  }
  bad_.erase(name);
  ranks_[name] = rank_;
  texts_[path] = text;
  layouts_[name] = std::move(parsed.layout);
}

void LayoutSet::Link() {
  // A layout with a mistake is left out, and then perhaps those that use it.
  while (true) {
    std::vector<LayoutProblem> found;
    internal::LinkLayouts(layouts_, bad_, found);
    if (found.empty()) break;
    std::set<std::string, std::less<>> left_out;
    for (LayoutProblem& problem : found) {
      for (const auto& [name, layout] : layouts_) {
        if (layout->file == problem.file) left_out.insert(name);
      }
      problems_.push_back(std::move(problem));
    }
    bad_.insert(left_out.begin(), left_out.end());
    // Linking has filled the others with slots and pointers: they are read anew.
    std::map<std::string, std::unique_ptr<Layout>, std::less<>> old = std::move(layouts_);
    layouts_.clear();
    for (auto& [name, layout] : old) {
      if (left_out.contains(name)) continue;
      layouts_[name] = ParseLayout(texts_[layout->file], layout->file).layout;
    }
  }
  texts_.clear();
}

const Layout* LayoutSet::Find(std::string_view name) const {
  const auto found = layouts_.find(name);
  return found == layouts_.end() ? nullptr : found->second.get();
}

const Layout* LayoutSet::Match(const DumpFacts& facts, ByteSource& bytes) const {
  const Layout* best = nullptr;
  std::tuple<size_t, size_t> best_rank;
  for (const auto& [name, layout] : layouts_) {
    for (const MatchRule& rule : layout->matches) {
      const std::tuple rank(rule.conditions(), ranks_.find(name)->second);
      if (best && rank <= best_rank) continue;
      if (!MatchHolds(rule, facts, bytes)) continue;
      best = layout.get();
      best_rank = rank;
    }
  }
  return best;
}

}  // namespace vmcoredd
