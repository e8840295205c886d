// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>

#include "readers/cli/devlink/commands.h"
#include "readers/cli/devlink/iproute_fmsg.h"
#include "readers/cli/devlink/print.h"
#include "readers/cli/devlink/raw_output.h"
#include "readers/cli/devlink/typed_json.h"
#include "vmcoredd/format/devlink/fmsg.h"
#include "vmcoredd/format/devlink/fmsg_json.h"
#include "vmcoredd/format/devlink/message_stream.h"

namespace vmcoredd::devlink_cli {

namespace {

using devlink::DevlinkClient;
using devlink::FmsgRepair;
using devlink::ReporterName;

struct Target {
  ReporterName reporter;
  Settings settings;
};

Result<Target> TakeTarget(Session& session,
                          Arguments& arguments,
                          const std::vector<Keyword>& optional = {}) {
  const auto handle = VMCOREDD_TRY(TakeDeviceOrPort(
      arguments, [&](const std::string& name) { return session.FindNetdev(name); }));
  Settings settings = VMCOREDD_TRY(TakeSettings(arguments, {Keyword::kReporter}, optional));
  return Target{{handle, *settings.reporter}, std::move(settings)};
}

Result<void> Show(Session& session, Arguments& arguments, bool only_ports) {
  VMCOREDD_TRY(session.Accept(Session::kTyped));
  std::optional<Target> target;
  if (!arguments.is_empty()) target = VMCOREDD_TRY(TakeTarget(session, arguments));
  const Section section(session, "health");
  DevlinkClient* const client = VMCOREDD_TRY(session.Client());
  std::vector<devlink::Reporter> reporters;
  if (target) {
    reporters.push_back(VMCOREDD_TRY(client->GetReporter(target->reporter)));
  } else {
    reporters = VMCOREDD_TRY(client->Reporters());
    if (only_ports) {
      std::erase_if(reporters, [](const auto& reporter) { return !reporter.handle.port; });
    }
  }
  if (session.is_typed()) {
    PrintTypedReporters(session, reporters);
  } else {
    for (const auto& reporter : reporters) PrintReporter(session.out(), reporter);
  }
  return {};
}

// Who sends a formatted message: DumpGet() or Diagnose().
using Source = std::function<Result<void>(const devlink::MessageVisitor&)>;

bool LosesData(FmsgRepair::Kind kind) {
  return kind == FmsgRepair::Kind::kMissingEnd || kind == FmsgRepair::Kind::kDanglingType ||
         kind == FmsgRepair::Kind::kTruncated;
}

// What the stream was mended of is said; where it has lost something, that is an error.
Result<void> TellRepairs(Session& session, const devlink::FmsgParser& parser) {
  std::optional<Error> lost;
  for (const FmsgRepair& repair : parser.repairs()) {
    if (LosesData(repair.kind)) {
      if (!lost) lost = Error(ErrorCode::kTruncated, "the message is not whole: " + repair.text);
    } else {
      session.console().Note("mended: " + repair.text);
    }
  }
  if (parser.repair_count() > parser.repairs().size()) {
    session.console().Note("mended: " + std::to_string(parser.repair_count()) +
                           " places, the rest is not shown");
  }
  if (lost) return tl::unexpected(*lost);
  return {};
}

// Standard output as somewhere to write.
class PrintStream final : public OutputStream {
 public:
  explicit PrintStream(const TextSink& sink) : sink_(sink) {}
  Result<void> Write(std::span<const std::byte> bytes) override {
    sink_({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    return {};
  }

 private:
  const TextSink& sink_;
};

Result<void> PrintTyped(Session& session, const Source& source) {
  PrintStream out(session.sink());
  devlink::FmsgJsonWriter writer(out, session.options().hex
                                          ? devlink::FmsgJsonWriter::Binary::kHex
                                          : devlink::FmsgJsonWriter::Binary::kBase64);
  devlink::FmsgParser parser(writer);
  const auto received =
      source([&](const devlink::Message& message) { return parser.Feed(message); });
  auto finished = parser.Finish();
  VMCOREDD_TRY(writer.Finish(parser));
  session.sink()("\n");
  VMCOREDD_TRY(received);
  if (!finished) return finished;
  return TellRepairs(session, parser);
}

Result<void> PrintMessage(Session& session, const Source& source) {
  if (session.is_typed()) return PrintTyped(session, source);
  IprouteFmsg printer(session.out(), session.options().hex);
  devlink::FmsgParser parser(printer);
  const auto received =
      source([&](const devlink::Message& message) { return parser.Feed(message); });
  auto finished = parser.Finish();
  VMCOREDD_TRY(received);
  if (!finished) return finished;
  return TellRepairs(session, parser);
}

Result<void> WriteMessages(Session& session, const ReporterName& reporter, const Source& source) {
  const std::string what =
      "reading " + SafeText(reporter.handle.ToString()) + " reporter " + SafeText(reporter.name);
  return WriteRaw(session, what, std::nullopt, [&](OutputStream& out) {
    return source(
        [&](const devlink::Message& message) { return devlink::WriteMessage(out, message); });
  });
}

Result<void> PrintOrWrite(Session& session, const ReporterName& reporter, const Source& source) {
  return session.options().raw ? WriteMessages(session, reporter, source)
                               : PrintMessage(session, source);
}

Result<void> ShowDump(Session& session, Arguments& arguments) {
  VMCOREDD_TRY(session.Accept(Session::kTyped | Session::kRaw | Session::kPassive));
  const Target target = VMCOREDD_TRY(TakeTarget(session, arguments));
  DevlinkClient* const client = VMCOREDD_TRY(session.Client());
  if (session.options().passive) {
    const auto reporter = VMCOREDD_TRY(client->GetReporter(target.reporter));
    if (!reporter.has_dump()) {
      return Fail(ErrorCode::kNotFound,
                  "no dump is stored; without --passive the driver would make one now");
    }
  }
  return PrintOrWrite(session, target.reporter, [&](const devlink::MessageVisitor& visit) {
    return client->DumpGet(target.reporter, visit);
  });
}

Result<void> Diagnose(Session& session, Arguments& arguments) {
  VMCOREDD_TRY(session.Accept(Session::kTyped | Session::kRaw));
  const Target target = VMCOREDD_TRY(TakeTarget(session, arguments));
  DevlinkClient* const client = VMCOREDD_TRY(session.Client());
  return PrintOrWrite(session, target.reporter, [&](const devlink::MessageVisitor& visit) {
    return client->Diagnose(target.reporter, visit);
  });
}

Result<void> Set(Session& session, Arguments& arguments) {
  VMCOREDD_TRY(session.Accept(0));
  const Target target = VMCOREDD_TRY(TakeTarget(
      session, arguments,
      {Keyword::kGracePeriod, Keyword::kBurstPeriod, Keyword::kAutoRecover, Keyword::kAutoDump}));
  DevlinkClient* const client = VMCOREDD_TRY(session.Client());
  const Settings& settings = target.settings;
  return client->SetReporter(target.reporter, {.grace_period_ms = settings.grace_period,
                                               .burst_period_ms = settings.burst_period,
                                               .auto_recover = settings.auto_recover,
                                               .auto_dump = settings.auto_dump});
}

// A command that has no answer but that it was done.
using Action = Result<void> (DevlinkClient::*)(const ReporterName&);
Result<void> Do(Session& session, Arguments& arguments, Action action) {
  VMCOREDD_TRY(session.Accept(0));
  const Target target = VMCOREDD_TRY(TakeTarget(session, arguments));
  DevlinkClient* const client = VMCOREDD_TRY(session.Client());
  return (client->*action)(target.reporter);
}

Result<void> RunDump(Session& session, Arguments& arguments) {
  if (arguments.Take("help")) return PrintUsage(session, "health");
  if (arguments.is_empty() || arguments.Take("show") || arguments.Take("list")) {
    return ShowDump(session, arguments);
  }
  if (arguments.Take("clear")) return Do(session, arguments, &DevlinkClient::ClearDump);
  return CommandNotFound(arguments);
}

}  // namespace

Result<void> RunHealth(Session& session, Arguments& arguments, bool only_ports) {
  if (arguments.is_empty() || arguments.Take("show") || arguments.Take("list")) {
    return Show(session, arguments, only_ports);
  }
  if (arguments.Take("recover")) return Do(session, arguments, &DevlinkClient::Recover);
  if (arguments.Take("diagnose")) return Diagnose(session, arguments);
  if (arguments.Take("test")) return Do(session, arguments, &DevlinkClient::Test);
  if (arguments.Take("dump")) return RunDump(session, arguments);
  if (arguments.Take("set")) return Set(session, arguments);
  return CommandNotFound(arguments);
}

}  // namespace vmcoredd::devlink_cli
