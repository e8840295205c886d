// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/decode/fmsg_decoder.h"

#include <fmt/core.h>
#include <linux/netlink.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "readers/decode/structure_decoder.h"
#include "vmcoredd/format/devlink/fmsg.h"
#include "vmcoredd/format/devlink/message_stream.h"

namespace vmcoredd {

namespace {

using devlink::FmsgScalar;
using devlink::FmsgType;

std::string LayoutName(std::string_view name) {
  std::string out(name);
  std::replace_if(
      out.begin(), out.end(),
      [](char c) {
        return !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
      },
      '_');
  return out;
}

// What no layout speaks of: by its type, and by what its name and text look like.
PrivacyClasses LooksOf(std::string_view path, FieldType type, std::string_view text) {
  PrivacyClasses classes = PrivacyOfName(path.substr(path.rfind('.') + 1));
  // Of numbers, those are counters.
  if (type == FieldType::kUint) classes.erase(Privacy::kMac);
  if (FindHardwareAddress(text)) classes = classes | Privacy::kMac;
  return classes | DefaultPrivacy(type);
}

class FmsgFields final : public devlink::FmsgHandler {
 public:
  FmsgFields(const Layout& layout,
             ByteWindow& window,
             const DecodeOptions& options,
             const FmsgMemberCallback& member,
             DecodeSink& sink)
      : window_(window), member_(member), sink_(sink), decoder_(options, sink) {
    if (layout.root) frame_ = decoder_.Open(*layout.root, window, 0, window.size());
  }

  void SetMessage(const devlink::Message& message) { message_ = message; }

  Result<void> OnBeginObject() override { return Begin(false); }
  Result<void> OnBeginArray() override { return Begin(true); }
  Result<void> OnName(std::string_view name) override {
    name_ = name;
    return {};
  }

  Result<void> OnBeginBinary() override {
    in_binary_ = true;
    binary_.clear();
    pieces_.clear();
    binary_cut_ = false;
    return {};
  }

  Result<void> OnValue(const FmsgScalar& value, bool /*starts_message*/) override {
    const uint64_t at =
        message_.offset + static_cast<uint64_t>(value.bytes.data() - message_.payload.data());
    if (in_binary_) {
      if (value.bytes.size() > kMaxFmsgBinary - binary_.size()) {
        binary_cut_ = true;
      } else {
        pieces_.push_back({binary_.size(), value.bytes.size(), at, value.bytes.size()});
        binary_.insert(binary_.end(), value.bytes.begin(), value.bytes.end());
      }
      return {};
    }
    ShowValue(value, at);
    return {};
  }

  Result<void> OnEnd() override {
    if (in_binary_) {
      in_binary_ = false;
      ShowBinary(binary_);
      return {};
    }
    Level level = levels_.back();
    levels_.pop_back();
    path_.resize(level.path_size);
    if (level.shown && levels_.size() > 0) sink_.EndGroup();
    return {};
  }

  void Finish() {
    if (!frame_) return;
    decoder_.ApplyFindings(*frame_);
  }

 private:
  struct Level {
    bool is_array = false;
    bool shown = true;
    size_t count = 0;
    size_t path_size = 0;
  };

  // Adds the part of the path of what comes now, and says how it is called.
  std::string Enter() {
    std::string part;
    if (!levels_.empty() && levels_.back().is_array) {
      part = fmt::format("[{}]", levels_.back().count++);
      path_ += part;
      return part;
    }
    part = std::exchange(name_, {});
    if (!path_.empty() && !part.empty()) path_ += '.';
    path_ += part;
    return part;
  }

  Result<void> Begin(bool is_array) {
    Level level;
    level.is_array = is_array;
    level.path_size = path_.size();
    if (!levels_.empty()) {
      const std::string part = Enter();
      Group group{path_, part, {}, &window_.info(), message_.offset};
      level.shown = sink_.BeginGroup(group);
    }
    levels_.push_back(level);
    return {};
  }

  Field FieldOf(std::string_view name, uint64_t at, std::span<const std::byte> bytes) const {
    Field field;
    field.name = name;
    field.path = path_;
    field.window = &window_.info();
    field.offset = at;
    field.size = bytes.size();
    field.bytes = bytes.first(std::min(bytes.size(), kMaxFieldBytes));
    return field;
  }

