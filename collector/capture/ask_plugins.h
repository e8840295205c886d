// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_CAPTURE_ASK_PLUGINS_H_
#define VMCOREDD_COLLECTOR_CAPTURE_ASK_PLUGINS_H_

#include <functional>
#include <string>
#include <vector>

#include "collector/capture/budget.h"
#include "collector/capture/capture_settings.h"
#include "collector/capture/inventory.h"
#include "collector/capture/offer_session.h"
#include "collector/capture/plugin_catalog.h"
#include "vmcoredd/format/manifest.h"

namespace vmcoredd {

// What a plugin said when it was asked about a device.
struct Answer {
  const Device* device;
  const Plugin* plugin;
  std::vector<Offer> offers;
  std::vector<std::string> logs;
  std::string problem;  // why there is no usable answer; empty if there is
  Outcome outcome = Outcome::kOk;
};
using AnswerCallback = std::function<void(const Answer&)>;

// Asks every plugin about every device in `devices`. The plugins that are built in answer
// in one process, one question after the other: a process a question would take longer
// than all the answers. One that crashes or hangs costs the question it was at, and the
// next process goes on behind it. What has hung is left alone afterwards: the device, and
// a plugin that did it twice.
void AskPlugins(const std::vector<const Device*>& devices,
                const std::vector<Plugin>& plugins,
                const CaptureSettings& settings,
                const Budget& budget,
                const AnswerCallback& on_answer);

// What a plugin process reads on its standard input when it is asked.
std::string OfferRequest(const Device& device,
                         const CaptureSettings& settings,
                         std::chrono::milliseconds time);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_CAPTURE_ASK_PLUGINS_H_
