// SPDX-License-Identifier: LGPL-2.1-or-later
// The first byte chooses: netlink messages in either byte order, or a short language in
// which each byte is a token, so that the grammar is reached at once.
#include <linux/devlink.h>
#include <linux/netlink.h>

#include <string>
#include <vector>

#include "tests/fuzz/fuzz_input.h"
#include "vmcoredd/base/text.h"
#include "vmcoredd/format/devlink/fmsg.h"
#include "vmcoredd/format/devlink/fmsg_json.h"
#include "vmcoredd/format/devlink/fmsg_tree.h"

using namespace vmcoredd;
using namespace vmcoredd::devlink;

namespace {

// Holds the parser to the contract of FmsgHandler, and keeps what it says.
class Contract final : public FmsgHandler {
 public:
  Result<void> OnBeginObject() override {
    if (!open_.empty()) Item();
    fuzz::Require(!ended_ && (open_.empty() || open_.back() != '<'), "an object has its place");
    return Begin('{');
  }
  Result<void> OnBeginArray() override {
    fuzz::Require(!open_.empty() && open_.back() != '<', "an array has its place");
    Item();
    return Begin('[');
  }
  Result<void> OnBeginBinary() override {
    fuzz::Require(!open_.empty() && open_.back() != '<', "binary data has its place");
    Item();
    return Begin('<');
  }
  Result<void> OnName(std::string_view name) override {
    fuzz::Require(!open_.empty() && open_.back() == '{' && !named_, "a name stands in an object");
    named_ = true;
    text_ += 'n';
    text_ += name;
    return {};
  }
  Result<void> OnValue(const FmsgScalar& value, bool) override {
    fuzz::Require(!open_.empty(), "a value is not the root");
    const bool is_binary = value.type == static_cast<uint8_t>(FmsgType::kBinary);
    fuzz::Require(open_.back() != '<' || is_binary, "binary data is binary");
    Item();
    (void)value.ToUint();
    fuzz::Require(value.ToText().size() <= value.bytes.size(), "text is no longer");
    text_ += 'v';
    text_ += static_cast<char>(value.type);
    text_ += ToHex(value.bytes);
    ++values_;
    return {};
  }
  Result<void> OnEnd() override {
    fuzz::Require(!open_.empty() && !named_, "an end has its begin");
    open_.pop_back();
    text_ += '.';
    ended_ = open_.empty();
    return {};
  }

  bool complete() const { return ended_; }
  size_t values() const { return values_; }
  const std::string& text() const { return text_; }

 private:
  void Item() {
    fuzz::Require((open_.back() == '{') == named_, "names stand in objects, before each item");
    named_ = false;
  }
  Result<void> Begin(char what) {
    text_ += what;
    open_ += what;
    fuzz::Require(open_.size() <= FmsgParser::kMaxDepth, "depth is bounded");
    return {};
  }

  std::string open_;
  std::string text_;
  bool named_ = false;
  bool ended_ = false;
  size_t values_ = 0;
};

size_t CountNodes(const FmsgNode& node, size_t& values) {
  size_t nodes = 1;
  if (node.kind == FmsgNode::Kind::kValue) ++values;
  values += node.pieces.size();
  for (const FmsgNode& child : node.children) nodes += CountNodes(child, values);
  return nodes;
}

// JSON as far as it matters: printable, strings and brackets closed.
void CheckJson(std::span<const std::byte> bytes) {
  std::string open;
  bool in_string = false;
  bool escaped = false;
  for (const std::byte b : bytes.first(bytes.size() - 1)) {
    const auto c = std::to_integer<char>(b);
    fuzz::Require(c >= ' ' && c <= '~', "JSON is printable");
    if (escaped) {
      fuzz::Require(c == '"' || c == '\\', "JSON knows the escape");
      escaped = false;
    } else if (in_string) {
      escaped = c == '\\';
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      open += c;
    } else if (c == '}' || c == ']') {
      fuzz::Require(!open.empty() && open.back() == (c == '}' ? '{' : '['), "brackets match");
      open.pop_back();
    }
  }
  fuzz::Require(open.empty() && !in_string && bytes.back() == std::byte{'\n'}, "JSON is whole");
}

bool Parse(const std::vector<Message>& messages, FmsgParser& parser) {
  for (const Message& message : messages) {
    if (auto fed = parser.Feed(message); !fed) {
      fuzz::Require(fed.error().code() == ErrorCode::kLimitExceeded, "only limits end a parser");
      fuzz::RequirePrintable(fed.error());
      return false;
    }
  }
  return true;
}

std::string Check(const std::vector<Message>& messages) {
  Contract contract;
  FmsgParser parser(contract);
  const bool fed = Parse(messages, parser);
  fuzz::Require(parser.Finish().has_value() && contract.complete(), "what is open is closed");
  for (const FmsgRepair& repair : parser.repairs()) {
    fuzz::Require(repair.message < std::max<size_t>(1, messages.size()), "a repair has a message");
    fuzz::Require(messages.empty() || repair.offset <= messages[repair.message].whole.size(),
                  "a repair lies in its message");
    fuzz::RequirePrintable(Error(ErrorCode::kCorrupt, repair.text));
  }
  if (!fed) return contract.text();

  FmsgTreeBuilder builder(uint64_t{8} << 20);
  FmsgParser tree_parser(builder);
  if (Parse(messages, tree_parser)) {
    fuzz::Require(tree_parser.Finish().has_value(), "a tree is finished");
    size_t values = 0;
    CountNodes(builder.root(), values);
    fuzz::Require(values == contract.values(), "a tree has every value");
  }

  BufferStream out;
  FmsgJsonWriter writer(out, FmsgJsonWriter::Binary::kBase64);
  FmsgParser json_parser(writer);
  fuzz::Require(Parse(messages, json_parser) && json_parser.Finish().has_value() &&
                    writer.Finish(json_parser).has_value(),
                "JSON is written");
  CheckJson(out.bytes());
  return contract.text();
}

// -- the short language --------------------------------------------------------------

struct Spoken {
  std::vector<MessageBuilder> cut;  // where the input says
  MessageBuilder whole;