  void ShowValue(const FmsgScalar& value, uint64_t at) {
    const size_t path_size = path_.size();
    const std::string name = Enter();
    Field field = FieldOf(name, at, value.bytes);
    // Counters and sizes, mostly.
    static const FieldMeaning decimal = [] {
      FieldMeaning meaning;
      meaning.format = NumberFormat::kDecimal;
      return meaning;
    }();
    field.spec = &decimal;
    const FieldSpec* const spec = frame_ ? frame_->structure->FindField(LayoutName(name)) : nullptr;
    std::string text;
    const auto type = static_cast<FmsgType>(value.type);
    if (const auto number = value.ToUint()) {
      field.value = *number;
      if (type == FmsgType::kFlag) text = *number != 0 ? "true" : "false";
      if (value.bytes.size() >= 4) field.privacy = LooksOf(path_, FieldType::kUint, {});
      field.meaning = text;
      decoder_.ShowForeign(frame_ ? &*frame_ : nullptr, spec, field);
    } else if (type == FmsgType::kBinary) {
      path_.resize(path_size);
      if (!levels_.back().is_array) name_ = name;
      if (levels_.back().is_array) --levels_.back().count;
      pieces_ = {{0, value.bytes.size(), at, value.bytes.size()}};
      return ShowBinary(value.bytes);
    } else {
      field.type = type == FmsgType::kNulString || type == FmsgType::kString ? FieldType::kText
                                                                             : FieldType::kBytes;
      if (field.type == FieldType::kText) text = value.ToText();
      field.meaning = text;
      Classify(spec, text, field);
      sink_.OnField(field);
    }
    path_.resize(path_size);
  }

  void Classify(const FieldSpec* spec, std::string_view text, Field& field) const {
    field.privacy = LooksOf(path_, field.type, text);
    if (!spec) return;
    field.spec = &spec->meaning;
    field.privacy = spec->meaning.privacy.value_or(field.privacy);
  }

  void ShowBinary(std::span<const std::byte> bytes) {
    const uint64_t at = pieces_.empty() ? message_.offset : pieces_.front().stored_at;
    const size_t path_size = path_.size();
    const std::string name = Enter();
    Field field = FieldOf(name, at, bytes);
    field.type = FieldType::kBytes;
    const FieldSpec* const spec = frame_ ? frame_->structure->FindField(LayoutName(name)) : nullptr;
    Classify(spec, {}, field);
    if (pieces_.size() > 1) field.pieces = pieces_;
    const auto decode = member_(name, path_, bytes, pieces_);
    field.is_decoded = static_cast<bool>(decode);
    // Then its own fields say it.
    if (decode && (!spec || !spec->meaning.privacy)) field.privacy = {};
    sink_.OnField(field);
    if (std::exchange(binary_cut_, false)) {
      sink_.OnRemark(Remark{path_, &window_.info(), at,
                            fmt::format("more than {} bytes: cut", kMaxFmsgBinary), true});
    }
    if (decode) decode();
    path_.resize(path_size);
  }

  ByteWindow& window_;
  const FmsgMemberCallback& member_;
  DecodeSink& sink_;
  internal::StructureDecoder decoder_;
  std::optional<internal::Frame> frame_;
  devlink::Message message_;
  std::vector<Level> levels_;
  std::string path_;
  std::string name_;
  bool in_binary_ = false;
  bool binary_cut_ = false;
  std::vector<std::byte> binary_;
  std::vector<WindowPiece> pieces_;  // of binary_, in the stream of messages
};

// All of a message but values: headers, attributes' headers, names and types. What is wrong with
// it the parser says.
void ShowStructure(const devlink::Message& message, const WindowInfo& window, DecodeSink& sink) {
  const uint64_t begin = message.offset - (message.whole.size() - message.payload.size());
  sink.OnStructure(window, begin, message.attributes_offset() - begin);
  const auto visit = [&](const auto& self, std::span<const std::byte> bytes, uint64_t offset,
                         bool are_tokens) -> void {
    (void)devlink::VisitAttributes(
        bytes, offset, message.order, [&](const devlink::Attribute& one) -> Result<void> {
          const bool is_whole = are_tokens && one.type != DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA;
          sink.OnStructure(window, one.offset - NLA_HDRLEN,
                           NLA_HDRLEN + (is_whole ? one.bytes.size() : 0));
          if (!are_tokens && one.type == DEVLINK_ATTR_FMSG) self(self, one.bytes, one.offset, true);
          return {};
        });
  };
  visit(visit, message.attributes(), message.attributes_offset(), false);
}

}  // namespace

void DecodeFmsg(const Layout& layout,
                ByteWindow& window,
                ByteSource& source,
                const DecodeOptions& options,
                const FmsgMemberCallback& member,
                DecodeSink& sink) {
  FmsgFields fields(layout, window, options, member, sink);
  devlink::FmsgParser parser(fields);
  const auto remark = [&](const Error& error) {
    sink.OnRemark(Remark{"", &window.info(), error.offset().value_or(0), error.message(), true});
  };
  const auto read = devlink::ReadMessageStream(
      source, 0, window.size(), [&](const devlink::Message& message) -> Result<void> {
        fields.SetMessage(message);
        ShowStructure(message, window.info(), sink);
        return parser.Feed(message);
      });
  if (!read) remark(read.error());
  if (const auto finished = parser.Finish(); !finished) remark(finished.error());
  // What the kernel's grammar did not allow was mended: nothing is lost by that.
  for (const devlink::FmsgRepair& repair : parser.repairs()) {
    const bool lost = repair.kind == devlink::FmsgRepair::Kind::kTruncated;
    sink.OnRemark(Remark{"", &window.info(), repair.offset,
                         fmt::format("message {}: {}: {}", repair.message,
                                     devlink::FmsgRepairName(repair.kind), repair.text),
                         lost});
  }
  fields.Finish();
}

}  // namespace vmcoredd
