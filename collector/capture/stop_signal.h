// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_CAPTURE_STOP_SIGNAL_H_
#define VMCOREDD_COLLECTOR_CAPTURE_STOP_SIGNAL_H_

#include <signal.h>

namespace vmcoredd {

// From now on SIGTERM, SIGINT and SIGHUP ask us to come to an end, instead of ending
// us: the spool gets its finish, the plugin's process is killed, partial files go.
// They stay blocked but for WaitMask().
void CatchStopSignals();

bool StopRequested();

// For ppoll(): the mask under which a stop signal ends the wait.
sigset_t WaitMask();

// In a child: signals as they were before CatchStopSignals().
void RestoreStopSignals();
// In a child that must come to its end.
void IgnoreStopSignals();

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_CAPTURE_STOP_SIGNAL_H_
