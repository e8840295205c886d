// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "readers/report/html/page_parts.h"

// Findings as a person reads them: what says the same is said once, and what is about one
// device stands together, the worst device first.

namespace vmcoredd {

namespace {

constexpr size_t kMaxNames = 8;      // of devices above a card
constexpr size_t kMaxShown = 2;      // of a group, with what they go by
constexpr size_t kMaxMembers = 100;  // of a group, by name
constexpr size_t kMaxEvidence = 20;  // of a finding
constexpr size_t kMaxOpen = 3;       // of a card, before the others are folded
constexpr size_t kMaxGroups = 40;    // of a card

// Findings that say the same, of one device or of several: the first stands for all.
struct Group {
  std::vector<size_t> members;
  std::vector<size_t> devices;
};

struct Card {
  std::vector<Group> groups;
};

const Finding& First(const MachineReport& report, const Group& group) {
  return report.findings[group.members[0]].finding;
}

std::vector<Group> GroupsOf(const MachineReport& report) {
  std::vector<Group> groups;
  std::map<std::tuple<Severity, std::string, std::string, std::string>, size_t> known;
  for (size_t i = 0; i < report.findings.size(); ++i) {
    const ReportFinding& found = report.findings[i];
    const auto [at, is_new] = known.emplace(std::tuple(found.finding.severity, found.finding.id,
                                                       found.finding.text, found.finding.next),
                                            groups.size());
    if (is_new) groups.emplace_back();
    Group& group = groups[at->second];
    group.members.push_back(i);
    const bool is_known =
        std::find(group.devices.begin(), group.devices.end(), found.device) != group.devices.end();
    if (!is_known) group.devices.push_back(found.device);
  }
  // The place below which devices are lost explains the others; otherwise the worst first.
  std::stable_sort(groups.begin(), groups.end(), [&](const Group& a, const Group& b) {
    const auto key = [&](const Group& group) {
      const Finding& finding = First(report, group);
      return std::tuple(finding.id == "dead-link", finding.severity);
    };
    return key(a) > key(b);
  });
  return groups;
}

std::vector<Card> CardsOf(const MachineReport& report) {
  std::vector<Card> cards;
  std::map<std::vector<size_t>, size_t> known;  // by devices
  for (Group& group : GroupsOf(report)) {
    const size_t card = known.emplace(group.devices, cards.size()).first->second;
    if (card == cards.size()) cards.emplace_back();
    cards[card].groups.push_back(std::move(group));
  }
  return cards;
}

class Writer {
 public:
  Writer(HtmlStream& html, const MachineReport& report) : html_(html), report_(report) {}

  void Write(const Card& card) {
    Severity worst = Severity::kInfo;
    for (const Group& group : card.groups) worst = std::max(worst, SeverityOf(group));
    const HtmlScope box(html_, "div", {{"class", "card " + std::string(SeverityName(worst))}});
    WriteDevices(card.groups[0]);
    size_t open = 0;
    while (open < card.groups.size() && open < kMaxOpen &&
           (open == 0 || SeverityOf(card.groups[open]) != Severity::kInfo)) {
      WriteGroup(card.groups[open++]);
    }
    if (open == card.groups.size()) return;
    const HtmlScope details(html_, "details");
    html_.Element("summary", fmt::format("{} more of {}", card.groups.size() - open,
                                         card.groups[0].devices.size() == 1 ? "this device"
                                                                            : "these devices"));
    for (; open < std::min(card.groups.size(), kMaxGroups); ++open) WriteGroup(card.groups[open]);
    if (open < card.groups.size()) {
      html_.Element("p", fmt::format("and {} more: vmcoredd report as text has them",
                                     card.groups.size() - open));
    }
  }

 private:
  Severity SeverityOf(const Group& group) const { return First(report_, group).severity; }

  void WriteDevices(const Group& group) {
    const HtmlScope head(html_, "h3");
    if (group.devices.size() > 1) html_.Text(fmt::format("{} devices: ", group.devices.size()));
    for (size_t i = 0; i < std::min(group.devices.size(), kMaxNames); ++i) {
      if (i != 0) html_.Own(", ");
      WriteDeviceLink(html_, report_, group.devices[i]);
    }
    if (group.devices.size() > kMaxNames) {
      html_.Text(fmt::format(" and {} more", group.devices.size() - kMaxNames));
    }
    if (group.devices.size() > 1) return;
    html_.Own(" ");
    html_.Element("span", DeviceTitle(report_.devices[group.devices[0]]), {{"class", "title"}});
  }

