// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/decode/expression.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

constexpr size_t kMaxText = 1024;
constexpr size_t kMaxDepth = 32;  // of parentheses and operators: the parser recurses
// A "?:" within another leaves two values behind, all else one.
constexpr size_t kMaxStack = 2 * kMaxDepth + 2;

}  // namespace

std::optional<uint64_t> ParseLayoutNumber(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  }
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Recursive descent; precedence of C.
class ExpressionParser {
 public:
  explicit ExpressionParser(std::string_view text) : text_(text) {}

  Result<Expression> Parse() {
    if (text_.size() > kMaxText) {
      return FailAt(ErrorCode::kLimitExceeded, kMaxText, "the expression is too long");
    }
    if (!Choice(0)) return Problem();
    SkipBlanks();
    if (at_ != text_.size()) {
      Expect("an operator");
      return Problem();
    }
    out_.bindings_.resize(out_.names_.size());
    return std::move(out_);
  }

 private:
  using Op = Expression::Op;
  struct Operator {
    std::string_view text;
    Op op;
    int level;  // binds tighter the higher it is
  };
  // Longer ones first.
  static constexpr std::array<Operator, 18> kOperators = {{{"||", Op::kOr, 1},
                                                           {"&&", Op::kAnd, 2},
                                                           {"==", Op::kEqual, 6},
                                                           {"!=", Op::kNotEqual, 6},
                                                           {"<=", Op::kLessEqual, 7},
                                                           {">=", Op::kGreaterEqual, 7},
                                                           {"<<", Op::kShiftLeft, 8},
                                                           {">>", Op::kShiftRight, 8},
                                                           {"|", Op::kBitOr, 3},
                                                           {"^", Op::kBitXor, 4},
                                                           {"&", Op::kBitAnd, 5},
                                                           {"<", Op::kLess, 7},
                                                           {">", Op::kGreater, 7},
                                                           {"+", Op::kAdd, 9},
                                                           {"-", Op::kSubtract, 9},
                                                           {"*", Op::kMultiply, 10},
                                                           {"/", Op::kDivide, 10},
                                                           {"%", Op::kModulo, 10}}};

  void SkipBlanks() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool Take(std::string_view token) {
    const size_t before = at_;
    SkipBlanks();
    if (!text_.substr(at_).starts_with(token)) {
      at_ = before;  // a name ends where it ends
      return false;
    }
    at_ += token.size();
    return true;
  }
  bool Expect(std::string_view what) {
    if (expected_.empty()) expected_ = what;
    return false;
  }
  tl::unexpected<Error> Problem() {
    SkipBlanks();
    const std::string found =
        at_ < text_.size() ? "'" + EscapeBytes(text_.substr(at_, 1)) + "'" : std::string("its end");
    return FailAt(ErrorCode::kCorrupt, at_,
                  "expression: expected " + expected_ + ", found " + found);
  }
  void Emit(Op op, uint64_t operand = 0) { out_.steps_.push_back({op, operand}); }

  bool Choice(size_t depth) {
    if (depth > kMaxDepth) return Expect("less nesting");
    if (!Binary(1, depth)) return false;
    if (!Take("?")) return true;
    if (!Choice(depth + 1)) return false;
    if (!Take(":")) return Expect("':'");
    if (!Choice(depth + 1)) return false;
    Emit(Op::kChoose);
    return true;
  }

  const Operator* PeekOperator() {
    SkipBlanks();
    for (const Operator& candidate : kOperators) {
      if (text_.substr(at_).starts_with(candidate.text)) return &candidate;
    }
    return nullptr;
  }

  bool Binary(int level, size_t depth) {
    if (depth > kMaxDepth) return Expect("less nesting");
    if (!Unary(depth + 1)) return false;
    for (const Operator* next = PeekOperator(); next && next->level >= level;
         next = PeekOperator()) {
      at_ += next->text.size();
      if (!Binary(next->level + 1, depth + 1)) return false;
      Emit(next->op);
    }
    return true;
  }

  bool Unary(size_t depth) {
    if (depth > kMaxDepth) return Expect("less nesting");
    SkipBlanks();
    for (const auto& [sign, op] : {std::pair('!', Op::kNot), std::pair('~', Op::kComplement)}) {
      if (at_ < text_.size() && text_[at_] == sign) {
        ++at_;
        if (!Unary(depth + 1)) return false;
        Emit(op);
        return true;
      }
    }
    if (Take("(")) {
      if (!Choice(depth + 1)) return false;
      return Take(")") || Expect("')'");
    }
    return Word(depth);
  }

  static bool IsWord(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '$';
  }

