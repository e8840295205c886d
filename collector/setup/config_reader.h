// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_SETUP_CONFIG_READER_H_
#define VMCOREDD_COLLECTOR_SETUP_CONFIG_READER_H_

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
// toml++ 3.3 asserts, or lets the compiler assume, that a key begins like one, and then
// looks whether it does: "[&]" is an error of the file, not of the program.
#undef NDEBUG
#define TOML_ASSERT(expression) static_cast<void>(0)
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "collector/setup/config.h"
#include "collector/setup/config_checks.h"
#include "vmcoredd/base/text.h"

// How a key of vmcoredd.conf is read, and how its default is printed. Of config.cpp only,
// the one unit with toml++.

namespace vmcoredd {

// Above any machine; what is larger is a mistake.
inline constexpr uint64_t kMaxMilliseconds = 3600 * 1000;
inline constexpr uint64_t kMaxSeconds = 7 * 86400;
inline constexpr uint64_t kMaxBytes = uint64_t{1} << 40;
// The collector takes no smaller one (collect_config.cpp).
inline constexpr uint64_t kMinSpool = 128 * 1024;
inline constexpr size_t kMaxListed = 256;
inline constexpr const char* kAddress = "a PCI address like \"0000:01:00.0\"";
inline constexpr const char* kRiskClasses = "\"passive\", \"side-effect\" or \"intrusive\"";
inline constexpr size_t kMaxGeneric = 64;  // options that the plugin asks for
inline constexpr uint64_t kNoBar = 99;

inline constexpr size_t kMaxWatchRules = 63;  // and that which is for everything
inline constexpr const char* kWatchEvents =
    "\"health-error\", \"health-recovered\", \"recovery-aborted\", \"hardware-error\", "
    "\"snapshot\", \"devcoredump\", \"device-gone\" or \"lost\"";
inline constexpr const char* kWatchCaptures =
    "\"dump\", \"diagnose\", \"snapshots\", \"devcoredump\" or \"plugins\"";

using Check = bool (*)(std::string_view);

// Every key of [[watch.rule]].
template <typename Visitor>
void VisitWatchRule(WatchRuleConfig& rule, Visitor& visit) {
  constexpr const char* glob = "text: a name, or a glob";
  visit.TextList("events", IsWatchEvent, kWatchEvents, rule.events);
  visit.Text("bus", IsAnything, glob, rule.bus);
  visit.Text("device", IsAnything, glob, rule.device);
  visit.Text("driver", IsAnything, glob, rule.driver);
  visit.Text("reporter", IsAnything, glob, rule.reporter);
  visit.Text("region", IsAnything, glob, rule.region);
  visit.TextList("capture", IsWatchCapture, kWatchCaptures, rule.capture);
  visit.Flag("nothing", rule.nothing);
  visit.Text("allow", IsRiskClass, kRiskClasses, rule.allow);
  visit.Flag("manage_recovery", rule.manage_recovery);
  visit.Flag("clear_dump", rule.clear_dump);
  visit.Flag("release_devcoredump", rule.release_devcoredump);
  visit.Number("captures", 1, 1000000, rule.captures);
  visit.Number("window_s", 1, kMaxSeconds, rule.window_s);
  visit.Program("hook", rule.hook);
}

class ConfigReader {
 public:
  explicit ConfigReader(ParsedConfig& out) : out_(out) {}

  void Problem(const toml::source_position& place, std::string text) {
    if (out_.problems.size() == kMaxConfigProblems) return;
    out_.problems.push_back({place.line, place.column, std::move(text)});
  }

  // A section whose keys the calls below take.
  void Open(const toml::table& root, std::string_view name) {
    section_ = name;
    taken_.clear();
    table_ = nullptr;
    sections_.emplace_back(name);
    const toml::node* const node = root.get(name);
    if (!node) return;
    table_ = node->as_table();
    if (!table_) WrongType(*node, name, "a table: [" + std::string(name) + "]");
  }

  void Flag(std::string_view key, bool& value) {
    const toml::node* const node = Take(key);
    if (!node) return;
    if (!node->is_boolean()) return WrongType(*node, Name(key), "true or false");
    value = **node->as_boolean();
  }