  void WriteGroup(const Group& group) {
    const Finding& first = First(report_, group);
    const std::string_view severity = SeverityName(first.severity);
    const HtmlScope article(html_, "article",
                            {{"class", "finding " + std::string(severity)}, {"tabindex", "-1"}});
    {
      const HtmlScope badge(html_, "p", {{"class", "severity"}});
      WriteIcon(html_, severity);
      html_.Text(severity);
    }
    const HtmlScope body(html_, "div");
    html_.Element("p", first.text, {{"class", "what"}});
    if (!first.next.empty()) {
      const HtmlScope next(html_, "p", {{"class", "next"}});
      html_.Own("<b>Next:</b> ");
      html_.Text(first.next);
    }
    for (size_t i = 0; i < std::min(group.members.size(), kMaxShown); ++i) {
      WriteMember(report_.findings[group.members[i]]);
    }
    WriteOthers(group);
  }

  // The rest of a group: where the same was found.
  void WriteOthers(const Group& group) {
    if (group.members.size() <= kMaxShown) return;
    const HtmlScope details(html_, "details");
    html_.Element("summary",
                  fmt::format("the same {} times more", group.members.size() - kMaxShown));
    const HtmlScope line(html_, "p", {{"class", "evidence"}});
    for (size_t i = kMaxShown; i < std::min(group.members.size(), kMaxMembers); ++i) {
      const ReportFinding& found = report_.findings[group.members[i]];
      if (found.dump) {
        html_.Element("a", report_.dumps[*found.dump].name,
                      {{"class", "name"}, {"href", DumpFragment(*found.dump)}});
      } else {
        WriteDeviceLink(html_, report_, found.device);
      }
      html_.Own(" ");
    }
    if (group.members.size() > kMaxMembers) {
      html_.Text(fmt::format("and {} more", group.members.size() - kMaxMembers));
    }
  }

  void WriteMember(const ReportFinding& found) {
    std::vector<Evidence> items = found.finding.evidence;
    if (items.empty() && !found.finding.path.empty()) items.push_back({found.finding.path, 0, ""});
    if (items.empty() && !found.dump) return;
    const HtmlScope line(html_, "p", {{"class", "evidence"}});
    if (found.dump) {
      const ReportDump& dump = report_.dumps[*found.dump];
      html_.Element("a", dump.name, {{"class", "name"}, {"href", DumpFragment(*found.dump)}});
    }
    for (size_t i = 0; i < std::min(items.size(), kMaxEvidence); ++i) {
      html_.Own(" ");
      WriteEvidence(found, items[i]);
    }
    if (items.size() > kMaxEvidence) {
      html_.Text(fmt::format(" and {} more", items.size() - kMaxEvidence));
    }
  }

  // Where a person reads on: the field in its dump. Of several dumps together, only text.
  void WriteEvidence(const ReportFinding& found, const Evidence& item) {
    const std::string text =
        item.value.empty() ? item.field : fmt::format("{} = {}", item.field, item.value);
    if (!found.dump) {
      html_.Element("code", text);
    } else {
      html_.Element("a", text,
                    {{"class", "field"}, {"href", DumpFragment(*found.dump, item.field)}});
    }
  }

  HtmlStream& html_;
  const MachineReport& report_;
};

}  // namespace

void WriteFindings(HtmlStream& html, const MachineReport& report) {
  const HtmlScope section(html, "section", {{"id", "findings"}});
  html.Element("h2", "What was found");
  const std::vector<Card> cards = CardsOf(report);
  if (cards.empty()) {
    html.Element("p",
                 "Nothing. That says only that no rule of a layout found something: devices "
                 "whose state is not known below were not judged.");
  }
  Writer writer(html, report);
  const auto is_note = [&](const Card& card) {
    return First(report, card.groups[0]).severity == Severity::kInfo;
  };
  const auto notes = std::find_if(cards.begin(), cards.end(), is_note);
  size_t left = kMaxPageFindings;
  for (auto at = cards.begin(); at != notes && left > 0; ++at, --left) writer.Write(*at);
  // Nothing is wrong with these: they are a click away.
  if (notes != cards.end() && left > 0) {
    const HtmlScope details(html, "details", {{"class", "notes"}});
    const auto count = static_cast<size_t>(cards.end() - notes);
    html.Element("summary",
                 "Notes on " + Counted(count, "other device") + ", nothing wrong by themselves");
    for (auto at = notes; at != cards.end() && left > 0; ++at, --left) writer.Write(*at);
  }
  if (left == 0 && cards.size() > kMaxPageFindings) {
    html.Element("p", fmt::format("and {} more devices: vmcoredd report as text has them",
                                  cards.size() - kMaxPageFindings));
  }
}

}  // namespace vmcoredd
