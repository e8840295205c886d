// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/readers/rows/support.h"

namespace vmcoredd::test {

MachineReport SmallReport() {
  MachineReport report;
  report.nodename = "alpha";
  report.problems = {"x: y"};
  for (const char* const kind : {"crash", "baseline"}) {
    ReportSource source;
    source.file = std::string(kind) + ".vmcoredd";
    source.kind = kind;
    source.capture_id = std::string(kind) + "-id";
    source.facts = {{"event.kind", "lost"}};
    report.sources.push_back(source);
  }
  for (const char* const address : {"0000:02:00.0", "0000:00:1c.0"}) {
    ReportDevice device;
    device.bus = "pci";
    device.address = address;
    device.identity = {{"driver", "igb"}, {"firmware", "1"}, {"running.fw", "2"}};
    report.devices.push_back(device);
  }
  report.devices[0].parent = 1;
  report.devices[0].skipped.push_back({0, "igb_x", "skipped", "gone"});
  for (size_t i = 0; i < 2; ++i) {
    ReportDump dump;
    dump.source = i;
    dump.device = 0;
    dump.index = static_cast<uint32_t>(7 - i);
    dump.name = "igb_0000:02:00.0_state";
    dump.length = uint64_t{1} << 63;
    dump.holes = {{{0, 4}, "why"}};
    FieldRecord group;
    group.path = "A";
    group.is_group = true;
    FieldRecord field;
    field.path = "A.B";
    field.offset = ~uint64_t{0};
    field.size = 8;
    field.value = ~uint64_t{0};
    field.shown = "0xffffffffffffffff";
    FieldRecord bits = field;
    bits.path = "A.B.C";
    bits.bit_low = 3;
    bits.bit_width = 2;
    bits.value = 1;
    FieldRecord missing = field;
    missing.path = "\xff\x1b";
    missing.state = FieldState::kMissing;
    dump.fields = {group, field, bits, missing};
    report.dumps.push_back(dump);
  }
  DumpDiff diff;
  FieldDiff changed;
  changed.path = "A.B";
  changed.first = "0x1";
  changed.second = "0x2";
  FieldDiff gone;
  gone.change = FieldChange::kOnlyFirst;
  gone.path = "A.D";
  gone.first = "0x3";
  diff.fields = {changed, gone};
  diff.ranges = {{16, 4}};
  report.dumps[0].baseline = 1;
  report.dumps[0].diff = diff;
  ReportFinding of_dump;
  of_dump.finding.severity = Severity::kError;
  of_dump.finding.id = "igb-reset";
  of_dump.finding.text = "in reset";
  of_dump.finding.evidence = {{"A.B", 4, "0x1"}};
  of_dump.dump = 0;
  ReportFinding of_several;
  of_several.finding.id = "device-missing";
  of_several.finding.text = "not there";
  of_several.device = 1;
  report.findings = {of_dump, of_several};
  ReportEvent event;
  event.source = 0;
  event.device = 1;
  event.since_boot = 1.5;
  event.kind = "kernel-log";
  event.text = "link is down";
  report.events = {event};
  return report;
}

}  // namespace vmcoredd::test
