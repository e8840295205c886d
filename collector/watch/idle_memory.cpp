// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/watch/idle_memory.h"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bit>
#include <cstdint>

namespace vmcoredd::watch {

namespace {

// Only what is executable and cannot be written: relocated data is not in the file.
int DropCode(struct dl_phdr_info* object, size_t, void*) {
  const auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = object->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & (PF_X | PF_W)) != PF_X) continue;
    const uintptr_t begin = (object->dlpi_addr + segment.p_vaddr) & ~(page - 1);
    const uintptr_t end = (object->dlpi_addr + segment.p_vaddr + segment.p_memsz) & ~(page - 1);
    // The last page may be shared with what follows; the vdso is no file, and refuses.
    if (end > begin) ::madvise(std::bit_cast<void*>(begin), end - begin, MADV_DONTNEED);
  }
  return 0;
}

}  // namespace

void ReturnIdleMemory() {
  ::malloc_trim(0);
  ::dl_iterate_phdr(DropCode, nullptr);
}

}  // namespace vmcoredd::watch