  void Number(std::string_view key, uint64_t min, uint64_t max, uint64_t& value) {
    const toml::node* const node = Take(key);
    if (!node) return;
    const int64_t found = node->is_integer() ? **node->as_integer() : -1;
    if (!node->is_integer() || found < 0 || static_cast<uint64_t>(found) < min ||
        static_cast<uint64_t>(found) > max) {
      return WrongType(*node, Name(key),
                       "a number from " + std::to_string(min) + " to " + std::to_string(max));
    }
    value = static_cast<uint64_t>(found);
  }

  void Text(std::string_view key, Check check, const char* expected, std::string& value) {
    const toml::node* const node = Take(key);
    if (!node) return;
    if (!node->is_string() || !check(**node->as_string())) {
      return WrongType(*node, Name(key), expected);
    }
    value = **node->as_string();
  }

  void TextList(std::string_view key,
                Check check,
                const char* expected,
                std::vector<std::string>& values) {
    const toml::node* const node = Take(key);
    if (!node) return;
    const toml::array* const list = node->as_array();
    if (!list) return WrongType(*node, Name(key), std::string("a list of ") + expected);
    for (const toml::node& item : *list) {
      if (!item.is_string() || !check(**item.as_string()) || values.size() == kMaxListed) {
        WrongType(
            item, Name(key),
            std::string("a list of at most ") + std::to_string(kMaxListed) + ", each " + expected);
        continue;
      }
      values.push_back(**item.as_string());
    }
  }

  // A program that is to be run, and its arguments.
  void Program(std::string_view key, std::vector<std::string>& values) {
    TextList(key, IsAnything, "one line of text", values);
    if (values.empty() || IsAbsolutePath(values.front())) return;
    WrongType(*table_->get(key), Name(key), "the absolute path of a program first");
  }

  // Every key of the section is an option of a plugin: "PLUGIN.NAME" = value, or
  // [plugins.options.PLUGIN] and NAME = value.
  void Options(std::string_view key, Properties& options) {
    const toml::node* const node = Take(key);
    if (!node) return;
    const toml::table* const table = node->as_table();
    if (!table) return WrongType(*node, Name(key), "a table: [" + Name(key) + "]");
    AddOptions(*table, "", options);
  }

  // [[generic]]: one dump of registers each.
  void Generic(const toml::table& root, std::vector<std::string>& dumps) {
    section_ = "generic";
    sections_.emplace_back(section_);
    const toml::node* const node = root.get("generic");
    if (!node) return;
    const toml::array* const list = node->as_array();
    if (!list) return WrongType(*node, "generic", "tables: [[generic]]");
    for (const toml::node& item : *list) {
      table_ = item.as_table();
      taken_.clear();
      if (!table_ || dumps.size() == kMaxGeneric) {
        WrongType(item, "generic",
                  "at most " + std::to_string(kMaxGeneric) + " tables: [[generic]]");
        continue;
      }
      dumps.push_back(GenericDump(item));
      Close();
    }
    table_ = nullptr;
  }

  // [[watch.rule]], within the section that is open.
  void WatchRules(std::vector<WatchRuleConfig>& rules) {
    const toml::node* const node = Take("rule");
    if (!node) return;
    const toml::array* const list = node->as_array();
    if (!list) return WrongType(*node, "watch.rule", "tables: [[watch.rule]]");
    const toml::table* const outer = table_;
    std::vector<std::string> taken = std::move(taken_);
    section_ = "watch.rule";
    for (const toml::node& item : *list) {
      table_ = item.as_table();
      taken_.clear();
      if (!table_ || rules.size() == kMaxWatchRules) {
        WrongType(item, section_,
                  "at most " + std::to_string(kMaxWatchRules) + " tables: [[watch.rule]]");
        continue;
      }
      VisitWatchRule(rules.emplace_back(), *this);
      if (rules.back().nothing && !rules.back().capture.empty()) {
        Problem(item.source().begin, "watch.rule: both capture and nothing");
      }
      Close();
    }
    table_ = outer;
    taken_ = std::move(taken);
    section_ = "watch";
  }

  // What no call has taken is unknown.
  void Close() {
    if (!table_) return;
    for (const auto& [key, node] : *table_) {
      if (std::find(taken_.begin(), taken_.end(), key.str()) == taken_.end()) {
        Problem(key.source().begin, "unknown key " + Name(EscapeBytes(key.str())));
      }
    }
  }

  void CloseRoot(const toml::table& root) {
    for (const auto& [key, node] : root) {
      if (std::find(sections_.begin(), sections_.end(), key.str()) == sections_.end()) {
        Problem(key.source().begin,
                (node.is_table() ? "unknown section " : "unknown key ") + EscapeBytes(key.str()));
      }
    }
  }

