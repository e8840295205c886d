// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_WATCH_IDLE_MEMORY_H_
#define VMCOREDD_COLLECTOR_WATCH_IDLE_MEMORY_H_

namespace vmcoredd::watch {

// Gives back what somebody who waits for months does not need: free pages of the heap, and
// code that was executed once. Code is never written (the program has no text relocations),
// so that it comes back from its file, or the page cache, when it is needed again.
void ReturnIdleMemory();

}  // namespace vmcoredd::watch

#endif  // VMCOREDD_COLLECTOR_WATCH_IDLE_MEMORY_H_
