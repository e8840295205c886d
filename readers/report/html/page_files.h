// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_REPORT_HTML_PAGE_FILES_H_
#define READERS_REPORT_HTML_PAGE_FILES_H_

#include <string_view>

// The files of page/, embedded by the build.

namespace vmcoredd {

extern const std::string_view kPageSkeleton;  // with <!--NAME--> where parts go
extern const std::string_view kPageStyle;
extern const std::string_view kPageScript;
extern const std::string_view kPageStyleHash;  // as a content security policy has it
extern const std::string_view kPageScriptHash;

}  // namespace vmcoredd

#endif  // READERS_REPORT_HTML_PAGE_FILES_H_