 private:
  std::string Name(std::string_view key) const { return section_ + '.' + std::string(key); }

  const toml::node* Take(std::string_view key) {
    taken_.emplace_back(key);
    return table_ ? table_->get(key) : nullptr;
  }

  void WrongType(const toml::node& node, std::string_view name, std::string_view expected) {
    Problem(node.source().begin,
            std::string(name) + ": expected " + std::string(expected) + ", found " + Found(node));
  }

  std::string GenericDump(const toml::node& place) {
    std::string device, risk, name;
    uint64_t bar = kNoBar;
    std::vector<std::string> ranges;
    bool early = false;
    Text("device", IsGenericDevice, "an address, or ids like \"8086:10d3\"", device);
    Number("bar", 0, 5, bar);
    TextList("ranges", IsGenericRange, "like \"0x1000,16\": address and number of registers",
             ranges);
    Flag("early", early);
    Text("class", IsRiskClass, kRiskClasses, risk);
    Text("name", IsGenericName, "up to 24 letters, digits, '-', '.', '+'", name);
    if (device.empty() || bar == kNoBar || ranges.empty()) {
      Problem(place.source().begin, "generic: device, bar and ranges are needed");
    }
    std::string dump = device + " bar" + std::to_string(bar);
    for (const std::string& range : ranges) dump += ' ' + range;
    if (early) dump += " early";
    if (!risk.empty()) dump += " class=" + risk;
    if (!name.empty()) dump += " name=" + name;
    return dump;
  }

  static std::string Found(const toml::node& node) {
    if (node.is_string()) return '"' + EscapeBytes((**node.as_string()).substr(0, 80)) + '"';
    if (node.is_integer()) return std::to_string(**node.as_integer());
    if (node.is_boolean()) return **node.as_boolean() ? "true" : "false";
    if (node.is_array()) return "a list";
    if (node.is_table()) return "a table";
    return "another type";
  }

  void AddOptions(const toml::table& table, const std::string& prefix, Properties& options) {
    for (const auto& [key, node] : table) {
      const std::string name = prefix + std::string(key.str());
      if (const toml::table* const inner = node.as_table(); inner && prefix.empty()) {
        AddOptions(*inner, name + '.', options);
        continue;
      }
      std::string value;
      if (node.is_string()) value = **node.as_string();
      if (node.is_integer()) value = std::to_string(**node.as_integer());
      if (node.is_boolean()) value = **node.as_boolean() ? "1" : "0";
      const bool named =
          name.find('.') != name.npos && name.find('=') == name.npos && EscapeBytes(name) == name;
      if (!named) {
        Problem(key.source().begin, "expected an option PLUGIN.NAME, found " + EscapeBytes(name));
      } else if (!IsAnything(value) || options.size() == kMaxListed) {
        WrongType(node, name, "one line of text, a number, true or false");
      } else {
        options.emplace_back(name, value);
      }
    }
  }

  ParsedConfig& out_;
  const toml::table* table_ = nullptr;
  std::string section_;
  std::vector<std::string> taken_;
  std::vector<std::string> sections_;
};

// The same calls print the defaults instead of reading a table.
class DefaultPrinter {
 public:
  explicit DefaultPrinter(Properties& out) : out_(out) {}

  void Open(const toml::table&, std::string_view name) { section_ = name; }
  void Flag(std::string_view key, bool value) { Add(key, value ? "true" : "false"); }
  void Number(std::string_view key, uint64_t, uint64_t, uint64_t value) {
    Add(key, std::to_string(value));
  }
  void Text(std::string_view key, Check, const char*, const std::string& value) {
    Add(key, '"' + value + '"');
  }
  void TextList(std::string_view key, Check, const char*, const std::vector<std::string>&) {
    Add(key, "[]");
  }
  void Program(std::string_view key, const std::vector<std::string>&) { Add(key, "[]"); }
  void Options(std::string_view key, const Properties&) { Add(key, "{}"); }
  void Close() {}
  // None by default, and no key of a section.
  void Generic(const toml::table&, const std::vector<std::string>&) {}
  void WatchRules(const std::vector<WatchRuleConfig>&) {}

 private:
  void Add(std::string_view key, std::string value) {
    out_.emplace_back(section_ + '.' + std::string(key), std::move(value));
  }

  Properties& out_;
  std::string section_;
};

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_SETUP_CONFIG_READER_H_
