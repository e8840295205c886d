// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/offer_session.h"

#include <charconv>

#include "collector/capture/flat_text.h"
#include "driver-plugins/abi/runner/frames.h"
#include "driver-plugins/abi/runner/runner.h"

namespace vmcoredd {

namespace {

Result<Offer> ParseOffer(std::string_view text) {
  const Properties lines = VMCOREDD_TRY(ParseFlatText(text));
  Offer offer;
  offer.index = static_cast<uint32_t>(VMCOREDD_TRY(FindNumber(lines, "index")));
  offer.what = FindText(lines, "what").value_or("");
  offer.size = VMCOREDD_TRY(FindNumber(lines, "size"));
  offer.score = VMCOREDD_TRY(FindNumber(lines, "score"));
  const uint64_t dump_class = VMCOREDD_TRY(FindNumber(lines, "class"));
  if (dump_class > VMCOREDD_DUMP_INTRUSIVE) {
    return Fail(ErrorCode::kCorrupt, std::to_string(dump_class) + " is no dump class");
  }
  offer.dump_class = static_cast<vmcoredd_dump_class>(dump_class);
  const std::string_view priority = FindText(lines, "priority").value_or("");
  const auto [end, error] =
      std::from_chars(priority.data(), priority.data() + priority.size(), offer.priority);
  if (error != std::errc() || end != priority.data() + priority.size()) {
    return Fail(ErrorCode::kCorrupt, "expected a number as priority");
  }
  // Runners of before the flags do not have the line.
  if (FindText(lines, "flags")) {
    offer.flags = static_cast<uint32_t>(VMCOREDD_TRY(FindNumber(lines, "flags")));
  }
  return offer;
}

}  // namespace

std::string_view DumpClassName(vmcoredd_dump_class dump_class) {
  switch (dump_class) {
    case VMCOREDD_DUMP_PASSIVE: return "passive";
    case VMCOREDD_DUMP_SIDE_EFFECT: return "side-effect";
    case VMCOREDD_DUMP_INTRUSIVE: return "intrusive";
  }
  return "unknown";
}

std::optional<vmcoredd_dump_class> ParseDumpClass(std::string_view name) {
  for (const auto dump_class :
       {VMCOREDD_DUMP_PASSIVE, VMCOREDD_DUMP_SIDE_EFFECT, VMCOREDD_DUMP_INTRUSIVE}) {
    if (DumpClassName(dump_class) == name) return dump_class;
  }
  return std::nullopt;
}

Result<void> OfferSession::OnBodyFrame(const Frame& frame) {
  if (frame.type != VMCOREDD_FRAME_OFFER) {
    return Fail(ErrorCode::kCorrupt,
                "expected an offer, found frame type " + std::to_string(frame.type));
  }
  Offer offer = VMCOREDD_TRY(ParseOffer(frame.text()));
  VMCOREDD_TRY(CheckOffer(offer));
  offers_.push_back(std::move(offer));
  return {};
}

Result<void> OfferSession::CheckOffer(const Offer& offer) const {
  if (offer.index != offers_.size() || offers_.size() == VMCOREDD_MAX_OFFERS) {
    return Fail(ErrorCode::kCorrupt, "expected offer " + std::to_string(offers_.size()) +
                                         " of at most " + std::to_string(VMCOREDD_MAX_OFFERS) +
                                         ", found " + std::to_string(offer.index));
  }
  if (!offer.what.empty() && !vmcoredd_is_dump_suffix(offer.what.c_str())) {
    return Fail(ErrorCode::kCorrupt,
                "\"" + CleanText(offer.what) + "\" cannot be the end of a dump's name");
  }
  if (offer.size > quota_) {
    return Fail(ErrorCode::kLimitExceeded, "it offers " + std::to_string(offer.size) +
                                               " bytes, allowed are " + std::to_string(quota_));
  }
  for (const Offer& other : offers_) {
    if (other.what == offer.what) {
      return Fail(ErrorCode::kCorrupt, "it offers \"" + offer.what + "\" twice");
    }
  }
  return {};
}

}  // namespace vmcoredd
