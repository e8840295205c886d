// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/readers/decode/support.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "readers/decode/byte_window.h"

namespace vmcoredd {

std::string LayoutHead(std::string_view name) {
  return "schema = \"vmcoredd-layout/1\"\nname = \"" + std::string(name) +
         "\"\ntitle = \"a test\"\nsources = [\"none\"]\n";
}

std::string LayoutOf(std::string_view fields, std::string_view more) {
  return LayoutHead() + "root = \"all\"\n[struct.all]\nfields = [\n" + std::string(fields) +
         "\n]\n" + std::string(more);
}

LayoutSet LayoutsOf(std::initializer_list<std::string> texts) {
  LayoutSet set;
  size_t i = 0;
  for (const std::string& text : texts) set.Add(std::to_string(i++) + ".toml", text);
  set.Link();
  return set;
}

std::vector<std::string> ProblemsOf(const LayoutSet& layouts) {
  std::vector<std::string> out;
  for (const LayoutProblem& problem : layouts.problems()) {
    out.push_back(std::to_string(problem.place.line) + ':' + std::to_string(problem.place.column) +
                  ' ' + problem.text);
  }
  return out;
}

std::vector<std::string> ProblemsOf(const std::string& text) {
  return ProblemsOf(LayoutsOf({text}));
}

std::vector<std::byte> Bytes(std::string_view text) {
  std::vector<std::byte> out;
  for (size_t i = 0; i < text.size();) {
    if (text[i] == '[') {
      for (++i; i < text.size() && text[i] != ']'; ++i) out.push_back(std::byte(text[i]));
      ++i;
    } else if (text[i] == ' ') {
      ++i;
    } else {
      out.push_back(std::byte(std::stoul(std::string(text.substr(i, 2)), nullptr, 16)));
      i += 2;
    }
  }
  return out;
}

Result<size_t> TestSource::ReadAt(uint64_t offset, std::span<std::byte> out) {
  ++reads;
  furthest = std::max(furthest, offset + out.size());
  if (offset < bad_end_ && offset + out.size() > bad_begin_) {
    return FailAt(ErrorCode::kCorrupt, bad_begin_, "damaged");
  }
  if (offset >= bytes_.size()) return size_t{0};
  const size_t size = std::min<size_t>(out.size(), bytes_.size() - offset);
  std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), size, out.begin());
  return size;
}

std::optional<uint64_t> TestSource::Size() const {
  return knows_size_ ? std::optional<uint64_t>(bytes_.size()) : std::nullopt;
}

bool SeenDump::BeginGroup(const Group& group) {
  lines_.push_back(std::string(group.path) + ':');
  if (std::find(skipped.begin(), skipped.end(), group.path) != skipped.end()) return false;
  ++depth;
  return true;
}

void SeenDump::EndGroup() {
  ASSERT_GT(depth, 0u);
  --depth;
}

void SeenDump::OnField(const Field& field) {
  SeenField seen{std::string(field.path),
                 std::string(field.name),
                 field.window->path,
                 std::string(field.meaning),
                 std::string(field.reason),
                 field.offset,
                 field.size,
                 field.value,
                 field.type,
                 field.state,
                 field.perturbed,
                 field.bit_low,
                 field.bit_width,
                 {field.bytes.begin(), field.bytes.end()},
                 field.privacy};
  const bool is_number = field.type == FieldType::kUint || field.type == FieldType::kInt;
  std::string line = seen.path;
  if (field.state != FieldState::kRead) {
    line += ": " + std::string(FieldStateName(field.state));
    // No value for bytes that are not there.
    EXPECT_EQ(seen.meaning, "") << seen.path;
    const bool is_unreadable = field.state == FieldState::kUnreadable;
    EXPECT_TRUE(is_unreadable || !is_number || seen.value == 0) << seen.path;
    EXPECT_TRUE(field.state != FieldState::kHole || seen.bytes.empty()) << seen.path;
  } else {
    line += " = " + (is_number ? std::to_string(seen.value) : seen.meaning);
    if (is_number && !seen.meaning.empty()) line += " (" + seen.meaning + ')';
    if (field.source) {
      EXPECT_LE(field.size, field.source->size()) << seen.path;
      EXPECT_LE(field.offset, field.source->size() - field.size) << seen.path;
      std::vector<std::byte> again(field.bytes.size());
      EXPECT_EQ(field.source->Read(field.offset, again).state, FieldState::kRead) << seen.path;
      EXPECT_EQ(again, seen.bytes) << seen.path;
    }
  }
  lines_.push_back(line);
  if (field.state == FieldState::kMissing && field.bit_width == 0) ++damage;
  fields.push_back(std::move(seen));
}

void SeenDump::OnRemark(const Remark& remark) {
  lines_.push_back("! " + std::string(remark.path) + ": " + std::string(remark.text));
  if (remark.is_damage) ++damage;
}

void SeenDump::OnFinding(Finding finding) { findings.push_back(std::move(finding)); }

const SeenField& SeenDump::at(std::string_view path) const {
  for (const SeenField& field : fields) {
    if (field.path == path) return field;
  }
  ADD_FAILURE() << "there is no field " << path;
  static const SeenField none;
  return none;
}

bool SeenDump::has(std::string_view path) const {
  return std::any_of(fields.begin(), fields.end(),
                     [path](const SeenField& field) { return field.path == path; });
}

std::vector<std::string> SeenDump::remarks() const {
  std::vector<std::string> out;
  for (const std::string& line : lines_) {
    if (line.starts_with("! ")) out.push_back(line.substr(2));
  }
  return out;
}

SeenDump Decode(const LayoutSet& layouts, ByteSource& source, const DecodeSetup& setup) {
  SeenDump seen;
  seen.skipped = setup.skipped;
  const Layout* const layout = layouts.Find("test");
  for (const std::string& problem : ProblemsOf(layouts)) ADD_FAILURE() << problem;
  if (!layout) return seen;
  ByteWindow window(source, "", setup.holes);
  DecodeByLayout(*layout, window, setup.options, seen);
  EXPECT_EQ(seen.depth, 0u) << "groups that were not closed";
  return seen;
}

SeenDump Decode(const std::string& layout,
                const std::vector<std::byte>& bytes,
                const DecodeSetup& setup) {
  const LayoutSet layouts = LayoutsOf({layout});
  TestSource source(bytes);
  return Decode(layouts, source, setup);
}

}  // namespace vmcoredd
