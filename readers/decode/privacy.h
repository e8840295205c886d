// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_DECODE_PRIVACY_H_
#define READERS_DECODE_PRIVACY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// What values must not leave the house (`privacy` of layouts), and how to tell it from names
// and texts that no layout describes.

namespace vmcoredd {

enum class Privacy : uint8_t { kSerial, kMac, kPayload, kSecret };
inline constexpr std::array<Privacy, 4> kPrivacies = {Privacy::kSerial, Privacy::kMac,
                                                      Privacy::kPayload, Privacy::kSecret};
std::string_view PrivacyName(Privacy privacy);

// A value may be of several classes: a serial number that is made of an address.
class PrivacyClasses {
 public:
  constexpr PrivacyClasses() = default;
  constexpr PrivacyClasses(Privacy one) : bits_(Bit(one)) {}

  constexpr bool empty() const { return bits_ == 0; }
  constexpr bool contains(Privacy one) const { return (bits_ & Bit(one)) != 0; }
  constexpr void erase(Privacy one) { bits_ = static_cast<uint8_t>(bits_ & ~Bit(one)); }
  constexpr PrivacyClasses operator|(PrivacyClasses other) const {
    other.bits_ = static_cast<uint8_t>(other.bits_ | bits_);
    return other;
  }
  constexpr PrivacyClasses operator&(PrivacyClasses other) const {
    other.bits_ = static_cast<uint8_t>(other.bits_ & bits_);
    return other;
  }
  constexpr bool operator==(const PrivacyClasses&) const = default;
  // Of those that it has.
  std::optional<Privacy> first() const;

 private:
  static constexpr uint8_t Bit(Privacy one) {
    return static_cast<uint8_t>(1u << static_cast<unsigned>(one));
  }
  uint8_t bits_ = 0;
};

inline constexpr PrivacyClasses kAllPrivacy =
    PrivacyClasses(Privacy::kSerial) | Privacy::kMac | Privacy::kPayload | Privacy::kSecret;

// "serial, mac"; empty for none.
std::string PrivacyText(PrivacyClasses classes);

// What a value is by what it is called: "board.serial_number", "perm_addr", "node_guid".
PrivacyClasses PrivacyOfName(std::string_view name);

// Where in a text a hardware address is: xx:xx:xx:xx:xx:xx, with '-' as well, longer ones too,
// and in names of interfaces (enx525400123456).
struct TextRange {
  size_t offset = 0;
  size_t size = 0;
};
std::optional<TextRange> FindHardwareAddress(std::string_view text, size_t from = 0);

}  // namespace vmcoredd

#endif  // READERS_DECODE_PRIVACY_H_
