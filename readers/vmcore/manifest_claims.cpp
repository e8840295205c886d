// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/vmcore/manifest_claims.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "vmcoredd/base/text.h"
#include "vmcoredd/format/note.h"

namespace vmcoredd {

namespace {

size_t NotesOf(const ManifestDump& entry) { return std::max<size_t>(entry.parts.size(), 1); }

// Nothing when the entry fits the notes that it would take, or why not. That parts
// add up to what is stored has been checked by the parser.
std::optional<std::string> Contradiction(const ManifestDump& entry,
                                         std::span<const DumpNote> notes) {
  for (size_t i = 0; i < notes.size(); ++i) {
    const uint64_t stored = entry.parts.empty() ? entry.stored : entry.parts[i].stored;
    if (stored > notes[i].payload.size) {
      return "expected " + std::to_string(stored) + " stored bytes, found a payload of " +
             std::to_string(notes[i].payload.size);
    }
  }
  if (entry.codec == Codec::kNone && entry.length != entry.stored) {
    return "length " + std::to_string(entry.length) + ", but " + std::to_string(entry.stored) +
           " bytes stored without codec";
  }
  return std::nullopt;
}

}  // namespace

std::vector<DeviceDump> ClaimDumps(std::vector<DumpNote> notes,
                                   const std::vector<ManifestDump>& entries,
                                   const std::function<void(Error)>& report) {
  const auto complain = [&](const ManifestDump& entry, ErrorCode code, const std::string& what) {
    report(Error(code, "the manifest's entry for " + EscapeBytes(entry.name) + " (ordinal " +
                           std::to_string(entry.ordinal) + ") is ignored: " + what));
  };

  std::map<std::string_view, std::vector<size_t>> notes_by_name;
  for (size_t i = 0; i < notes.size(); ++i) {
    if (notes[i].owner == kDumpNoteOwner) notes_by_name[notes[i].name].push_back(i);
  }
  std::vector<const ManifestDump*> ordered;
  ordered.reserve(entries.size());
  for (const ManifestDump& entry : entries) ordered.push_back(&entry);
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const auto* a, const auto* b) { return a->ordinal > b->ordinal; });

  // Which note begins a dump, and which belong to one that began before.
  struct Claim {
    const ManifestDump* entry = nullptr;
    std::vector<size_t> notes;
  };
  std::map<size_t, Claim> claims;  // by the dump's first note
  std::vector<bool> claimed(notes.size(), false);
  for (const ManifestDump* entry : ordered) {  // from the last of a name
    std::vector<size_t>& left = notes_by_name[entry->name];
    const size_t count = NotesOf(*entry);
    if (count > left.size()) {
      complain(
          *entry, ErrorCode::kNotFound,
          "expected " + std::to_string(count) + " notes, found " + std::to_string(left.size()));
      left.clear();  // the entries before it would get the wrong ones
      continue;
    }
    Claim claim{entry, {left.end() - static_cast<std::ptrdiff_t>(count), left.end()}};
    left.resize(left.size() - count);
    std::vector<DumpNote> taken;
    for (const size_t i : claim.notes) taken.push_back(notes[i]);
    if (const auto why = Contradiction(*entry, taken)) {
      complain(*entry, ErrorCode::kCorrupt, *why);
      continue;
    }
    for (const size_t i : claim.notes) claimed[i] = true;
    const size_t first = claim.notes.front();
    claims.emplace(first, std::move(claim));
  }

  std::vector<DeviceDump> dumps;
  for (size_t i = 0; i < notes.size(); ++i) {
    const auto claim = claims.find(i);
    if (claim != claims.end()) {
      DeviceDump dump;
      dump.manifest = *claim->second.entry;
      for (const size_t part : claim->second.notes) dump.notes.push_back(notes[part]);
      dumps.push_back(std::move(dump));
    } else if (!claimed[i]) {
      DeviceDump dump;
      dump.notes.push_back(notes[i]);
      dumps.push_back(std::move(dump));
    }
  }
  return dumps;
}

}  // namespace vmcoredd
