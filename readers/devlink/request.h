// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_DEVLINK_REQUEST_H_
#define READERS_DEVLINK_REQUEST_H_

#include <string_view>
#include <utility>
#include <vector>

#include "readers/devlink/devlink_types.h"
#include "readers/devlink/generic_client.h"

namespace vmcoredd::devlink {

// A request of devlink in the making. What does not fit, or has a NUL inside, is told once,
// when it would be sent.
class Request {
 public:
  Request(GenericClient& client, uint8_t command)
      : client_(client), builder_(client.NewRequest(command)) {}

  Request& Put(const Handle& handle);
  Request& PutString(uint16_t type, std::string_view text) {
    fits_ &= builder_.PutString(type, text);
    return *this;
  }
  Request& PutFlag(uint16_t type) {
    fits_ &= builder_.PutFlag(type);
    return *this;
  }
  Request& PutU8(uint16_t type, uint8_t value) {
    fits_ &= builder_.PutU8(type, value);
    return *this;
  }
  Request& PutU16(uint16_t type, uint16_t value) {
    fits_ &= builder_.PutU16(type, value);
    return *this;
  }
  Request& PutU32(uint16_t type, uint32_t value) {
    fits_ &= builder_.PutU32(type, value);
    return *this;
  }
  Request& PutU64(uint16_t type, uint64_t value) {
    fits_ &= builder_.PutU64(type, value);
    return *this;
  }

  Result<void> Do(const MessageVisitor& visit = nullptr) && {
    if (!fits_) return DoesNotFit();
    return client_.Do(std::move(builder_), visit);
  }
  Result<void> Dump(const MessageVisitor& visit, const GenericClient::Restart& restart) && {
    if (!fits_) return DoesNotFit();
    return client_.Dump(std::move(builder_), visit, restart);
  }

 private:
  static tl::unexpected<Error> DoesNotFit() {
    return Fail(ErrorCode::kInvalidArgument,
                "a name or value is too long for a request, or has a NUL");
  }

  GenericClient& client_;
  MessageBuilder builder_;
  bool fits_ = true;
};

// The answers to a dump, each read by `read`.
template <typename T>
Result<std::vector<T>> ListAll(Request request, Result<T> (*read)(const Message&)) {
  std::vector<T> items;
  const auto add = [&items, read](const Message& message) -> Result<void> {
    items.push_back(VMCOREDD_TRY(read(message)));
    return {};
  };
  VMCOREDD_TRY(std::move(request).Dump(add, [&items] { items.clear(); }));
  return items;
}

// The one answer to a request.
template <typename T>
Result<T> GetOne(Request request, Result<T> (*read)(const Message&)) {
  std::optional<T> item;
  const auto take = [&item, read](const Message& message) -> Result<void> {
    item = VMCOREDD_TRY(read(message));
    return {};
  };
  VMCOREDD_TRY(std::move(request).Do(take));
  if (!item) return Fail(ErrorCode::kCorrupt, "expected an answer, found only its end");
  return *std::move(item);
}

}  // namespace vmcoredd::devlink

#endif  // READERS_DEVLINK_REQUEST_H_
