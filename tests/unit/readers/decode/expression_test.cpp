// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/decode/expression.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

namespace vmcoredd {
namespace {

constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max();

// Names a to d are slots 0 to 3.
std::optional<uint64_t> Value(std::string_view text,
                              const std::vector<SlotValue>& slots = {},
                              bool rule = false) {
  auto parsed = Expression::Parse(text);
  if (!parsed) {
    ADD_FAILURE() << text << ": " << parsed.error().ToString();
    return std::nullopt;
  }
  for (size_t i = 0; i < parsed->names().size(); ++i) {
    parsed->Bind(i, static_cast<uint32_t>(parsed->names()[i][0] - 'a'));
  }
  return rule ? parsed->EvaluateRule(slots) : parsed->Evaluate(slots);
}

SlotValue Known(uint64_t value) { return {value, false, 0, false}; }
SlotValue Unknown() { return {}; }
SlotValue Unreadable() { return {std::nullopt, true, 0, false}; }

// "OFFSET MESSAGE" of a text that is none.
std::string Mistake(std::string_view text) {
  const auto parsed = Expression::Parse(text);
  if (parsed) return "none";
  return std::to_string(parsed.error().offset().value_or(9999)) + ' ' + parsed.error().message();
}

// The compiler of this test is the one who knows C.
#define SAME_AS_C(expression) EXPECT_EQ(Value(#expression), static_cast<uint64_t>(expression))
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wparentheses"
#ifdef __clang__
#pragma GCC diagnostic ignored "-Wparentheses-equality"
#pragma GCC diagnostic ignored "-Wlogical-op-parentheses"
#pragma GCC diagnostic ignored "-Wbitwise-op-parentheses"
#pragma GCC diagnostic ignored "-Wshift-op-parentheses"
#pragma GCC diagnostic ignored "-Wconstant-logical-operand"
#pragma GCC diagnostic ignored "-Wtautological-compare"
#pragma GCC diagnostic ignored "-Wtautological-constant-out-of-range-compare"
#else
#pragma GCC diagnostic ignored "-Wbool-compare"
#endif

TEST(Expression, BindsAsInC) {
  SAME_AS_C(1 + 2 * 3 - 4 / 2);
  SAME_AS_C(20 - 5 - 3);
  SAME_AS_C(100 / 5 / 2 % 7);
  SAME_AS_C(1 << 2 + 3);
  SAME_AS_C(1 << 3 << 2 >> 1);
  SAME_AS_C(7 & 3 == 3);
  SAME_AS_C(6 | 1 & 0 ^ 5);
  SAME_AS_C(1 | 2 ^ 3 & 4 == 5 < 6 << 7 + 8 * 2);
  SAME_AS_C(3 < 5 == 1);
  SAME_AS_C(3 > 2 > 1);
  SAME_AS_C(4 <= 4 != 5 >= 6);
  SAME_AS_C(1 || 0 && 0);
  SAME_AS_C(0 || 4 && 2);
  SAME_AS_C(!0 + !7 + !!9);
  EXPECT_EQ(Value("~0 >> 60"), 15u) << "64 bits, unsigned";
  SAME_AS_C((1 + 2) * (3 + 4));
  SAME_AS_C(1 ? 2 : 3 ? 4 : 5);
  SAME_AS_C(0 ? 2 : 0 ? 4 : 5);
  SAME_AS_C(1 ? 0 ? 8 : 9 : 7);
  SAME_AS_C(0x1F + 0xffffffffff);
  SAME_AS_C(0 == 0 ? 3 + 1 : 5);
}
#undef SAME_AS_C
#pragma GCC diagnostic pop

TEST(Expression, FunctionsAreTakenAsSuchWithAnArgumentOnly) {
  EXPECT_EQ(Value("align(13, 8) + align(16, 8) + align(0, 4)"), 32u);
  EXPECT_EQ(Value("align(7, 3)"), 9u);
  EXPECT_EQ(Value("min(3, 5) * 10 + max(3, 5)"), 35u);
  EXPECT_EQ(Value("min ( 3 , max(1, 2) )"), 2u);
  EXPECT_EQ(Value("align(1, 0)"), std::nullopt);
  EXPECT_EQ(Value("align(0xffffffffffffffff, 2)"), std::nullopt);
  const auto named = Expression::Parse("min + max * align - unreadable");
  ASSERT_TRUE(named);
  EXPECT_EQ(named->names(), (std::vector<std::string>{"min", "max", "align", "unreadable"}));
}

TEST(Expression, OutOfRangeIsUnknown) {
  EXPECT_EQ(Value("0xffffffffffffffff + 0"), kMax);
  EXPECT_EQ(Value("18446744073709551615"), kMax);
  EXPECT_EQ(Value("0xffffffffffffffff + 1"), std::nullopt);
  EXPECT_EQ(Value("3 - 4"), std::nullopt);
  EXPECT_EQ(Value("0x100000000 * 0x100000000"), std::nullopt);
  EXPECT_EQ(Value("1 / 0"), std::nullopt);
  EXPECT_EQ(Value("1 % 0"), std::nullopt);
  EXPECT_EQ(Value("1 << 63"), uint64_t{1} << 63);
  EXPECT_EQ(Value("2 << 63"), std::nullopt);
  EXPECT_EQ(Value("1 << 64"), std::nullopt);
  EXPECT_EQ(Value("0 << 64"), std::nullopt);
  EXPECT_EQ(Value("1 >> 64"), 0u);
  EXPECT_EQ(Value("3 - 4 + 2"), std::nullopt);
  EXPECT_EQ(Value("(3 - 4) == (3 - 4)"), std::nullopt);
}

TEST(Expression, AnUnknownCountsOnlyWhereItDecides) {
  const std::vector<SlotValue> slots = {Unknown(), Known(0), Known(7), Unreadable()};
  EXPECT_EQ(Value("b && a", slots), 0u);
  EXPECT_EQ(Value("a && b", slots), 0u);
  EXPECT_EQ(Value("c || a", slots), 1u);
  EXPECT_EQ(Value("a || c", slots), 1u);
  EXPECT_EQ(Value("a || b", slots), std::nullopt);
  EXPECT_EQ(Value("a && c", slots), std::nullopt);
  EXPECT_EQ(Value("c ? c : a", slots), 7u);
  EXPECT_EQ(Value("b ? a : c", slots), 7u);
  EXPECT_EQ(Value("b ? c : a", slots), std::nullopt);
  EXPECT_EQ(Value("a ? c : c", slots), std::nullopt);
  EXPECT_EQ(Value("!a", slots), std::nullopt);
  EXPECT_EQ(Value("~a", slots), std::nullopt);
  EXPECT_EQ(Value("a * b", slots), std::nullopt);
  EXPECT_EQ(Value("unreadable(d)", slots), 1u);
  EXPECT_EQ(Value("unreadable(c)", slots), 0u);
  EXPECT_EQ(Value("unreadable( a )", slots), std::nullopt);
  EXPECT_EQ(Value("d", slots), std::nullopt);
  EXPECT_EQ(Value("d", {}), std::nullopt) << "a slot that is not there";
}

TEST(Expression, RulesDoNotKnowWhatTheCrashKernelChanged) {
  SlotValue changed = Known(5);
  changed.perturbed = true;
  EXPECT_EQ(Value("a == 5", {changed}), 1u);
  EXPECT_EQ(Value("a == 5", {changed}, true), std::nullopt);
  EXPECT_EQ(Value("0 && a", {changed}, true), 0u);
}

TEST(Expression, NamesAreWhatIsWritten) {
  const auto parsed = Expression::Parse("$raw + CSTS.CFS*RAH[0] - A.B.C + $raw");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->names(), (std::vector<std::string>{"$raw", "CSTS.CFS", "RAH[0]", "A.B.C"}));
  EXPECT_EQ(parsed->name_places(), (std::vector<size_t>{0, 7, 16, 25}));
  EXPECT_FALSE(parsed->Constant());
  EXPECT_EQ(Expression::Parse(" ( 3 ) ")->Constant(), 3u);
  EXPECT_EQ(Expression::Number(kMax).Constant(), kMax);
}

TEST(Expression, SaysWhereAMistakeIs) {
  EXPECT_EQ(Mistake(""), "0 expression: expected a number or a name, found its end");
  EXPECT_EQ(Mistake("  "), "2 expression: expected a number or a name, found its end");
  EXPECT_EQ(Mistake("1 +"), "3 expression: expected a number or a name, found its end");
  EXPECT_EQ(Mistake("1 = 2"), "2 expression: expected an operator, found '='");
  EXPECT_EQ(Mistake("a b"), "2 expression: expected an operator, found 'b'");
  EXPECT_EQ(Mistake("(1 + 2"), "6 expression: expected ')', found its end");
  EXPECT_EQ(Mistake("1)"), "1 expression: expected an operator, found ')'");
  EXPECT_EQ(Mistake("0x"), "0 expression: expected a number, found '0'");
  EXPECT_EQ(Mistake("5 + 12ab"), "4 expression: expected a number, found '1'");
  EXPECT_EQ(Mistake("18446744073709551616"), "0 expression: expected a number, found '1'");
  EXPECT_EQ(Mistake("a ? 1"), "5 expression: expected ':', found its end");
  EXPECT_EQ(Mistake("a[b]"), "3 expression: expected an index, found ']'");
  EXPECT_EQ(Mistake("a[1"), "3 expression: expected ']', found its end");
  EXPECT_EQ(Mistake("a."), "2 expression: expected a name, found its end");
  EXPECT_EQ(Mistake("min(1)"), "5 expression: expected ',', found ')'");
  EXPECT_EQ(Mistake("max(1, 2, 3)"), "8 expression: expected ')', found ','");
  EXPECT_EQ(Mistake("unreadable(5)"), "12 expression: expected a field, found ')'");
  EXPECT_EQ(Mistake("unreadable(unreadable(a))"), "24 expression: expected a field, found ')'");
  EXPECT_EQ(Mistake("-1"), "0 expression: expected a number or a name, found '-'");
  EXPECT_EQ(Mistake("1 \t+ 2"), "2 expression: expected an operator, found '\\x09'");
}

TEST(Expression, IsBounded) {
  EXPECT_EQ(Mistake(std::string(1025, '1')), "1024 the expression is too long");
  const auto nested = [](size_t depth) {
    return std::string(depth, '(') + '1' + std::string(depth, ')');
  };
  EXPECT_EQ(Value(nested(10)), 1u);
  EXPECT_NE(Mistake(nested(300)).find("expected less nesting"), std::string::npos);
  EXPECT_NE(Mistake(std::string(500, '!') + '1').find("expected less nesting"), std::string::npos);
  EXPECT_EQ(Value(std::string(20, '!') + '7'), 1u);
  // As deep as it is taken, it is also evaluated.
  std::string choices = "7";
  for (size_t i = 0; i < 100; ++i) {
    const std::string more = "0 ? 1 : " + choices;
    if (!Expression::Parse(more)) break;
    choices = more;
  }
  EXPECT_EQ(Value(choices), 7u);
  std::string longest = "1";
  while (longest.size() < 1020) longest += " + 1";
  EXPECT_EQ(Value(longest), (longest.size() + 3) / 4);
}

TEST(ParseLayoutNumber, TakesWholeNumbersOnly) {
  EXPECT_EQ(ParseLayoutNumber("0"), 0u);
  EXPECT_EQ(ParseLayoutNumber("0xFFFFFFFFFFFFFFFF"), kMax);
  EXPECT_EQ(ParseLayoutNumber("010"), 10u);
  for (const char* const text : {"", "0x", "-1", "+1", " 1", "1 ", "0x10000000000000000", "1.0"}) {
    EXPECT_EQ(ParseLayoutNumber(text), std::nullopt) << text;
  }
}

RC_GTEST_PROP(Expression, ParsesOrSaysWhereInTheText, ()) {
  const auto text = *rc::gen::container<std::string>(
      rc::gen::elementOf(std::string("01x9ab$_.[]()?:+-*/%&|^!~<>=, minaxlgur")));
  auto parsed = Expression::Parse(text);
  if (parsed) {
    const std::vector<SlotValue> slots(2, Known(3));
    for (size_t i = 0; i < parsed->names().size(); ++i) parsed->Bind(i, i % 3);
    static_cast<void>(parsed->Evaluate(slots));
  } else {
    RC_ASSERT(parsed.error().offset().value_or(text.size() + 1) <= text.size());
  }
}

RC_GTEST_PROP(Expression, AgreesWithCOnSmallNumbers, (uint16_t x, uint16_t y, uint16_t z)) {
  const std::vector<SlotValue> slots = {Known(x), Known(y), Known(z)};
  const uint64_t a = x, b = y, c = z;
  RC_ASSERT(Value("a + b * c", slots) == a + b * c);
  RC_ASSERT(Value("(a ^ b) & c | a", slots) == (((a ^ b) & c) | a));
  RC_ASSERT(Value("a < b ? b - a : a - b", slots) == (a < b ? b - a : a - b));
  RC_ASSERT(Value("a > b || b >= c && c != a", slots) ==
            static_cast<uint64_t>(a > b || (b >= c && c != a)));
  RC_ASSERT(Value("~a & 0xffff", slots) == (~a & 0xffff));
}

}  // namespace
}  // namespace vmcoredd
