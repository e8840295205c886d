// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_PARSE_LIVE_H_
#define READERS_CLI_PARSE_LIVE_H_

namespace CLI {
class App;
}

namespace vmcoredd::cli {

struct CaptureCommand;
struct BaselineCommand;

// The grammar of `vmcoredd capture` and `vmcoredd baseline`, for parse.cpp.
void AddCaptureOptions(CLI::App& app, CaptureCommand& capture);
void AddBaselineOptions(CLI::App& app, BaselineCommand& baseline);

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_PARSE_LIVE_H_
