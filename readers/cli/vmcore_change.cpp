// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/vmcore_change.h"

#include <utility>

#include "readers/cli/console.h"
#include "readers/cli/output_text.h"

namespace vmcoredd::cli {

VmcoreChange::VmcoreChange(Console& console, std::string path, bool yes)
    : console_(console), path_(std::move(path)), yes_(yes) {}

AttachOptions VmcoreChange::options() {
  AttachOptions options;
  progress_.emplace(console_, "writing " + PathText(path_), std::nullopt);
  options.progress = progress_->callback();
  options.confirm_full_copy = [this](uint64_t bytes) { return ConfirmFullCopy(bytes); };
  return options;
}

bool VmcoreChange::ConfirmFullCopy(uint64_t bytes) {
  const std::string text =
      PathText(path_) + ": this format needs a new file of " + HumanBytes(bytes);
  defer_.Allow();
  if (yes_) {
    console_.Note(text);
  } else if (!console_.CanAsk()) {
    console_.Note(text + ": say --yes to have it written");
    return false;
  } else if (!console_.Ask(text + ". Write it?")) {
    return false;
  }
  progress_->set_total(bytes);
  guard_.emplace(path_);
  return true;
}

}  // namespace vmcoredd::cli
