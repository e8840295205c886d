// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/core.h>

#include <map>
#include <utility>

#include "collector/live/archive_shelf.h"
#include "readers/cli/commands.h"
#include "readers/cli/console.h"
#include "readers/cli/inputs.h"
#include "readers/cli/json_errors.h"
#include "readers/cli/layouts.h"
#include "readers/cli/newest_baseline.h"
#include "readers/cli/output_text.h"
#include "readers/cli/progress.h"
#include "readers/cli/report_machines.h"
#include "readers/cli/selector.h"
#include "readers/report/diff_output.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd::cli {

namespace {

// Dumps that belong together; one side may be empty.
struct Pair {
  std::optional<SelectedDump> first, second;
  const DeviceDump& known() const { return first ? *first->dump : *second->dump; }
};

// By name, and the n-th of a name with the n-th.
std::vector<Pair> PairUp(const std::vector<SelectedDump>& first,
                         const std::vector<SelectedDump>& second) {
  std::vector<Pair> pairs;
  std::map<std::string, std::vector<size_t>> waiting;
  for (const SelectedDump& dump : first) {
    waiting[PairingName(*dump.dump)].push_back(pairs.size());
    pairs.push_back({dump, std::nullopt});
  }
  for (const SelectedDump& dump : second) {
    auto& open = waiting[PairingName(*dump.dump)];
    if (open.empty()) {
      pairs.push_back({std::nullopt, dump});
      continue;
    }
    pairs[open.front()].second = dump;
    open.erase(open.begin());
  }
  return pairs;
}

class Diff {
 public:
  Diff(const DiffCommand& command, const LayoutSet& layouts, Console& console)
      : command_(command),
        console_(console),
        json_([&console](std::string_view text) { console.Print(text); }, false) {
    context_.layouts = &layouts;
    context_.layout = command.layouts.layout;
  }

  void Run(const std::vector<Pair>& pairs) {
    if (command_.json) {
      json_.BeginObject();
      json_.Name("schema", "vmcoredd-diff/1");
      json_.Name("pairs");
      json_.BeginArray();
    }
    for (const Pair& pair : pairs) Compare(pair);
    if (command_.json) {
      json_.EndArray();
      WriteErrors(json_, console_.problems());
      json_.EndObject();
      console_.Print("\n");
    } else {
      Conclude(pairs.size());
    }
  }

 private:
  void Compare(const Pair& pair) {
    const std::string name = NameText(pair.known().name());
    if (command_.json) Begin(pair);
    if (!pair.first || !pair.second) {
      ++differing_;
      console_.RaiseProblem();
      if (command_.json) {
        json_.Flag("differs", true);
        json_.EndObject();
      } else {
        console_.Print(
            fmt::format("{}: only in {}\n", name,
                        PathText((pair.first ? pair.first : pair.second)->input->file())));
      }
      return;
    }
    Progress progress(console_, "comparing " + name, pair.second->dump->size());
    auto diff = DiffDumps({pair.first->input->reader.get(), pair.first->dump},
                          {pair.second->input->reader.get(), pair.second->dump}, context_,
                          progress.callback());
    if (!diff) {
      console_.AddProblem(pair.first->input->file(), Error(diff.error()).With(name));
      if (command_.json) json_.EndObject();
      return;
    }
    Report(pair, name, *diff);
  }

  void Report(const Pair& pair, const std::string& name, const DumpDiff& diff) {
    for (const Error& problem : diff.problems) {
      console_.AddProblem(pair.second->input->file(), Error(problem).With(name));
    }
    if (diff.damage != 0) {
      console_.AddProblem(
          pair.second->input->file(),
          Error(ErrorCode::kCorrupt,
                fmt::format("{}: {} could not be decoded", name, Count(diff.damage, "part"))));
    }
    if (diff.differs() || !diff.findings.empty()) {
      ++differing_;
      console_.RaiseProblem();
    }
    if (command_.json) {
      WriteDiff(json_, diff);
      json_.EndObject();
      return;
    }
    const std::string text = DiffText(diff, {command_.all, command_.side_by_side});
    if (!diff.differs() && diff.findings.empty() && !command_.all) return;
    if (text.empty()) return;
    const std::string other = NameText(pair.second->dump->name());
    console_.Print(name + (other == name ? "" : " and " + other) + '\n' + text);
  }

  void Begin(const Pair& pair) {
    json_.BeginObject();
    for (const auto& [key, side] :
         {std::pair("first", pair.first), std::pair("second", pair.second)}) {
      json_.Name(key);
      if (!side) {
        json_.Null();
        continue;
      }
      json_.BeginObject();
      json_.Name("file", EscapeBytes(side->input->file()));
      json_.Field("index", side->dump->index());
      json_.Name("name", EscapeBytes(side->dump->name()));
      json_.EndObject();
    }
  }

  void Conclude(size_t pairs) {
    console_.Print(fmt::format("{} compared, {} differ{}\n", Count(pairs, "dump"), differing_,
                               differing_ == 1 ? "s" : ""));
  }

  const DiffCommand& command_;
  Console& console_;
  JsonStream json_;
  DecodingContext context_;
  size_t differing_ = 0;
};

}  // namespace

void Run(const DiffCommand& command, Console& console) {
  const LayoutSet layouts = LoadLayouts(command.layouts, console);
  std::vector<std::string> files = command.files;
  if (command.baseline) {
    const Sysroot root(command.sysroot);
    auto baseline = ReadNewestBaseline(root.Host(kBaselineFolder));
    if (baseline) {
      files.insert(files.begin(), baseline->path);
    } else {
      console.AddUnusable("baseline", baseline.error());
      files.clear();
    }
  }
  std::vector<Input> first;
  if (!files.empty()) first = OpenInputs({files.front()}, {}, console);
  std::vector<Input> second;
  if (files.size() > 1) second = OpenInputs({files.back()}, {}, console);
  std::vector<Input>& other = files.size() > 1 ? second : first;
  if (first.empty() || other.empty()) {
    if (command.json) Diff(command, layouts, console).Run({});
    return;
  }
  const std::string names[] = {NodenameOf(first.front()), NodenameOf(other.front())};
  if (!names[0].empty() && !names[1].empty() && names[0] != names[1]) {
    console.Note("of two machines, by their names: " + NameText(names[0]) + ", " +
                 NameText(names[1]));
  }
  if (command.json) {
    CheckCompressedStreams(first, console);
    CheckCompressedStreams(second, console);
  }
  const auto a = SelectDumps(first, command.selectors, console);
  const auto b = SelectDumps(
      other, command.with.empty() ? command.selectors : std::vector{command.with}, console);
  std::vector<Pair> pairs;
  if (command.with.empty()) {
    pairs = PairUp(a, b);
  } else if (a.size() == 1 && b.size() == 1) {
    pairs.push_back({a.front(), b.front()});
  } else {
    return console.AddUsageError(
        fmt::format("--with compares two dumps: -s means {}, --with {}", a.size(), b.size()));
  }
  Diff(command, layouts, console).Run(pairs);
  CheckCompressedStreams(first, console);
  CheckCompressedStreams(second, console);
}

}  // namespace vmcoredd::cli
