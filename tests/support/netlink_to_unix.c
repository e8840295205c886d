/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Preloaded into a program that speaks generic netlink, connects it to the server at
 * $NETLINK_TO_UNIX (SOCK_SEQPACKET) instead of the kernel: so that iproute2's devlink and
 * vmcoredd can ask the same fake devices. Knows what libmnl calls.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

static int redirected = -1;

int socket(int domain, int type, int protocol) {
  int (*real)(int, int, int) = (int (*)(int, int, int))dlsym(RTLD_NEXT, "socket");
  const char* path = getenv("NETLINK_TO_UNIX");
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int fd;

  if (domain != AF_NETLINK || !path || strlen(path) >= sizeof(address.sun_path))
    return real(domain, type, protocol);
  fd = real(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (fd < 0) return fd;
  strcpy(address.sun_path, path);
  if (connect(fd, (struct sockaddr*)&address, sizeof(address)) < 0) return -1;
  redirected = fd;
  return fd;
}

int bind(int fd, const struct sockaddr* address, socklen_t length) {
  int (*real)(int, const struct sockaddr*, socklen_t) =
      (int (*)(int, const struct sockaddr*, socklen_t))dlsym(RTLD_NEXT, "bind");

  return fd == redirected ? 0 : real(fd, address, length);
}

int getsockname(int fd, struct sockaddr* address, socklen_t* length) {
  int (*real)(int, struct sockaddr*, socklen_t*) =
      (int (*)(int, struct sockaddr*, socklen_t*))dlsym(RTLD_NEXT, "getsockname");
  struct sockaddr_nl name = {.nl_family = AF_NETLINK, .nl_pid = 4242};

  if (fd != redirected) return real(fd, address, length);
  memcpy(address, &name, *length < sizeof(name) ? *length : sizeof(name));
  *length = sizeof(name);
  return 0;
}

int setsockopt(int fd, int level, int name, const void* value, socklen_t length) {
  int (*real)(int, int, int, const void*, socklen_t) =
      (int (*)(int, int, int, const void*, socklen_t))dlsym(RTLD_NEXT, "setsockopt");

  return fd == redirected ? 0 : real(fd, level, name, value, length);
}

ssize_t sendto(int fd,
               const void* bytes,
               size_t size,
               int flags,
               const struct sockaddr* address,
               socklen_t length) {
  ssize_t (*real)(int, const void*, size_t, int, const struct sockaddr*, socklen_t) = (ssize_t(*)(
      int, const void*, size_t, int, const struct sockaddr*, socklen_t))dlsym(RTLD_NEXT, "sendto");

  if (fd == redirected) return send(fd, bytes, size, flags);
  return real(fd, bytes, size, flags, address, length);
}

ssize_t recvmsg(int fd, struct msghdr* message, int flags) {
  ssize_t (*real)(int, struct msghdr*, int) =
      (ssize_t(*)(int, struct msghdr*, int))dlsym(RTLD_NEXT, "recvmsg");
  void* name = message->msg_name;
  struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
  ssize_t got;

  if (fd != redirected) return real(fd, message, flags);
  message->msg_name = NULL;
  message->msg_namelen = 0;
  got = real(fd, message, flags);
  message->msg_name = name;
  if (name) {
    memcpy(name, &kernel, sizeof(kernel));
    message->msg_namelen = sizeof(kernel);
  }
  return got;
}
