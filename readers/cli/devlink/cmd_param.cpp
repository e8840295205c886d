// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>

#include "readers/cli/devlink/commands.h"
#include "readers/cli/devlink/print.h"
#include "readers/cli/devlink/typed_json.h"
#include "vmcoredd/format/devlink/attributes.h"

namespace vmcoredd::devlink_cli {

namespace {

using devlink::DevlinkClient;
using devlink::FmsgType;
using devlink::Parameter;

Result<void> Show(Session& session, Arguments& arguments) {
  VMCOREDD_TRY(session.Accept(Session::kTyped));
  std::optional<devlink::Handle> handle;
  Settings settings;
  if (!arguments.is_empty()) {
    handle = VMCOREDD_TRY(TakeDevice(arguments));
    settings = VMCOREDD_TRY(TakeSettings(arguments, {Keyword::kName}));
  }
  const Section section(session, "param");
  DevlinkClient* const client = VMCOREDD_TRY(session.Client());
  std::vector<Parameter> parameters;
  if (handle) {
    parameters.push_back(VMCOREDD_TRY(client->GetParameter(*handle, *settings.name)));
  } else {
    parameters = VMCOREDD_TRY(client->Parameters());
  }
  if (session.is_typed()) {
    PrintTypedParameters(session, parameters);
  } else {
    for (const Parameter& each : parameters) PrintParameter(session.out(), each, /*grouped=*/true);
  }
  return {};
}

// What the text means for a parameter of this type.
std::optional<decltype(Parameter::Value::value)> ParseValue(const Parameter& parameter,
                                                            const std::string& text) {
  uint64_t maximum = UINT64_MAX;
  switch (static_cast<FmsgType>(parameter.type)) {
    case FmsgType::kFlag:
      if (const auto flag = ParseBool(text)) return *flag;
      return std::nullopt;
    case FmsgType::kString: return text;
    case FmsgType::kU8: maximum = UINT8_MAX; break;
    case FmsgType::kU16: maximum = UINT16_MAX; break;
    case FmsgType::kU32: maximum = UINT32_MAX; break;
    default: break;
  }
  const auto number = HasValueNames(parameter.name) ? ParameterValueOf(parameter.name, text)
                                                    : ParseDecimal(text, maximum);
  if (number) return *number;
  return std::nullopt;
}

Result<void> Set(Session& session, Arguments& arguments) {
  VMCOREDD_TRY(session.Accept(0));
  const auto handle = VMCOREDD_TRY(TakeDevice(arguments));
  const Settings settings =
      VMCOREDD_TRY(TakeSettings(arguments, {Keyword::kName, Keyword::kValue, Keyword::kMode}));
  DevlinkClient* const client = VMCOREDD_TRY(session.Client());
  // Its type decides what the value means.
  const Parameter parameter = VMCOREDD_TRY(client->GetParameter(handle, *settings.name));
  const auto held =
      std::find_if(parameter.values.begin(), parameter.values.end(),
                   [&](const Parameter::Value& value) { return value.mode == *settings.mode; });
  if (held == parameter.values.end()) {
    return Fail(ErrorCode::kUnsupported, "Configuration mode not supported");
  }
  const auto value = ParseValue(parameter, *settings.value);
  if (!value) {
    return Fail(ErrorCode::kInvalidArgument,
                "Value \"" + SafeText(*settings.value) + "\" is not a number or not within range");
  }
  if (*value == held->value) return {};  // devlink asks for no change that is none
  return client->SetParameter(handle, parameter, {*settings.mode, *value});
}

}  // namespace

Result<void> RunParam(Session& session, Arguments& arguments) {
  if (arguments.Take("help")) return PrintUsage(session, "dev");
  if (arguments.is_empty() || arguments.Take("show") || arguments.Take("list")) {
    return Show(session, arguments);
  }
  if (arguments.Take("set")) return Set(session, arguments);
  return CommandNotFound(arguments);
}

}  // namespace vmcoredd::devlink_cli
