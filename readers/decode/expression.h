// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_DECODE_EXPRESSION_H_
#define READERS_DECODE_EXPRESSION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vmcoredd/base/result.h"

namespace vmcoredd {

// What a name of an expression stands for while a structure is decoded.
struct SlotValue {
  std::optional<uint64_t> value;  // nothing: not known
  bool unreadable = false;        // not known because the device answered with no value
  uint64_t offset = 0;            // of the field it came from, in its window
  bool perturbed = false;         // known, but changed by the crash kernel
};

// An arithmetic expression of a layout (driver-plugins/LAYOUTS.md, "Expressions"):
// unsigned 64-bit integers, names, the operators of C. Parsed once, bound to the slots of
// a structure by the linker, evaluated for each record.
//
// An overflow, a result below zero, a division by zero or a name without a value makes the
// result unknown, except where the rest decides: 0 && x, 1 || x.
class Expression {
 public:
  // kCorrupt with the offset, in `text`, of what is wrong.
  static Result<Expression> Parse(std::string_view text);
  static Expression Number(uint64_t value);

  // The names in it, each once, as they were written: "CSTS.CFS", "$raw", "RAH[0]".
  const std::vector<std::string>& names() const { return names_; }
  // Where in the text each of them begins.
  const std::vector<size_t>& name_places() const { return name_places_; }
  // names()[i] is the value of slots[slot] from now on.
  void Bind(size_t i, uint32_t slot) { bindings_[i] = slot; }
  const std::vector<uint32_t>& bindings() const { return bindings_; }

  std::optional<uint64_t> Evaluate(std::span<const SlotValue> slots) const {
    return Run(slots, false);
  }
  // Of a rule: what the crash kernel has changed counts as not known.
  std::optional<uint64_t> EvaluateRule(std::span<const SlotValue> slots) const {
    return Run(slots, true);
  }
  // The number, if no name is in it.
  std::optional<uint64_t> Constant() const;

 private:
  friend class ExpressionParser;

  enum class Op : uint8_t {
    kNumber,
    kName,
    kOr,
    kAnd,
    kBitOr,
    kBitXor,
    kBitAnd,
    kEqual,
    kNotEqual,
    kLess,
    kLessEqual,
    kGreater,
    kGreaterEqual,
    kShiftLeft,
    kShiftRight,
    kAdd,
    kSubtract,
    kMultiply,
    kDivide,
    kModulo,
    kNot,
    kComplement,
    kChoose,
    kAlign,
    kMin,
    kMax,
    kUnreadable,
  };
  struct Step {
    Op op = Op::kNumber;
    uint64_t operand = 0;  // the number, or the index of the name
  };

  static std::optional<uint64_t> Apply(Op op, std::optional<uint64_t> a, std::optional<uint64_t> b);
  std::optional<uint64_t> Run(std::span<const SlotValue> slots, bool rule) const;

  std::vector<Step> steps_;  // postfix
  std::vector<std::string> names_;
  std::vector<size_t> name_places_;
  std::vector<uint32_t> bindings_;
};

// "10" or "0x1f", nothing else around it.
std::optional<uint64_t> ParseLayoutNumber(std::string_view text);

}  // namespace vmcoredd

#endif  // READERS_DECODE_EXPRESSION_H_