  Spoken() : whole(20, 0, 0, 0, size_t{1} << 14) { Open(whole); }
  static void Open(MessageBuilder& message) {
    message.PutGeneric(DEVLINK_CMD_HEALTH_REPORTER_DUMP_GET, 1);
    (void)message.BeginNest(DEVLINK_ATTR_FMSG);
  }
  void Cut() {
    if (!cut.empty()) cut.back().EndNest();
    cut.emplace_back(uint16_t{20}, uint16_t{0}, 0U, 0U, size_t{512});
    Open(cut.back());
  }
  bool Put(uint16_t attribute, std::span<const std::byte> bytes) {
    if (!whole.PutBytes(attribute, bytes)) return false;
    if (!cut.back().PutBytes(attribute, bytes)) {
      Cut();
      return cut.back().PutBytes(attribute, bytes);
    }
    return true;
  }
};

void Speak(std::span<const std::byte> input, Spoken& spoken) {
  spoken.Cut();
  for (const std::byte b : input.first(std::min<size_t>(input.size(), 1500))) {
    const auto letter = std::to_integer<uint8_t>(b);
    const auto argument = static_cast<std::byte>(letter >> 3);
    const std::byte text[] = {static_cast<std::byte>('a' + (letter >> 3) % 26), std::byte{0}};
    bool fits = true;
    switch (letter & 7) {
      case 0: fits = spoken.Put(DEVLINK_ATTR_FMSG_OBJ_NEST_START, {}); break;
      case 1: fits = spoken.Put(DEVLINK_ATTR_FMSG_PAIR_NEST_START, {}); break;
      case 2: fits = spoken.Put(DEVLINK_ATTR_FMSG_ARR_NEST_START, {}); break;
      case 3: fits = spoken.Put(DEVLINK_ATTR_FMSG_NEST_END, {}); break;
      case 4: fits = spoken.Put(DEVLINK_ATTR_FMSG_OBJ_NAME, text); break;
      case 5: fits = spoken.Put(DEVLINK_ATTR_FMSG_OBJ_VALUE_TYPE, std::span(&argument, 1)); break;
      case 6:
        fits = spoken.Put(DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA, std::span(text, (letter >> 3) % 3));
        break;
      default: spoken.Cut(); break;
    }
    if (!fits) break;
  }
  spoken.cut.back().EndNest();
  spoken.whole.EndNest();
}

std::vector<Message> ToMessages(std::span<const std::byte> bytes, std::endian order) {
  std::vector<Message> messages;
  (void)VisitMessages(bytes, 0, order, [&](const Message& message) {
    messages.push_back(message);
    return Result<void>();
  });
  return messages;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const fuzz::Input input(data + 1, size - 1);
  if (data[0] % 4 < 2) {
    const std::endian order = data[0] % 4 == 1 ? std::endian::big : std::endian::little;
    (void)Check(ToMessages(input.bytes(), order));
    // What is cut off the last message is said, and nothing else is lost.
    auto messages = ToMessages(input.bytes(), order);
    if (!messages.empty() && messages.back().whole.size() > 20) {
      Message& last = messages.back();
      last.whole = last.whole.first(20 + (last.whole.size() - 20) / 2);
      last.payload = last.whole.subspan(16);
      (void)Check(messages);
    }
    return 0;
  }
  Spoken spoken;
  Speak(input.bytes(), spoken);
  std::vector<Message> cut;
  for (const MessageBuilder& builder : spoken.cut) {
    for (const Message& message : ToMessages(builder.bytes(), std::endian::native)) {
      cut.push_back(message);
    }
  }
  const std::string in_pieces = Check(cut);
  const std::string in_one = Check(ToMessages(spoken.whole.bytes(), std::endian::native));
  fuzz::Require(in_pieces == in_one, "where the stream is cut does not matter");
  return 0;
}
