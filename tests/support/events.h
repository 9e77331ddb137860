// TensorBoard's events read back: every record of a file, with both of its checksums checked. A kill
// may cut the last record of a file short, which TensorBoard skips: `cut_short` allows that.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "engine/file.h"
#include "gan/run/event.pb.h"
#include "gan/run/event_log.h"

inline std::uint64_t event_number(const std::string& bytes, std::size_t offset, int size) {
  std::uint64_t value = 0;
  for (int i = size - 1; i >= 0; --i)
    value = value << 8 | static_cast<std::uint8_t>(bytes.at(offset + i));
  return value;
}

// CRC-32C bit by bit, by the definition: division by the polynomial 0x1EDC6F41, bits reflected.
inline std::uint32_t crc_by_definition(const std::string& bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const char byte : bytes)
    for (int bit = 0; bit < 8; ++bit) {
      const bool one = (crc ^ static_cast<std::uint8_t>(byte) >> bit) & 1;
      crc = crc >> 1 ^ (one ? 0x82f63b78 : 0);
    }
  return ~crc;
}

inline std::vector<gan::run::events::Event> events_of(const std::string& path,
                                                      bool cut_short = false) {
  const std::string bytes = engine::read_file(path);
  std::vector<gan::run::events::Event> events;
  std::size_t at = 0;
  while (at < bytes.size()) {
    if (cut_short && bytes.size() - at < 8) return events;
    const std::size_t length = event_number(bytes, at, 8);
    if (cut_short && bytes.size() - at < 16 + length) return events;
    const std::string data = bytes.substr(at + 12, length);
    CHECK(event_number(bytes, at + 8, 4) ==
          gan::run::masked(crc_by_definition(bytes.substr(at, 8))));
    CHECK(event_number(bytes, at + 12 + length, 4) == gan::run::masked(crc_by_definition(data)));
    CHECK(events.emplace_back().ParseFromString(data));
    at += 16 + length;
  }
  CHECK(at == bytes.size());
  return events;
}
