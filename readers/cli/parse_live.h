// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_PARSE_LIVE_H_
#define READERS_CLI_PARSE_LIVE_H_

namespace CLI {
class App;
}

namespace vmcoredd::cli {

struct CaptureCommand;
struct BaselineCommand;
struct WatchCommand;

// The grammar of `vmcoredd capture`, `vmcoredd baseline` and `vmcoredd watch`, for parse.cpp.
void AddCaptureOptions(CLI::App& app, CaptureCommand& capture);
void AddBaselineOptions(CLI::App& app, BaselineCommand& baseline);
void AddWatchOptions(CLI::App& app, WatchCommand& watch);

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_PARSE_LIVE_H_
