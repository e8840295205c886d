// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/html/html_stream.h"

#include "vmcoredd/base/text.h"

namespace vmcoredd {

std::string HtmlText(std::string_view raw, size_t limit) {
  std::string out;
  for (const char c : EscapeBytes(raw.substr(0, limit))) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c; break;
    }
  }
  if (raw.size() > limit) out += "...";
  return out;
}

void HtmlStream::Open(std::string_view tag, Attributes attributes) {
  std::string text = '<' + std::string(tag);
  for (const auto& [name, value] : attributes) {
    text += ' ' + std::string(name) + "=\"" + HtmlText(value) + '"';
  }
  sink_(text + '>');
  open_.emplace_back(tag);
}

void HtmlStream::Close() {
  sink_("</" + open_.back() + ">");
  open_.pop_back();
}

void HtmlStream::Element(std::string_view tag, std::string_view text, Attributes attributes) {
  Open(tag, attributes);
  Text(text);
  Close();
}

}  // namespace vmcoredd
