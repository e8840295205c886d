/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * main() of a plugin executable: a plugin that the collector starts instead of
 * having it built in.
 *
 *   PLUGIN --describe             key=value lines on standard output
 *   PLUGIN collect                request on standard input, frames on standard output
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "driver-plugins/abi/runner/runner.h"

/*
 * Moves the frames off standard output, so that a plugin that prints does not
 * print into them.
 */
static int take_standard_output(void) {
  const int fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);

  if (fd >= 0 && dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
    close(fd);
    return -1;
  }
  return fd;
}

int main(int argc, char** argv) {
  if (argc == 2 && strcmp(argv[1], "--describe") == 0) {
    return vmcoredd_runner_describe(vmcoredd_plugin_entry, stdout);
  }
  if (argc == 2 && strcmp(argv[1], "collect") == 0) {
    const int frames_fd = take_standard_output();
    /* A collector that has gone is an error of write(), not a death. */
    signal(SIGPIPE, SIG_IGN);
    return frames_fd < 0 ? 1
                         : vmcoredd_runner_serve(vmcoredd_plugin_entry, STDIN_FILENO, frames_fd);
  }
  fprintf(stderr,
          "usage: %s --describe | collect\n"
          "A driver plugin of vmcoredd, started by vmcoredd-collect --plugin.\n",
          argv[0]);
  return 2;
}
