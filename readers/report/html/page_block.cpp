// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/html/page_block.h"

#include <zlib.h>

#include <array>
#include <cstdint>
#include <new>

namespace vmcoredd {

struct PageBlock::State {
  z_stream stream{};
};

PageBlock::PageBlock() : state_(std::make_unique<State>()) {
  // It fails for want of memory only, as operator new does.
  if (deflateInit(&state_->stream, 9) != Z_OK) throw std::bad_alloc();
}

PageBlock::~PageBlock() { deflateEnd(&state_->stream); }

void PageBlock::Deflate(std::span<const std::byte> bytes, bool is_last) {
  z_stream& stream = state_->stream;
  // zlib does not write there.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::array<char, 16384> out;
  do {
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = out.size();
    deflate(&stream, is_last ? Z_FINISH : Z_NO_FLUSH);
    packed_.append(out.data(), out.size() - stream.avail_out);
  } while (stream.avail_out == 0);
}

void PageBlock::Add(std::span<const std::byte> bytes) {
  constexpr size_t limit = size_t{1} << 30;  // below what zlib counts with
  for (; bytes.size() > limit; bytes = bytes.subspan(limit)) Deflate(bytes.first(limit), false);
  if (!bytes.empty()) Deflate(bytes, false);
}

std::string PageBlock::Finish() {
  Deflate({}, true);
  return Base64(packed_);
}

std::string Base64(std::string_view bytes) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t word = 0;
    for (size_t k = 0; k < 3; ++k) {
      word = word << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0);
    }
    for (size_t k = 0; k < 4; ++k) {
      out += i + k > bytes.size() ? '=' : digits[word >> (18 - 6 * k) & 63];
    }
  }
  return out;
}

}  // namespace vmcoredd
