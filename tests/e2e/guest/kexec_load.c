// SPDX-License-Identifier: LGPL-2.1-or-later
// kexec_load KERNEL INITRD COMMAND-LINE: loads a crash kernel, as `kexec -p -s`
// does. kexec-tools itself would bring libxenctrl and its friends into the image.
#include <fcntl.h>
#include <linux/kexec.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char** argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: %s KERNEL INITRD COMMAND-LINE\n", argv[0]);
    return 2;
  }
  int kernel = open(argv[1], O_RDONLY | O_CLOEXEC);
  int initrd = open(argv[2], O_RDONLY | O_CLOEXEC);
  if (kernel < 0 || initrd < 0) {
    perror(kernel < 0 ? argv[1] : argv[2]);
    return 1;
  }
  if (syscall(SYS_kexec_file_load, kernel, initrd, strlen(argv[3]) + 1, argv[3],
              KEXEC_FILE_ON_CRASH) != 0) {
    perror("kexec_file_load");
    return 1;
  }
  return 0;
}
