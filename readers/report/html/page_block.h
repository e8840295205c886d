// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_REPORT_HTML_PAGE_BLOCK_H_
#define READERS_REPORT_HTML_PAGE_BLOCK_H_

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

// What the page does not show at once is kept in it packed: deflate (zlib's frame), then
// base64, in an element that a browser neither runs nor shows.

namespace vmcoredd {

class PageBlock {
 public:
  PageBlock();
  ~PageBlock();
  PageBlock(const PageBlock&) = delete;
  PageBlock& operator=(const PageBlock&) = delete;

  void Add(std::string_view text) { Add(std::as_bytes(std::span(text))); }
  void Add(std::span<const std::byte> bytes);
  // The packed text; nothing can be added afterwards.
  std::string Finish();

 private:
  struct State;
  void Deflate(std::span<const std::byte> bytes, bool is_last);

  std::unique_ptr<State> state_;
  std::string packed_;
};

std::string Base64(std::string_view bytes);

}  // namespace vmcoredd

#endif  // READERS_REPORT_HTML_PAGE_BLOCK_H_
