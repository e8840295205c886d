// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_DEVLINK_RELAY_CHANNEL_H_
#define READERS_DEVLINK_RELAY_CHANNEL_H_

#include <chrono>

#include "readers/devlink/message_channel.h"

namespace vmcoredd::devlink {

// Opens the channel of `open` in a process of its own, which passes datagrams on both ways.
// For whoever must not hang: the kernel runs a driver's code in the task that sends or
// receives, and does not let it go before the driver does. Here that is the other process;
// who asks through it waits no longer than it wants to.
//
// A channel that got no answer in time is best given up, and another one opened: the
// process may hang for good. It is killed with its channel; one that the kernel keeps is
// left behind. `patience`: how long opening and joining may take, kIo with ETIMEDOUT then.
//
// Errors are those of the channel, but for those of Send(): they are the answer, from the
// next Receive(). A process that dies is kIo with ECONNRESET. Only for channels that have a
// descriptor. Datagrams that come while a group is joined are lost.
ChannelOpener Relayed(ChannelOpener open, std::chrono::milliseconds patience);

}  // namespace vmcoredd::devlink

#endif  // READERS_DEVLINK_RELAY_CHANNEL_H_
