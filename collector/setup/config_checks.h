// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_SETUP_CONFIG_CHECKS_H_
#define VMCOREDD_COLLECTOR_SETUP_CONFIG_CHECKS_H_

#include <string_view>

namespace vmcoredd {

// What a text in vmcoredd.conf may be.

// One line of the flat text.
bool IsAnything(std::string_view text);
bool IsAbsolutePath(std::string_view text);
bool IsRiskClass(std::string_view text);
bool IsTrip(std::string_view text);
// Of [health].
bool IsRecoverMethod(std::string_view text);
bool IsGroupOrNothing(std::string_view text);
bool IsPathOrNothing(std::string_view text);

// Of [[watch.rule]].
bool IsWatchEvent(std::string_view text);
bool IsWatchCapture(std::string_view text);

// Of [[generic]]: an address or ids; "ADDRESS,REGISTERS[,WIDTH]", of which the plugin
// checks the rest against the device; part of a dump's name.
bool IsGenericDevice(std::string_view text);
bool IsGenericRange(std::string_view text);
bool IsGenericName(std::string_view text);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_SETUP_CONFIG_CHECKS_H_
