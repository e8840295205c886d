// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_ROWS_JSON_ROWS_H_
#define READERS_ROWS_JSON_ROWS_H_

#include <string>
#include <vector>

#include "readers/report/json_stream.h"
#include "readers/rows/report_rows.h"

namespace vmcoredd {

// A JSON object a line. Each says what it belongs to, also where a database would look that up:
// the machine's name, the device's. What is not known is left out.
class JsonRows final : public RowSink {
 public:
  explicit JsonRows(TextSink out) : out_(std::move(out)) {}
  Result<void> OnRow(RowType type, uint64_t id, std::span<const RowValue> values) override;

 private:
  void Remember(RowType type, std::span<const RowValue> values);

  TextSink out_;
  std::string head_;                       // members that every row of the report has
  std::vector<std::string> device_names_;  // as JSON
  std::vector<uint64_t> dump_devices_;
};

}  // namespace vmcoredd

#endif  // READERS_ROWS_JSON_ROWS_H_
