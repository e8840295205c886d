// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/machine_report.h"

namespace vmcoredd {

std::string ReportDevice::Name() const {
  if (bus.empty()) return address.empty() ? "unknown" : address;
  return bus + '/' + address;
}

std::string_view VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kUnknown: return "unknown";
    case Verdict::kNoTrouble: return "no-trouble";
    case Verdict::kSuspect: return "suspect";
    case Verdict::kFailed: return "failed";
    case Verdict::kGone: return "gone";
  }
  return "";
}

std::string_view VerdictText(Verdict verdict) {
  switch (verdict) {
    case Verdict::kUnknown: return "not known: nothing of it was captured or could be decoded";
    case Verdict::kNoTrouble: return "answers, and shows no sign of trouble";
    case Verdict::kSuspect: return "answers, with something to look at";
    case Verdict::kFailed: return "answers, and says that something failed";
    case Verdict::kGone: return "does not answer";
  }
  return "";
}

}  // namespace vmcoredd
