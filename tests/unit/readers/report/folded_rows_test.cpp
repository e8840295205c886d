// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/folded_rows.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace vmcoredd {
namespace {

TextRow Row(std::string name, std::string after = {}, std::optional<uint64_t> offset = {}) {
  TextRow row;
  row.offset = offset;
  row.name = std::move(name);
  row.after = std::move(after);
  return row;
}

std::string Printed(const std::function<void(FoldedRows&)>& add) {
  std::string text;
  FoldedRows rows([&](std::string_view part) { text += part; });
  add(rows);
  rows.Finish();
  return text;
}

void AddElement(FoldedRows& rows, size_t index, std::string value) {
  rows.BeginElement("RX", std::to_string(index), Row(fmt::format("RX[{}]", index)));
  rows.Add(Row("HEAD", " " + value, 16 * index));
  rows.EndElement();
}

TEST(FoldedRowsTest, EqualNeighboursAreOne) {
  const std::string text = Printed([](FoldedRows& rows) {
    rows.Add(Row("CTRL", " 1", 0x8));
    for (size_t i = 0; i < 4; ++i) AddElement(rows, i, i == 0 ? "7" : "0");
    rows.Add(Row("END"));
  });
  EXPECT_EQ(text,
            "  0x000008  CTRL 1\n"
            "            RX[0]\n"
            "  0x000000  HEAD 7\n"
            "            RX[1..3]\n"
            "  0x000010  HEAD 0\n"
            "            END\n");
}

TEST(FoldedRowsTest, WhatDiffersStaysApart) {
  const std::string values = Printed([](FoldedRows& rows) {
    for (size_t i = 0; i < 3; ++i) AddElement(rows, i, std::to_string(i % 2));
  });
  EXPECT_EQ(values,
            "            RX[0]\n  0x000000  HEAD 0\n"
            "            RX[1]\n  0x000010  HEAD 1\n"
            "            RX[2]\n  0x000020  HEAD 0\n");
  // Names within, arrays, rows between them, offsets that one has not.
  const auto one = [](FoldedRows& rows, std::string array, std::string name,
                      std::optional<uint64_t> offset) {
    rows.BeginElement(array, "0", Row(array + "[0]"));
    rows.Add(Row(std::move(name), {}, offset));
    rows.EndElement();
  };
  const auto lines = [](std::string_view text) {
    return std::count(text.begin(), text.end(), '\n');
  };
  EXPECT_EQ(lines(Printed([&](FoldedRows& rows) {
              one(rows, "A", "X", 0);
              one(rows, "A", "Y", 0);
              one(rows, "B", "Y", 0);
              one(rows, "B", "Y", {});
            })),
            8);
  EXPECT_EQ(lines(Printed([&](FoldedRows& rows) {
              one(rows, "A", "X", 0);
              rows.Add(Row("! damage"));
              one(rows, "A", "X", 0);
            })),
            5);
}

TEST(FoldedRowsTest, ElementsOfElements) {
  const std::string text = Printed([](FoldedRows& rows) {
    for (size_t outer = 0; outer < 3; ++outer) {
      rows.BeginElement("PORT", std::to_string(outer), Row(fmt::format("PORT[{}]", outer)));
      for (size_t i = 0; i < 3; ++i) AddElement(rows, i, "0");
      rows.EndElement();
    }
  });
  EXPECT_EQ(text,
            "            PORT[0..2]\n"
            "            RX[0..2]\n"
            "  0x000000  HEAD 0\n");
}

// Nothing is lost and nothing changes its place when an element is too large to be kept, with
// others open around it and a run in front of it.
TEST(FoldedRowsTest, LargeElementsAreNotKept) {
  const size_t count = FoldedRows::kMaxKept + 5;
  std::string text = Printed([&](FoldedRows& rows) {
    rows.BeginElement("A", "0", Row("A[0]"));
    for (size_t i = 0; i < 2; ++i) AddElement(rows, i, "0");
    rows.BeginElement("B", "0", Row("B[0]"));
    for (size_t i = 0; i < count; ++i) rows.Add(Row(fmt::format("row{}", i)));
    for (size_t i = 0; i < 2; ++i) AddElement(rows, i, "0");
    rows.EndElement();
    AddElement(rows, 5, "0");
    rows.EndElement();
    rows.Add(Row("END"));
  });
  std::string expected =
      "            A[0]\n            RX[0..1]\n  0x000000  HEAD 0\n            B[0]\n";
  for (size_t i = 0; i < count; ++i) expected += fmt::format("            row{}\n", i);
  expected +=
      "            RX[0..1]\n  0x000000  HEAD 0\n"
      "            RX[5]\n  0x000050  HEAD 0\n            END\n";
  EXPECT_EQ(text, expected);
}

TEST(FoldedRowsTest, OpenElementsAreFinished) {
  const std::string text = Printed([](FoldedRows& rows) {
    rows.BeginElement("A", "0", Row("A[0]"));
    AddElement(rows, 0, "1");
  });
  EXPECT_EQ(text, "            A[0]\n            RX[0]\n  0x000000  HEAD 1\n");
}

}  // namespace
}  // namespace vmcoredd
