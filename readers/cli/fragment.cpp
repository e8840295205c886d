// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/fragment.h"

#include <algorithm>
#include <set>
#include <utility>

#include "readers/cli/console.h"
#include "vmcoredd/writer/new_fragment.h"

namespace vmcoredd::cli {

namespace {

// Collects what inputs say under each key, in the order in which keys come up.
class Agreement {
 public:
  void Add(const Properties& properties) {
    for (const auto& [key, value] : properties) Add(key, value);
  }
  void Add(const std::string& key, const std::string& value) {
    if (value.empty()) return;
    const auto known = std::find_if(said_.begin(), said_.end(),
                                    [&](const auto& entry) { return entry.first == key; });
    if (known != said_.end()) {
      known->second.insert(value);
    } else {
      said_.push_back({key, {value}});
    }
  }
  // What nobody contradicts.
  Properties Agreed() const {
    Properties agreed;
    for (const auto& [key, values] : said_) {
      if (values.size() == 1) agreed.emplace_back(key, *values.begin());
    }
    return agreed;
  }

 private:
  std::vector<std::pair<std::string, std::set<std::string>>> said_;
};

template <typename T>
void Append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

ManifestFragment MakeFragment(std::string kind, std::vector<Input>& inputs, Console& console) {
  ManifestFragment fragment = NewFragment(std::move(kind));
  std::set<std::string> crashes;
  Agreement machine;
  for (Input& input : inputs) {
    const VmcoreInfo& info = input.reader->info();
    // An archive's header says where it was written, which may be anywhere.
    if (info.format != VmcoreFormat::kArchive) {
      if (const auto crash = CrashHashOf(input)) crashes.insert(*crash);
      machine.Add({{"release", info.release}, {"arch", info.arch}, {"nodename", info.nodename}});
    }
    for (const ManifestFragment& other : input.table.fragments) {
      if (!other.crash.empty()) crashes.insert(other.crash);
      machine.Add(other.machine);
      Append(fragment.skipped, other.skipped);
      Append(fragment.warnings, other.warnings);
    }
  }
  fragment.machine = machine.Agreed();
  if (crashes.size() == 1) fragment.crash = *crashes.begin();
  if (crashes.size() > 1) {
    const std::string text = "comes from several crashes, so that it belongs to none of them";
    fragment.warnings.push_back(text);
    console.Note(text);
  }
  return fragment;
}

}  // namespace vmcoredd::cli
