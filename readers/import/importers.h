// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_IMPORT_IMPORTERS_H_
#define READERS_IMPORT_IMPORTERS_H_

#include <string_view>

#include "readers/import/saved_dump.h"
#include "readers/import/text_input.h"

// Private to formats.cpp: two functions a format, one file each.
//
// Looks...(head) says whether a text that begins like this is of the format.
//
// Import...(in, sink) puts what it finds into the sink. Damage goes to
// ImportSink::Report, and what comes before it is kept. An error is the sink's own,
// or means that nothing was begun: kNotRecognised if the text is of another format,
// any other if it is of this one and holds nothing that can be used.

namespace vmcoredd::internal {

bool LooksLikeRegionText(std::string_view head);
Result<void> ImportRegionText(TextInput& in, ImportSink& sink);

bool LooksLikeRegionJson(std::string_view head);
Result<void> ImportRegionJson(TextInput& in, ImportSink& sink);

bool LooksLikeHealthStateText(std::string_view head);
Result<void> ImportHealthStateText(TextInput& in, ImportSink& sink);

bool LooksLikeHealthStateJson(std::string_view head);
Result<void> ImportHealthStateJson(TextInput& in, ImportSink& sink);

// A formatted message: of a dump or of a diagnosis, which look the same.
bool LooksLikeMessageText(std::string_view head);
Result<void> ImportMessageText(TextInput& in, ImportSink& sink, SavedKind kind);

bool LooksLikeMessageJson(std::string_view head);
Result<void> ImportMessageJson(TextInput& in, ImportSink& sink, SavedKind kind);

bool LooksLikeMstdump(std::string_view head);
Result<void> ImportMstdump(TextInput& in, ImportSink& sink);

bool LooksLikeLspci(std::string_view head);
Result<void> ImportLspci(TextInput& in, ImportSink& sink);

Result<void> ImportRaw(TextInput& in, ImportSink& sink);

}  // namespace vmcoredd::internal

#endif  // READERS_IMPORT_IMPORTERS_H_
