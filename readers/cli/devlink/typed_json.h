// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_DEVLINK_TYPED_JSON_H_
#define READERS_CLI_DEVLINK_TYPED_JSON_H_

#include <string>
#include <vector>

#include "readers/cli/devlink/arguments.h"
#include "readers/cli/devlink/session.h"
#include "readers/devlink/region_reader.h"

// Our own JSON (--typed-json): one document a command, with a schema; keys are unique,
// integers that can pass 2^53 are strings, raw names are escaped as \xNN like everywhere in
// vmcoredd. vmcoredd-devlink(8) is its contract; keys are only added under a number.

namespace vmcoredd::devlink_cli {

// Begins a document: {"schema": "vmcoredd-devlink-KIND/1", and must be ended with EndObject().
void BeginDocument(JsonStream& json, const char* kind);
void EndDocument(Session& session, JsonStream& json);

// The members "device" and "port" of a handle, for an object that is open.
void PutHandle(JsonStream& json, const devlink::Handle& handle);

void PrintTypedRegions(Session& session, const std::vector<devlink::Region>& regions);
void PrintTypedSnapshot(Session& session, const RegionName& name, uint32_t snapshot);
void PrintTypedReporters(Session& session, const std::vector<devlink::Reporter>& reporters);
void PrintTypedInfos(Session& session, const std::vector<devlink::DeviceInfo>& infos);
void PrintTypedParameters(Session& session, const std::vector<devlink::Parameter>& parameters);
void PrintTypedDevices(Session& session, const std::vector<devlink::Handle>& devices);
void PrintTypedPorts(Session& session, const std::vector<devlink::Port>& ports);

// What one notification and one list have in common.
void PutRegion(JsonStream& json, const devlink::Region& region);
void PutReporter(JsonStream& json, const devlink::Reporter& reporter);
void PutParameter(JsonStream& json, const devlink::Parameter& parameter);
void PutPort(JsonStream& json, const devlink::Port& port);

// A document around the bytes of a region, which are written between the constructor and
// Finish(), as the value of "data".
class TypedRegionData {
 public:
  TypedRegionData(Session& session, const devlink::RegionRange& range, uint64_t region_size);
  JsonStream& json() { return json_; }
  void Finish(const devlink::RegionCopy& copy, const Result<void>& read);

 private:
  Session& session_;
  JsonStream json_;
};

}  // namespace vmcoredd::devlink_cli

#endif  // READERS_CLI_DEVLINK_TYPED_JSON_H_
