// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_HEX_DUMP_H_
#define READERS_CLI_HEX_DUMP_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace vmcoredd::cli {

// The text of `hexdump -C`: 16 bytes a line, lines like the one before them as one "*",
// and the offset behind the last byte at the end. Nothing for no bytes.
class HexDump {
 public:
  // `print` is called with blocks of kBlockBytes, whatever lines are in them, and the rest:
  // so they leave a buffered stream, and fill a pipe, in one piece.
  static constexpr size_t kBlockBytes = 64 * 1024;
  using Print = std::function<void(std::string_view text)>;

  // `offset` is what the first byte is said to be at.
  HexDump(uint64_t offset, Print print);

  void Add(std::span<const std::byte> bytes);
  // Prints what is left. To be called once.
  void Finish();

 private:
  static constexpr size_t kLineBytes = 16;

  void AddLine(const std::byte* bytes);
  void AppendLine(std::span<const std::byte> bytes);
  void Append(std::string_view text);
  // Keeps room for one more line.
  void PrintFullBlock();

  Print print_;
  uint64_t at_;                             // of the next line
  std::array<std::byte, kLineBytes> line_;  // that is not full yet
  size_t used_ = 0;
  std::array<std::byte, kLineBytes> last_;
  bool has_last_ = false;
  bool is_starred_ = false;
  std::vector<char> text_;
  size_t length_ = 0;  // of the text
};

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_HEX_DUMP_H_
