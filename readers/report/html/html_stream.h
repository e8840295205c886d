// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_REPORT_HTML_HTML_STREAM_H_
#define READERS_REPORT_HTML_HTML_STREAM_H_

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "readers/report/json_stream.h"

namespace vmcoredd {

// What a dump, a log or a path says, for HTML: what EscapeBytes makes of the first `limit`
// bytes, and then no character in it means anything to HTML, in text or in an attribute.
inline constexpr size_t kMaxHtmlText = 2000;
std::string HtmlText(std::string_view raw, size_t limit = kMaxHtmlText);

// Writes HTML piece by piece. Everything that is given to it as text or as the value of an
// attribute is escaped here, so that no caller can forget it; tags and names of attributes are
// the program's own.
class HtmlStream {
 public:
  using Attributes = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  explicit HtmlStream(TextSink sink) : sink_(std::move(sink)) {}

  void Open(std::string_view tag, Attributes attributes = {});
  void Close();  // what was opened last
  void Text(std::string_view raw, size_t limit = kMaxHtmlText) { sink_(HtmlText(raw, limit)); }
  // The whole element.
  void Element(std::string_view tag, std::string_view text, Attributes attributes = {});
  // Of the program's own files only: not escaped.
  void Own(std::string_view html) { sink_(html); }

 private:
  TextSink sink_;
  std::vector<std::string> open_;
};

// Keeps an element open.
class HtmlScope {
 public:
  HtmlScope(HtmlStream& html, std::string_view tag, HtmlStream::Attributes attributes = {})
      : html_(html) {
    html_.Open(tag, attributes);
  }
  ~HtmlScope() { html_.Close(); }
  HtmlScope(const HtmlScope&) = delete;
  HtmlScope& operator=(const HtmlScope&) = delete;

 private:
  HtmlStream& html_;
};

}  // namespace vmcoredd

#endif  // READERS_REPORT_HTML_HTML_STREAM_H_
