// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_CONSOLE_H_
#define VMCOREDD_COLLECTOR_CONSOLE_H_

#include <string>

#include "vmcoredd/base/error.h"

// What the commands share: how they end and how they speak.

namespace vmcoredd {

inline constexpr int kAllWell = 0;
inline constexpr int kIncomplete = 1;
inline constexpr int kUsageError = 2;
inline constexpr int kUnusable = 3;
inline constexpr int kInternal = 4;

// A line on standard error.
void Complain(const std::string& text);
// The same with an error; returns the exit code for it.
int ExitWith(const Error& error);

// The console is the operator's last view of the crash: nothing of ours on it.
void SilenceErrors();

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_CONSOLE_H_
