// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_IMPORT_FORMATS_H_
#define READERS_IMPORT_FORMATS_H_

#include <span>
#include <string_view>

#include "readers/import/saved_dump.h"
#include "readers/import/text_input.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd {

// A form in which other tools save device state. Several forms can have one name:
// text and JSON of the same command.
struct SavedFormat {
  std::string_view name;  // "region", "mstdump", ...
  std::string_view form;  // "text", "JSON", "bytes"
  // Does a text that begins like this have the form? kPeekBytes are enough.
  bool (*looks_like)(std::string_view head);
  // Reads all of `in`. Damage goes to ImportSink::Report, and what comes before it is
  // kept. An error is the sink's own, or means that no dump was begun: kNotRecognised
  // for another format, anything else for this one with nothing in it to be used.
  Result<void> (*import)(TextInput& in, ImportSink& sink);
};

// All of them, in the order in which they are tried.
std::span<const SavedFormat> SavedFormats();

// The format of a text that begins with `head`; `name`, if it is not empty, is what
// somebody says. Fails with kNotRecognised, or with kInvalidArgument when the text could
// be of several and somebody must say which.
Result<const SavedFormat*> ChooseFormat(std::string_view head, std::string_view name);

}  // namespace vmcoredd

#endif  // READERS_IMPORT_FORMATS_H_
