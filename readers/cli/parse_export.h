// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_PARSE_EXPORT_H_
#define READERS_CLI_PARSE_EXPORT_H_

namespace CLI {
class App;
}

namespace vmcoredd::cli {

struct ExportCommand;

// The grammar of `vmcoredd export`, for parse.cpp: what stands before FILE, and options.
inline constexpr const char* kExportExamples =
    "  vmcoredd export lspci vmcore -o pci.txt && lspci -F pci.txt -vv\n"
    "  vmcoredd export sysfs vmcore -o tree/\n"
    "  vmcoredd export mstdump vmcore -s 'mlx5_*_crspace' -o registers/\n"
    "  vmcoredd export sqlite /var/crash/202601021200 -o fleet.db";
void AddExportFormat(CLI::App& app, ExportCommand& command);
void AddExportOptions(CLI::App& app, ExportCommand& command);
// What the parser cannot check by itself; throws.
void CheckExport(const ExportCommand& command);

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_PARSE_EXPORT_H_
