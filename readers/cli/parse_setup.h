// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_PARSE_SETUP_H_
#define READERS_CLI_PARSE_SETUP_H_

namespace CLI {
class App;
}

namespace vmcoredd::cli {

struct PrepareCommand;
struct RecordCommand;
struct FinaliseCommand;
struct DoctorCommand;

// The options of what sets up a machine for its next crash, for parse.cpp.
void AddPrepareOptions(CLI::App& app, PrepareCommand& prepare);
void AddRecordOptions(CLI::App& app, RecordCommand& record);
void AddFinaliseOptions(CLI::App& app, FinaliseCommand& finalise);
void AddDoctorOptions(CLI::App& app, DoctorCommand& doctor);

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_PARSE_SETUP_H_
