// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef TESTS_UNIT_READERS_ROWS_SUPPORT_H_
#define TESTS_UNIT_READERS_ROWS_SUPPORT_H_

#include "readers/report/machine_report.h"

namespace vmcoredd::test {

// A machine with a crash and a baseline, of which every kind of row can be made: two devices,
// the first behind the second; two dumps, the first compared with the second.
MachineReport SmallReport();

}  // namespace vmcoredd::test

#endif  // TESTS_UNIT_READERS_ROWS_SUPPORT_H_
