// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_SETUP_CONFIG_TEXT_H_
#define VMCOREDD_COLLECTOR_SETUP_CONFIG_TEXT_H_

#include <optional>
#include <string_view>

#include "collector/setup/config.h"

namespace vmcoredd {

// What TOML does not allow anywhere: control characters, and what is not UTF-8; and
// what toml++ 3.3 does not survive where a key should be: other letters than ASCII.
std::optional<ConfigProblem> FindForbiddenByte(std::string_view text);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_SETUP_CONFIG_TEXT_H_
