// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/collector/live/support.h"

#include <gtest/gtest.h>

#include "tests/unit/vmcoredd/writer/support.h"
#include "vmcoredd/base/byte_source.h"

namespace vmcoredd {

LiveDump StreamDump(std::string name, uint64_t size, StreamCallback callback) {
  LiveDump dump;
  dump.registration.name = std::move(name);
  if (size != 0) {
    dump.registration.size = size;
  } else {
    dump.registration.size = SizeCallback([](uint64_t) { return std::nullopt; });
  }
  dump.registration.collect = std::move(callback);
  dump.registration.source = "test";
  dump.registration.content = "devlink-region";
  return dump;
}

ArchiveContent ReadArchive(const std::string& path) {
  ArchiveContent content;
  const auto source = FileSource::Open(path);
  EXPECT_TRUE(source) << path;
  if (!source) return content;
  const uint64_t size = (*source)->Size().value_or(0);
  const auto notes = testing::ReadNotes(**source, {4096, size - 4096}, std::endian::native);
  const auto fragments = testing::FragmentsOf(notes);
  EXPECT_EQ(fragments.size(), 1U);
  if (fragments.empty()) return content;
  content.fragment = fragments.front();
  const auto dumps = testing::DumpsOf(notes);
  EXPECT_EQ(dumps.size(), content.fragment.dumps.size());
  for (size_t i = 0; i < content.fragment.dumps.size(); ++i) {
    const ManifestDump& dump = content.fragment.dumps[i];
    content.dumps[dump.name] = dump;
    if (dump.codec == Codec::kNone && i < dumps.size()) {
      content.payloads[dump.name] = testing::AsText(dumps[i].payload).substr(0, dump.length);
    }
  }
  for (const ManifestSkip& skip : content.fragment.skipped) content.skipped[skip.name] = skip;
  return content;
}

namespace {

LiveRun Run(LiveSettings settings,
            const std::vector<LiveDump>& dumps,
            const PluginRequest* plugins) {
  LiveRun run;
  settings.codec = Codec::kNone;
  LiveObserver observer;
  observer.on_end = [&](const std::string& name, Outcome, const std::string& problem) {
    run.problems[name] = problem;
  };
  observer.on_left_behind = [&](const std::string& name, const std::string& problem) {
    run.left_behind[name] = problem;
  };
  auto capture = LiveCapture::Begin(settings, observer);
  EXPECT_TRUE(capture) << capture.error().ToString();
  if (!capture) return run;
  EXPECT_TRUE(capture->Add(dumps));
  if (plugins) {
    EXPECT_TRUE(capture->AddPlugins(*plugins));
  }
  const auto summary = capture->Finish();
  EXPECT_TRUE(summary);
  if (summary) run.summary = *summary;
  run.archive = ReadArchive(settings.archive);
  return run;
}

}  // namespace

LiveRun CaptureLive(LiveSettings settings, const std::vector<LiveDump>& dumps) {
  return Run(std::move(settings), dumps, nullptr);
}

LiveRun CaptureLive(LiveSettings settings,
                    const std::vector<LiveDump>& dumps,
                    const PluginRequest& plugins) {
  return Run(std::move(settings), dumps, &plugins);
}

}  // namespace vmcoredd