  bool Word(size_t depth) {
    const size_t begin = at_;
    while (at_ < text_.size() && IsWord(text_[at_])) ++at_;
    const std::string_view first = text_.substr(begin, at_ - begin);
    if (first.empty()) return Expect("a number or a name");
    if (first.front() >= '0' && first.front() <= '9') {
      const auto number = ParseLayoutNumber(first);
      if (!number) {
        at_ = begin;
        return Expect("a number");
      }
      Emit(Op::kNumber, *number);
      return true;
    }
    for (const auto& [name, op] :
         {std::pair("align", Op::kAlign), std::pair("min", Op::kMin), std::pair("max", Op::kMax)}) {
      if (first != name || !Take("(")) continue;
      if (!Choice(depth + 1)) return false;
      if (!Take(",")) return Expect("','");
      if (!Choice(depth + 1)) return false;
      if (!Take(")")) return Expect("')'");
      Emit(op);
      return true;
    }
    if (first == "unreadable" && Take("(")) {
      SkipBlanks();
      if (!Word(depth + 1) || out_.steps_.back().op != Op::kName) return Expect("a field");
      out_.steps_.back().op = Op::kUnreadable;
      return Take(")") || Expect("')'");
    }
    // FIELD[2], FIELD.BITS, STRUCT.FIELD.BITS: one name, no blanks in it.
    while (at_ < text_.size() && (text_[at_] == '.' || text_[at_] == '[')) {
      const char opening = text_[at_++];
      const size_t part = at_;
      while (at_ < text_.size() && IsWord(text_[at_])) ++at_;
      if (at_ == part) return Expect(opening == '[' ? "an index" : "a name");
      if (opening == '[') {
        if (!ParseLayoutNumber(text_.substr(part, at_ - part))) return Expect("an index");
        if (at_ == text_.size() || text_[at_++] != ']') return Expect("']'");
      }
    }
    const std::string name(text_.substr(begin, at_ - begin));
    const auto known = std::find(out_.names_.begin(), out_.names_.end(), name);
    Emit(Op::kName, static_cast<uint64_t>(known - out_.names_.begin()));
    if (known == out_.names_.end()) {
      out_.names_.push_back(name);
      out_.name_places_.push_back(begin);
    }
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
  std::string expected_;
  Expression out_;
};

Result<Expression> Expression::Parse(std::string_view text) {
  return ExpressionParser(text).Parse();
}

Expression Expression::Number(uint64_t value) {
  Expression out;
  out.steps_.push_back({Op::kNumber, value});
  return out;
}

std::optional<uint64_t> Expression::Constant() const {
  return names_.empty() ? Evaluate({}) : std::nullopt;
}

std::optional<uint64_t> Expression::Apply(Op op,
                                          std::optional<uint64_t> a,
                                          std::optional<uint64_t> b) {
  if (op == Op::kAnd || op == Op::kOr) {
    const uint64_t deciding = op == Op::kOr ? 1 : 0;
    for (const auto& side : {a, b}) {
      if (side && (*side != 0) == (deciding != 0)) return deciding;
    }
    if (!a || !b) return std::nullopt;
    return 1 - deciding;
  }
  if (!a || !b) return std::nullopt;
  uint64_t result = 0;
  switch (op) {
    case Op::kBitOr: return *a | *b;
    case Op::kBitXor: return *a ^ *b;
    case Op::kBitAnd: return *a & *b;
    case Op::kEqual: return *a == *b;
    case Op::kNotEqual: return *a != *b;
    case Op::kLess: return *a < *b;
    case Op::kLessEqual: return *a <= *b;
    case Op::kGreater: return *a > *b;
    case Op::kGreaterEqual: return *a >= *b;
    case Op::kShiftLeft:
      if (*b >= 64 || (*b > 0 && *a >> (64 - *b) != 0)) return std::nullopt;
      return *a << *b;
    case Op::kShiftRight: return *b >= 64 ? 0 : *a >> *b;
    case Op::kAdd:
      if (__builtin_add_overflow(*a, *b, &result)) return std::nullopt;
      return result;
    case Op::kSubtract:
      if (*b > *a) return std::nullopt;
      return *a - *b;
    case Op::kMultiply:
      if (__builtin_mul_overflow(*a, *b, &result)) return std::nullopt;
      return result;
    case Op::kDivide:
      if (*b == 0) return std::nullopt;
      return *a / *b;
    case Op::kModulo:
      if (*b == 0) return std::nullopt;
      return *a % *b;
    case Op::kAlign:
      if (*b == 0 || __builtin_add_overflow(*a, *b - 1, &result)) return std::nullopt;
      return result / *b * *b;
    case Op::kMin: return std::min(*a, *b);
    case Op::kMax: return std::max(*a, *b);
    default: return std::nullopt;
  }
}

std::optional<uint64_t> Expression::Run(std::span<const SlotValue> slots, bool rule) const {
  std::array<std::optional<uint64_t>, kMaxStack> stack;
  size_t depth = 0;
  for (const Step& step : steps_) {
    switch (step.op) {
      case Op::kNumber:
      case Op::kName: {
        if (depth == kMaxStack) return std::nullopt;
        std::optional<uint64_t>& top = stack[depth++];
        top = std::nullopt;
        if (step.op == Op::kNumber) {
          top = step.operand;
        } else if (const uint32_t slot = bindings_[step.operand]; slot < slots.size()) {
          if (!rule || !slots[slot].perturbed) top = slots[slot].value;
        }
        break;
      }
      case Op::kUnreadable: {
        if (depth == kMaxStack) return std::nullopt;
        std::optional<uint64_t>& top = stack[depth++];
        top = std::nullopt;
        if (const uint32_t slot = bindings_[step.operand]; slot < slots.size()) {
          if (slots[slot].unreadable) top = 1;
          if (slots[slot].value) top = 0;
        }
        break;
      }
      case Op::kNot:
        if (stack[depth - 1]) stack[depth - 1] = *stack[depth - 1] == 0 ? 1 : 0;
        break;
      case Op::kComplement:
        if (stack[depth - 1]) stack[depth - 1] = ~*stack[depth - 1];
        break;
      case Op::kChoose:
        depth -= 2;
        stack[depth - 1] = !stack[depth - 1]        ? std::nullopt
                           : *stack[depth - 1] != 0 ? stack[depth]
                                                    : stack[depth + 1];
        break;
      default:
        --depth;
        stack[depth - 1] = Apply(step.op, stack[depth - 1], stack[depth]);
        break;
    }
  }
  return depth == 1 ? stack[0] : std::nullopt;
}

}  // namespace vmcoredd
