// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <limits>

#include "readers/decode/piece_source.h"
#include "tests/unit/readers/decode/support.h"

// Streams, and the source that puts their pieces together.

namespace vmcoredd {
namespace {

using internal::Piece;
using internal::PieceSource;
using Lines = std::vector<std::string>;
using Data = std::vector<std::byte>;

Data Compressed(const Data& data, StreamCodec codec, int level = 6) {
  z_stream stream{};
  EXPECT_EQ(::deflateInit2(&stream, level, Z_DEFLATED,
                           codec == StreamCodec::kDeflate ? -MAX_WBITS : MAX_WBITS, 8,
                           Z_DEFAULT_STRATEGY),
            Z_OK);
  Data out(::deflateBound(&stream, data.size()) + 64);
  Data in = data;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(::deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}

Data Noise(size_t size, uint32_t seed = 1) {
  Data out(size);
  for (std::byte& byte : out) {
    seed = seed * 1664525 + 1013904223;
    byte = std::byte(seed >> 24);
  }
  return out;
}

Data operator+(Data a, const Data& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

std::string StreamField(std::string_view codec, std::string_view more = "") {
  return LayoutOf(
      "{ name = \"S\", type = \"stream\", codec = \"" + std::string(codec) + "\", struct = \"s\"" +
          std::string(more) + " }",
      "[struct.s]\nfields = [{ name = \"X\", size = 2 }, { name = \"Y\", size = 2 }]\n");
}

TEST(Stream, OfEveryCodecIsAWindow) {
  for (const auto& [name, codec] :
       {std::pair("zlib", StreamCodec::kZlib), std::pair("deflate", StreamCodec::kDeflate)}) {
    const auto seen = Decode(StreamField(name), Compressed(Bytes("0100 0200"), codec));
    EXPECT_EQ(seen.lines(), (Lines{"S:", "S.X = 1", "S.Y = 2"})) << name;
    EXPECT_EQ(seen.at("S.Y").window, "S");
    EXPECT_EQ(seen.at("S.Y").offset, 2u);
  }
  EXPECT_EQ(Decode(StreamField("none"), Bytes("0100 0200")).lines(),
            (Lines{"S:", "S.X = 1", "S.Y = 2"}));
}

TEST(Stream, WithoutAStructureIsBytes) {
  const auto seen = Decode(LayoutOf("{ name = \"S\", type = \"stream\", codec = \"zlib\" }"),
                           Compressed(Noise(5000), StreamCodec::kZlib));
  EXPECT_EQ(seen.at("S").size, 5000u);
  EXPECT_EQ(seen.at("S").window, "S");
  EXPECT_EQ(seen.damage, 0u);
}

TEST(Stream, TakesItsOwnBytesOnly) {
  const Data data = Compressed(Bytes("0100 0200"), StreamCodec::kZlib);
  const auto seen =
      Decode(LayoutOf("{ name = \"N\", size = 1 }, { name = \"S\", type = \"stream\", "
                      "codec = \"zlib\", size = \"N\" }, { name = \"END\", size = 1 }"),
             Data{std::byte(data.size())} + data + Bytes("07"));
  EXPECT_EQ(seen.at("S").size, 4u);
  EXPECT_EQ(seen.at("END").value, 7u);
  // A length of more than there is does not reach for what lies behind.
  const auto lie =
      Decode(LayoutOf("{ name = \"S\", type = \"stream\", size = 2, length = 4 }, { name = "
                      "\"END\", size = 1 }"),
             Bytes("0102 0304"));
  EXPECT_EQ(lie.at("S").state, FieldState::kMissing);
  EXPECT_EQ(lie.at("S").bytes, Bytes("0102"));
  EXPECT_EQ(lie.remarks(), (Lines{"S: the stream has 2 bytes, expected 4"}));
}

// The damage is said; what is in front of it is there, and right.
TEST(Stream, BrokenAtEachByteGivesNothingWrong) {
  const Data plain = Noise(40) + Data(300, std::byte{5}) + Noise(40, 2);
  for (const auto& [name, codec] :
       {std::pair("zlib", StreamCodec::kZlib), std::pair("deflate", StreamCodec::kDeflate)}) {
    const std::string layout =
        LayoutOf("{ name = \"S\", type = \"stream\", codec = \"" + std::string(name) +
                     "\", length = 380, struct = \"s\" }",
                 "[struct.s]\nfields = [{ name = \"X\", size = 1, count = 380 }]\n");
    const Data data = Compressed(plain, codec);
    for (size_t at = 0; at < data.size(); ++at) {
      Data broken = data;
      broken[at] ^= std::byte{0x40};
      const auto seen = Decode(layout, broken);
      // There are bits that say nothing; and deflate has no checksum.
      bool is_same = seen.fields.size() == plain.size();
      for (size_t i = 0; is_same && i < plain.size(); ++i) {
        is_same = std::byte(seen.fields[i].value) == plain[i];
      }
      EXPECT_TRUE(seen.damage > 0 || codec == StreamCodec::kDeflate || is_same) << at;
      Data cut = data;
      cut.resize(at);
      const auto short_one = Decode(layout, cut);
      EXPECT_GT(short_one.damage, 0u) << at;
      size_t i = 0;
      for (const SeenField& field : short_one.fields) {
        EXPECT_TRUE(field.state != FieldState::kRead || std::byte(field.value) == plain[i]);
        ++i;
      }
      // A hole is no data, whatever is in its place.
      DecodeSetup setup;
      setup.holes = {{{at, 1}, "bus error"}};
      const auto holed = Decode(layout, data, setup);
      EXPECT_GT(holed.damage, 0u) << at;
      EXPECT_EQ(holed.fields.size(), short_one.fields.size());
    }
  }
}

// It gives nothing, which is not the same as being empty.
TEST(Stream, BrokenFromItsFirstByteIsSaid) {
  for (const auto& [name, codec] :
       {std::pair("zlib", StreamCodec::kZlib), std::pair("deflate", StreamCodec::kDeflate)}) {
    const std::string field =
        "{ name = \"S\", type = \"stream\", codec = \"" + std::string(name) + '"';
    const std::string s = "[struct.s]\nfields = [{ name = \"X\", size = 2 }]\n";
    const std::string layouts[] = {LayoutOf(field + " }"),
                                   LayoutOf(field + ", struct = \"s\" }", s),
                                   LayoutOf(field + ", struct = \"r\" }",
                                            "[struct.r]\nfields = [{ name = \"R\", type = "
                                            "\"records\", struct = \"s\" }]\n" +
                                                s)};
    const Data empty = Compressed({}, codec);
    DecodeSetup hole;
    hole.holes = {{{0, 1}, "bus error"}};
    for (const std::string& layout : layouts) {
      const auto broken = Decode(layout, Bytes("ff13 a7c9"));
      ASSERT_EQ(broken.remarks().size(), 1u) << name;
      EXPECT_TRUE(broken.remarks()[0].starts_with("S: inflate: ")) << broken.remarks()[0];
      EXPECT_EQ(Decode(layout, Compressed(Noise(40), codec), hole).remarks(),
                (Lines{"S: inflate: a part of the compressed data was not read"}));
      EXPECT_EQ(Decode(layout, empty).remarks(), Lines()) << name;
    }
    EXPECT_EQ(Decode(layouts[0], empty).damage, 0u) << "what is empty is whole";
  }
}

TEST(Stream, WithAWrongChecksumIsShownAndSaid) {
  Data data = Compressed(Bytes("0100 0200"), StreamCodec::kZlib);
  data.back() ^= std::byte{1};
  const auto seen = Decode(StreamField("zlib"), data);
  EXPECT_EQ(seen.lines(),
            (Lines{"S:", "S.X = 1", "S.Y = 2", "! S: inflate: incorrect data check"}));
}

TEST(Stream, ThatLiesAboutItsLength) {
  const Data data = Compressed(Bytes("0100 0200"), StreamCodec::kZlib);
  EXPECT_EQ(Decode(StreamField("zlib", ", length = 3"), data).lines(),
            (Lines{"S:", "S.X = 1", "S.Y: missing",
                   "! S: inflate: the data gives more than the 3 bytes that were said"}));
  EXPECT_EQ(
      Decode(StreamField("zlib", ", length = 9"), data).lines(),
      (Lines{"S:", "S.X = 1", "S.Y = 2", "! S: inflate: the data gives 4 bytes, expected 9"}));
  EXPECT_EQ(Decode(StreamField("zlib", ", length = \"0xffffffffffffffff\""), data).remarks(),
            (Lines{"S: the stream gives more than 536870912 bytes: not decoded"}));
  EXPECT_EQ(Decode(StreamField("zlib", ", length = 0"), data).damage, 2u + 1u)
      << "two fields, and what is left over";
}

TEST(Stream, ABombIsBounded) {
  const Data bomb = Compressed(Data(size_t{8} << 20), StreamCodec::kZlib);
  DecodeSetup setup;
  setup.options.limits.stream_bytes = 1 << 20;
  const auto seen = Decode(StreamField("zlib"), bomb, setup);
  EXPECT_EQ(seen.remarks(), (Lines{"S: the stream gives more than 1048576 bytes: not decoded"}));
  // And so are many of them.
  const auto many = Decode(LayoutOf("{ name = \"S\", from = \"window\", at = 0, stride = 1, type = "
                                    "\"stream\", codec = \"zlib\", overlay = true, "
                                    "count = 100000, size = " +
                                    std::to_string(bomb.size()) + " }"),
                           bomb, setup);
  EXPECT_GT(many.damage, 100u);
}

std::string ChunkLayout(std::string_view codec) {
  return LayoutOf(
      "{ name = \"S\", type = \"stream\", codec = \"" + std::string(codec) +
          "\", chunk = \"c\", data_size = \"STORED\", length = \"PLAIN\", struct = \"s\" }",
      "[struct.c]\nfields = [{ name = \"STORED\", size = 2 }, { name = \"PLAIN\", size = 2 "
      "}]\n[struct.s]\nfields = [{ name = \"X\", size = 1, count = \"$size\" }]\n");
}

Data Chunk(const Data& stored, size_t plain) {
  return Data{std::byte(stored.size()), std::byte(stored.size() >> 8), std::byte(plain),
              std::byte(plain >> 8)} +
         stored;
}

TEST(Stream, OfSeveralChunksIsOneWindow) {
  const Data first = Compressed(Bytes("01 02"), StreamCodec::kZlib);
  const Data second = Compressed(Bytes("03"), StreamCodec::kZlib);
  const Data all = Chunk(first, 2) + Chunk(second, 1);
  EXPECT_EQ(Decode(ChunkLayout("zlib"), all).lines(),
            (Lines{"S:", "S.X[0] = 1", "S.X[1] = 2", "S.X[2] = 3"}));
  // One that is broken costs its own bytes.
  Data broken = all;
  broken[4] = std::byte{0xff};
  EXPECT_EQ(Decode(ChunkLayout("zlib"), broken).lines(),
            (Lines{"S:", "S.X[0]: missing", "S.X[1]: missing", "S.X[2] = 3",
                   "! S: inflate: incorrect header check"}));
  for (size_t size = 0; size < all.size(); ++size) {
    Data cut = all;
    cut.resize(size);
    const auto seen = Decode(ChunkLayout("zlib"), cut);
    const bool is_whole = size == 0 || size == first.size() + 4;
    EXPECT_EQ(seen.remarks().size(), is_whole ? 0u : 1u) << size;
  }
  EXPECT_EQ(Decode(ChunkLayout("none"), Chunk(Bytes("0102"), 2) + Chunk(Bytes("03"), 1)).lines(),
            (Lines{"S:", "S.X[0] = 1", "S.X[1] = 2", "S.X[2] = 3"}));
  EXPECT_EQ(
      Decode(ChunkLayout("none"), Chunk({}, 2)).remarks(),
      (Lines{"S: chunk 0 is cut or broken: 4 bytes are left; it and the rest is not decoded"}));
  // A chunk that says more than it has does not take it from the next.
  EXPECT_EQ(Decode(ChunkLayout("none"), Chunk(Bytes("01"), 2) + Chunk(Bytes("03"), 1)).lines(),
            (Lines{"S:", "S.X[0] = 1", "S.X[1]: missing", "S.X[2] = 3",
                   "! S: the stream has 1 bytes, expected 2"}));
}

TEST(Stream, OfBytesGivesWhatIsInFrontOfABrokenChunk) {
  const Data first = Compressed(Noise(100), StreamCodec::kZlib);
  const auto seen = Decode(
      LayoutOf("{ name = \"S\", type = \"stream\", codec = \"zlib\", chunk = \"c\", data_size = "
               "\"STORED\", length = \"PLAIN\" }",
               "[struct.c]\nfields = [{ name = \"STORED\", size = 2 }, { name = \"PLAIN\", size = "
               "2 }]\n"),
      Chunk(first, 100) + Chunk(Bytes("ffff ffff"), 50));
  EXPECT_EQ(seen.at("S").state, FieldState::kMissing);
  EXPECT_EQ(seen.at("S").bytes, Noise(100));
  EXPECT_EQ(seen.remarks(), (Lines{"S: inflate: incorrect header check"}));
}

TEST(Stream, HolesOfPlainPiecesMoveWithThem) {
  DecodeSetup setup;
  setup.holes = {{{5, 2}, "a"}, {{11, 1}, "b"}};
  const auto seen =
      Decode(ChunkLayout("none"), Chunk(Bytes("0102 03"), 3) + Chunk(Bytes("0405"), 2), setup);
  EXPECT_EQ(seen.lines(), (Lines{"S:", "S.X[0] = 1", "S.X[1]: hole", "S.X[2]: hole", "S.X[3]: hole",
                                 "S.X[4] = 5"}));
  EXPECT_EQ(seen.at("S.X[3]").reason, "b");
}

TEST(Stream, InAStreamIsReadThroughBoth) {
  const Data inner = Compressed(Bytes("0700"), StreamCodec::kDeflate);
  const auto seen = Decode(
      LayoutOf(
          "{ name = \"S\", type = \"stream\", codec = \"zlib\", struct = \"s\" }",
          "[struct.s]\nfields = [{ name = \"T\", type = \"stream\", codec = \"deflate\", struct = "
          "\"t\" }]\n[struct.t]\nfields = [{ name = \"X\", size = 2 }]\n"),
      Compressed(inner, StreamCodec::kZlib));
  EXPECT_EQ(seen.lines(), (Lines{"S:", "S.T:", "S.T.X = 7"}));
  EXPECT_EQ(seen.at("S.T.X").window, "S.T");
}

// -- PieceSource alone

class Pieces {
 public:
  Pieces(Data data, std::vector<Piece> list, StreamCodec codec)
      : source_(std::move(data)),
        window_(source_, "", {}),
        pieces(window_, std::move(list), codec) {}

 private:
  TestSource source_;
  ByteWindow window_;

 public:
  PieceSource pieces;
};

TEST(PieceSource, ReadsAsIfItWereOne) {
  // One that is kept whole, a large one that is inflated in order, and a gap.
  const Data small = Noise(5000), large = Noise(1 << 20, 2) + Noise(200000, 3);
  const Data small_stored = Compressed(small, StreamCodec::kZlib);
  const Data large_stored = Compressed(large, StreamCodec::kZlib);
  Pieces all(small_stored + large_stored,
             {{0, small.size(), 0, small_stored.size()},
              {6000, large.size(), small_stored.size(), large_stored.size()}},
             StreamCodec::kZlib);
  const Data expected = small + Data(1000) + large;
  EXPECT_EQ(all.pieces.Size(), expected.size());
  uint32_t seed = 7;
  for (size_t i = 0; i < 300; ++i) {
    seed = seed * 1664525 + 1013904223;
    const size_t at = (i % 3 == 0 ? seed % 7000 : seed % expected.size());
    Data out(std::min<size_t>(seed >> 18, expected.size() - at));
    const auto got = all.pieces.ReadAt(at, out);
    ASSERT_TRUE(got) << got.error().ToString();
    ASSERT_EQ(*got, out.size());
    ASSERT_TRUE(std::equal(out.begin(), out.end(), expected.begin() + static_cast<long>(at)));
  }
  EXPECT_TRUE(all.pieces.CheckAll());
  Data out(4);
  EXPECT_EQ(all.pieces.ReadAt(expected.size() - 2, out), 2u);
  EXPECT_EQ(all.pieces.ReadAt(expected.size(), out), 0u);
  EXPECT_EQ(all.pieces.ReadAt(std::numeric_limits<uint64_t>::max(), out), 0u);
}

TEST(PieceSource, GivesALargePieceUpToItsDamage) {
  const Data large = Noise(1 << 21);
  Data stored = Compressed(large, StreamCodec::kZlib, 0);
  const size_t middle = stored.size() / 2;
  std::fill_n(stored.begin() + static_cast<long>(middle), 70000, std::byte{0});
  stored.resize(middle);
  Pieces one(stored, {{0, large.size(), 0, stored.size()}}, StreamCodec::kZlib);
  size_t good = 0;
  Data out(4096);
  for (size_t at = 0; at < large.size(); at += out.size()) {
    const auto got = one.pieces.ReadAt(at, out);
    ASSERT_TRUE(got || at > middle - 4096);
    if (!got || *got == 0) break;
    ASSERT_TRUE(std::equal(out.begin(), out.begin() + static_cast<long>(*got),
                           large.begin() + static_cast<long>(at)));
    good += *got;
  }
  EXPECT_GT(good, middle - 4096);
  const auto checked = one.pieces.CheckAll();
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().message(), "inflate: the compressed data ends too early");
}

TEST(PieceSource, DoesNotInflateForEver) {
  // Two large pieces, read in turn at their ends: each time all of one is inflated.
  const Data large(4 << 20, std::byte{1});
  const Data stored = Compressed(large, StreamCodec::kZlib);
  Pieces two(stored,
             {{0, large.size(), 0, stored.size()}, {large.size(), large.size(), 0, stored.size()}},
             StreamCodec::kZlib);
  Data out(4);
  size_t tries = 0;
  for (; tries < 10000; ++tries) {
    const auto got = two.pieces.ReadAt((1 + tries % 2) * large.size() - 8, out);
    if (got) continue;
    EXPECT_EQ(got.error().code(), ErrorCode::kLimitExceeded);
    break;
  }
  EXPECT_LT(tries, 1000u);
  EXPECT_GT(tries, 8u);
}

TEST(PieceSource, WithoutPiecesIsEmpty) {
  Pieces none({}, {}, StreamCodec::kZlib);
  Data out(4);
  EXPECT_EQ(none.pieces.Size(), 0u);
  EXPECT_EQ(none.pieces.ReadAt(0, out), 0u);
  EXPECT_TRUE(none.pieces.CheckAll());
}

}  // namespace
}  // namespace vmcoredd
