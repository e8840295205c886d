// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/setup/host_tag.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <array>

namespace vmcoredd {

namespace {

// Empty when there is none.
std::string LastAddress() {
  std::string last;
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return last;
  for (const ifaddrs* entry = list; entry; entry = entry->ifa_next) {
    if ((entry->ifa_flags & IFF_UP) == 0 || !entry->ifa_addr ||
        entry->ifa_addr->sa_family != AF_INET) {
      continue;
    }
    const auto* const address = reinterpret_cast<const sockaddr_in*>(entry->ifa_addr);
    std::array<char, INET_ADDRSTRLEN> text{};
    if (::inet_ntop(AF_INET, &address->sin_addr, text.data(), text.size())) last = text.data();
  }
  ::freeifaddrs(list);
  return last;
}

std::string HostName(const Sysroot& root) {
  std::string name = root.Line("/proc/sys/kernel/hostname");
  if (name.empty()) name = root.Line("/etc/hostname");
  if (name.empty()) name = "localhost";
  for (char& c : name) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '.';
    if (!is_plain) c = '_';
  }
  return name.substr(0, 64);
}

}  // namespace

std::string HostTag(const Sysroot& root, const KdumpTarget& target) {
  // SUSE has no addresses in names.
  const bool by_name = target.host_tag == "hostname" || target.stack != KdumpStack::kDebian;
  const std::string address = by_name ? "" : LastAddress();
  return address.empty() ? HostName(root) : address;
}

}  // namespace vmcoredd
