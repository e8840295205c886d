// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <set>
#include <utility>

#include "readers/layout-import/import_text.h"
#include "readers/layout-import/importers.h"
#include "readers/layout-import/svd_document.h"
#include "readers/layout-import/svd_fields.h"
#include "readers/layout-import/svd_numbers.h"
#include "vmcoredd/base/checked_math.h"

// CMSIS-SVD: peripherals at addresses, registers and clusters of registers in them.

namespace vmcoredd::internal {

namespace {

class SvdReader {
 public:
  SvdReader(SvdDocument& document, const LayoutImportOptions& options, ImportProblems& problems)
      : document_(document),
        options_(options),
        problems_(problems),
        fields_(document, problems, items_) {}

  Result<ImportedRegisters> Read() {
    const SvdElement device = document_.Element(document_.device(), problems_);
    if (device.Has("addressUnitBits") &&
        ParseSvdNumber(device.Text("addressUnitBits")) != uint64_t{8}) {
      // Vendors write 32 for the width of an access, with offsets in bytes all the same.
      problems_.Add(document_.LineOf(device.Child("addressUnitBits")),
                    "addressUnitBits " + ShownName(device.Text("addressUnitBits")) +
                        ": offsets are taken as bytes");
    }
    NoteUnknown(device, {"vendor", "vendorID", "name", "series", "version", "description",
                         "licenseText", "cpu", "headerSystemFilename", "headerDefinitionsPrefix",
                         "addressUnitBits", "width", "size", "access", "protection", "resetValue",
                         "resetMask", "peripherals", "vendorExtensions"});
    const SvdProperties properties = fields_.PropertiesOf(device, {32, "", ""});
    std::vector<std::pair<uint64_t, ImportedItem>> peripherals;
    std::set<std::string> missing(options_.peripherals.begin(), options_.peripherals.end());
    for (const pugi::xml_node node : document_.Children(device, "peripherals", {"peripheral"})) {
      const SvdElement peripheral = document_.Element(node, problems_);
      const std::string name = peripheral.Name();
      if (!options_.peripherals.empty() &&
          std::find(options_.peripherals.begin(), options_.peripherals.end(), name) ==
              options_.peripherals.end()) {
        continue;
      }
      missing.erase(name);
      AddPeripheral(peripheral, properties, peripherals);
      if (IsTooMuch()) break;
    }
    if (IsTooMuch()) {
      return Fail(ErrorCode::kLimitExceeded,
                  fmt::format("more than {} registers and fields, or too many that are derived "
                              "from others: choose a peripheral",
                              kMaxImportItems));
    }
    if (!missing.empty()) {
      return Fail(ErrorCode::kNotFound, "there is no peripheral " + ShownName(*missing.begin()));
    }
    if (peripherals.empty()) return Fail(ErrorCode::kCorrupt, "no peripheral with registers");
    ImportedRegisters out;
    out.root = Root(std::move(peripherals), device.Name());
    out.head = Head(device);
    if (options_.peripherals.size() == 1) {
      out.head.name += '-' + options_.peripherals.front();
      out.head.title += ", " + options_.peripherals.front();
    }
    return out;
  }

 private:
  bool IsTooMuch() const { return items_ > kMaxImportItems || document_.is_exhausted(); }

  void NoteUnknown(const SvdElement& element, std::initializer_list<std::string_view> known) {
    NoteUnknownElements(document_, element, known, problems_);
  }

  void AddPeripheral(const SvdElement& element,
                     const SvdProperties& around,
                     std::vector<std::pair<uint64_t, ImportedItem>>& peripherals) {
    const std::string name = element.Name();
    const auto base = ParseSvdNumber(element.Text("baseAddress"));
    if (!base) {
      return problems_.Add(element.line(),
                           ShownName(name) + ": no baseAddress that is a number: left out");
    }
    NoteUnknown(element, {"name",        "version",       "description",     "alternatePeripheral",
                          "groupName",   "prependToName", "appendToName",    "headerStructName",
                          "baseAddress", "size",          "access",          "protection",
                          "resetValue",  "resetMask",     "addressBlock",    "interrupt",
                          "registers",   "dim",           "dimIncrement",    "dimIndex",
                          "dimName",     "dimArrayIndex", "vendorExtensions"});
    ImportedItem item;
    item.is_block = true;
    item.text = TidyText(element.Text("description"));
    item.line = element.line();
    AddRegisters(element, "registers", fields_.PropertiesOf(element, around), item, 0);
    // Without registers there is nothing to show; SVD files list such, too.
    if (item.items.empty()) return;
    fields_.Expand(element, std::move(item), [&](ImportedItem one) {
      // Its own offset is that of an element of the array; bits do not hold all addresses.
      const auto address = CheckedAdd(*base, one.offset / 8);
      one.offset = 0;
      if (address) {
        peripherals.emplace_back(*address, std::move(one));
      } else {
        problems_.Add(one.line, ShownName(one.name) + ": beyond all addresses: left out");
      }
    });
  }

  void AddRegisters(const SvdElement& element,
                    const char* container,
                    const SvdProperties& properties,
                    ImportedItem& to,
                    size_t depth) {
    for (const pugi::xml_node node :
         document_.Children(element, container, {"register", "cluster"})) {
      if (IsTooMuch()) return;
      const SvdElement child = document_.Element(node, problems_);
      if (std::string_view(node.name()) == "register") {
        AddRegister(child, properties, to);
      } else {
        AddCluster(child, properties, to, depth);
      }
    }
    // What it has itself, and what it is derived from, in one order.
    if (element.chain().size() == 1) return;
    std::stable_sort(
        to.items.begin(), to.items.end(),
        [](const ImportedItem& a, const ImportedItem& b) { return a.offset < b.offset; });
  }

