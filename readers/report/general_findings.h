// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_REPORT_GENERAL_FINDINGS_H_
#define READERS_REPORT_GENERAL_FINDINGS_H_

#include "readers/report/machine_report.h"

// What only several dumps together can tell: rules that no layout can hold.

namespace vmcoredd {

// Which bridge each PCI device is behind: by the bus numbers in the bridges' own
// configuration spaces.
void FindParents(MachineReport& report);

// What each device is, in words, as far as its configuration space tells.
void NameDevices(MachineReport& report);

// Several dumps of one device say the same thing: it is kept once.
void DropRepeatedFindings(MachineReport& report);

// Dumps that were left for the late phase, which then captured them, or says itself why not.
void DropOutdatedSkips(MachineReport& report);

// Devices that a baseline knows and a crash of the same machine does not.
void FindMissing(MachineReport& report);

// Functions of one device whose fields marked `shared` differ, within one capture.
void FindDisagreements(MachineReport& report);

// The verdict on each device. A finding whose id is "gone", or ends in "-gone", says that the
// device does not answer; so does a dump that was skipped for that reason.
void JudgeDevices(MachineReport& report);

// For devices that are gone: the first place, from the root of the PCI tree down, where a
// link is down or a bridge is gone, too, with what that bridge's error reporting has logged.
void FindDeadLinks(MachineReport& report);

}  // namespace vmcoredd

#endif  // READERS_REPORT_GENERAL_FINDINGS_H_
