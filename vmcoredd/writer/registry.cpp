// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/writer/registry.h"

#include <utility>

#include "vmcoredd/format/dump_name.h"

namespace vmcoredd {

Result<void> Registry::Register(DumpRegistration registration) {
  VMCOREDD_TRY(CheckDumpName(registration.name));
  const auto bad = [&](const char* why) {
    return Fail(ErrorCode::kInvalidArgument, "the dump \"" + registration.name + "\" " + why);
  };
  const auto* size = std::get_if<uint64_t>(&registration.size);
  if (size != nullptr && *size == 0) return bad("has a size of 0");
  if (size == nullptr && !std::get<SizeCallback>(registration.size)) {
    return bad("has neither a size nor a callback for it");
  }
  const bool has_callback =
      std::visit([](const auto& callback) { return callback != nullptr; }, registration.collect);
  if (!has_callback) return bad("has no callback");
  if (!names_.insert(registration.name).second) {
    return Fail(ErrorCode::kAlreadyExists,
                "a dump named \"" + registration.name + "\" is registered already");
  }
  registrations_.push_back(std::move(registration));
  return {};
}

}  // namespace vmcoredd