  // False: there is none, which has been said.
  bool SetOffset(const SvdElement& element, ImportedItem& item) {
    const auto offset = ParseSvdNumber(element.Text("addressOffset"));
    if (offset && *offset < kMaxImportBits / 8) {
      item.offset = *offset * 8;
      return true;
    }
    problems_.Add(element.line(), ShownName(element.Name()) +
                                      ": expected an addressOffset, found " +
                                      ShownName(element.Text("addressOffset")) + ": left out");
    return false;
  }

  void AddRegister(const SvdElement& element, const SvdProperties& around, ImportedItem& to) {
    NoteUnknown(element, {"name",
                          "displayName",
                          "description",
                          "alternateGroup",
                          "alternateRegister",
                          "addressOffset",
                          "size",
                          "access",
                          "protection",
                          "resetValue",
                          "resetMask",
                          "dataType",
                          "modifiedWriteValues",
                          "writeConstraint",
                          "readAction",
                          "fields",
                          "dim",
                          "dimIncrement",
                          "dimIndex",
                          "dimName",
                          "dimArrayIndex",
                          "vendorExtensions"});
    ImportedItem item;
    item.line = element.line();
    if (!SetOffset(element, item)) return;
    const SvdProperties properties = fields_.PropertiesOf(element, around);
    item.size = properties.size;
    item.text = SvdFields::DescriptionOf(element);
    item.access = properties.Access();
    fields_.AddFields(element, properties, item);
    const std::string group = element.OwnText("alternateGroup");
    fields_.Expand(element, std::move(item), [&](ImportedItem one) {
      if (!group.empty()) one.name = group + '_' + one.name;
      to.items.push_back(std::move(one));
    });
  }

  void AddCluster(const SvdElement& element,
                  const SvdProperties& around,
                  ImportedItem& to,
                  size_t depth) {
    NoteUnknown(element, {"name", "description", "alternateCluster", "headerStructName",
                          "addressOffset", "size", "access", "protection", "resetValue",
                          "resetMask", "register", "cluster", "dim", "dimIncrement", "dimIndex",
                          "dimName", "dimArrayIndex", "vendorExtensions"});
    if (depth + 2 >= kMaxImportDepth) {
      return problems_.Add(element.line(), ShownName(element.Name()) + ": nested deeper than " +
                                               std::to_string(kMaxImportDepth) + ": left out");
    }
    ImportedItem item;
    item.is_block = true;
    item.line = element.line();
    item.text = TidyText(element.Text("description"));
    if (!SetOffset(element, item)) return;
    AddRegisters(element, nullptr, fields_.PropertiesOf(element, around), item, depth + 1);
    fields_.Expand(element, std::move(item),
                   [&](ImportedItem one) { to.items.push_back(std::move(one)); });
  }

  // One peripheral is the dump; several are in it, at their addresses.
  ImportedItem Root(std::vector<std::pair<uint64_t, ImportedItem>> peripherals,
                    const std::string& device) {
    uint64_t lowest = peripherals.front().first;
    for (const auto& [address, item] : peripherals) lowest = std::min(lowest, address);
    const uint64_t base = options_.base.value_or(lowest);
    if (peripherals.size() == 1 && peripherals.front().first == base &&
        !peripherals.front().second.count) {
      return std::move(peripherals.front().second);
    }
    ImportedItem root;
    root.is_block = true;
    root.name = device;
    for (auto& [address, item] : peripherals) {
      if (address < base || address - base >= kMaxImportBits / 8) {
        problems_.Add(item.line, fmt::format("{}: at {:#x}, not within a dump from {:#x} on: left "
                                             "out",
                                             ShownName(item.name), address, base));
        continue;
      }
      item.offset = (address - base) * 8;
      root.items.push_back(std::move(item));
    }
    return root;
  }

  LayoutHead Head(const SvdElement& device) {
    LayoutHead head;
    head.name = device.Name();
    head.title = TidyText(device.Text("description"));
    if (head.title.empty()) head.title = "registers of " + TidyText(device.Name());
    std::string source = options_.file + " (CMSIS-SVD";
    for (const char* const key : {"vendor", "name", "version"}) {
      if (const std::string text = TidyText(device.Text(key)); !text.empty()) source += ' ' + text;
    }
    head.sources.push_back(source + ')');
    if (const std::string licence = TidyText(device.Text("licenseText")); !licence.empty()) {
      head.comments.push_back("Licence of the source: " + licence);
    }
    const std::string endian = TidyText(device.Child("cpu").child_value("endian"));
    if (endian == "big") head.order = "big";
    if (!endian.empty() && endian != "big" && endian != "little" && endian != "selectable") {
      problems_.Add(document_.LineOf(device.Child("cpu")),
                    "byte order " + ShownName(endian) + ": taken as little");
    }
    return head;
  }

  SvdDocument& document_;
  const LayoutImportOptions& options_;
  ImportProblems& problems_;
  size_t items_ = 0;
  SvdFields fields_;
};

}  // namespace

Result<ImportedRegisters> ReadSvd(std::string_view text,
                                  const LayoutImportOptions& options,
                                  ImportProblems& problems) {
  SvdDocument document = VMCOREDD_TRY(SvdDocument::Parse(text));
  return SvdReader(document, options, problems).Read();
}

}  // namespace vmcoredd::internal
