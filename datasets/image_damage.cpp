#include "datasets/image_damage.h"

#include <zlib.h>

#include <algorithm>
#include <cctype>
#include <cstdint>

namespace datasets {
namespace {

std::uint8_t byte_at(std::string_view file, std::size_t i) {
  return static_cast<std::uint8_t>(file[i]);
}

std::uint32_t big_endian(std::string_view file, std::size_t offset, int bytes) {
  std::uint32_t value = 0;
  for (int i = 0; i < bytes; ++i) value = value << 8 | byte_at(file, offset + i);
  return value;
}

std::uint32_t little_endian(std::string_view file, std::size_t offset, int bytes) {
  std::uint32_t value = 0;
  for (int i = bytes - 1; i >= 0; --i) value = value << 8 | byte_at(file, offset + i);
  return value;
}

const char* png_damage(std::string_view file) {
  for (std::size_t chunk = 8; chunk + 12 <= file.size();) {  // length, type, data, checksum
    const std::size_t length = big_endian(file, chunk, 4);
    if (length > file.size() - chunk - 12) break;
    const auto* type = reinterpret_cast<const Bytef*>(file.data() + chunk + 4);
    if (crc32(0, type, length + 4) != big_endian(file, chunk + 8 + length, 4))
      return "damaged: a PNG checksum does not match";
    if (file.substr(chunk + 4, 4) == "IEND") return nullptr;
    chunk += 12 + length;
  }
  return "cut off: the PNG end chunk is missing";
}

const char* jpeg_damage(std::string_view file) {
  // Thumbnails in the header have end markers of their own: look behind the start of the scan.
  for (std::size_t marker = 2; marker + 4 <= file.size();) {
    const std::uint8_t kind = byte_at(file, marker + 1);
    if (byte_at(file, marker) != 0xFF || kind == 0xFF) {
      ++marker;  // padding
      continue;
    }
    if (kind == 0xDA && file.find("\xFF\xD9", marker) != std::string_view::npos) return nullptr;
    if (kind == 0xDA) break;
    marker += 2 + big_endian(file, marker + 2, 2);
  }
  return "cut off: the JPEG end marker is missing";
}

const char* bmp_damage(std::string_view file) {
  if (file.size() < 6) return "cut off: no BMP header";
  return little_endian(file, 2, 4) > file.size() ? "cut off: shorter than its BMP header says"
                                                 : nullptr;
}

const char* gif_damage(std::string_view file) {
  constexpr const char* kCut = "cut off: the GIF end marker is missing";
  const auto colours = [&](std::size_t flags) {  // bytes of the colour table that they announce
    const std::uint8_t bits = byte_at(file, flags);
    return bits & 0x80 ? std::size_t{3} << ((bits & 7) + 1) : std::size_t{0};
  };
  if (file.size() < 13) return kCut;
  std::size_t block = 13 + colours(10);
  while (block < file.size()) {
    const std::uint8_t kind = byte_at(file, block);
    if (kind != 0x21 && kind != 0x2C) return nullptr;  // 0x3B, the end, or nothing known
    if (kind == 0x2C && file.size() - block < 11) return kCut;
    // An extension and its label; or an image with its colours and the first size of a code.
    block += kind == 0x21 ? 2 : 11 + colours(block + 9);
    while (block < file.size() && byte_at(file, block) != 0) block += 1 + byte_at(file, block);
    ++block;
  }
  return kCut;
}

// A number of a Netpbm header, and what is before it; 0 where there is none.
std::uint64_t netpbm_number(std::string_view file, std::size_t& at) {
  while (at < file.size() && (std::isspace(byte_at(file, at)) || file[at] == '#')) {
    if (file[at] == '#') at = std::min(file.find('\n', at), file.size() - 1);
    ++at;
  }
  std::uint64_t value = 0;
  for (; at < file.size() && std::isdigit(byte_at(file, at)); ++at)
    value = std::min<std::uint64_t>(10 * value + (file[at] - '0'), 1 << 30);
  return value;
}

const char* netpbm_damage(std::string_view file) {
  std::size_t at = 2;
  const std::uint64_t width = netpbm_number(file, at), height = netpbm_number(file, at);
  const std::uint64_t most = netpbm_number(file, at);
  const std::uint64_t bytes = (file[1] == '6' ? 3 : 1) * (most > 255 ? 2 : 1);
  if (most == 0) return "damaged: its PPM or PGM header makes no sense";
  const std::size_t rest = at < file.size() ? file.size() - at - 1 : 0;  // behind one white space
  return rest / bytes < width * height ? "cut off: shorter than its PPM or PGM header says"
                                       : nullptr;
}

// Null also for what is no TGA file: only its header could tell, and stb_image reads that.
const char* tga_damage(std::string_view file) {
  constexpr const char* kCut = "cut off: shorter than its TGA header says";
  if (file.size() < 17) return nullptr;  // stb_image does without the last byte of a header
  const int kind = byte_at(file, 2), depth = byte_at(file, 16);
  const bool packed = kind >= 9;
  const int base = packed ? kind - 8 : kind;
  if (byte_at(file, 1) > 1 || base < 1 || base > 3 || kind > 11) return nullptr;
  if (depth != 8 && depth != 15 && depth != 16 && depth != 24 && depth != 32) return nullptr;
  const std::size_t pixel = (depth + 7) / 8;
  std::size_t left = std::size_t{little_endian(file, 12, 2)} * little_endian(file, 14, 2);
  std::size_t at = 18 + std::size_t{byte_at(file, 0)};
  if (byte_at(file, 1) == 1)
    at += std::size_t{little_endian(file, 5, 2)} * ((byte_at(file, 7) + 7) / 8);
  if (!packed) return at > file.size() || (file.size() - at) / pixel < left ? kCut : nullptr;
  while (left > 0) {
    if (at >= file.size()) return kCut;
    const std::uint8_t packet = byte_at(file, at);  // one pixel many times, or many pixels
    const std::size_t count = (packet & 0x7F) + 1;
    at += 1 + pixel * (packet & 0x80 ? 1 : count);
    left -= std::min(left, count);
  }
  return at > file.size() ? kCut : nullptr;
}

}  // namespace

const char* image_damage(std::string_view file) {
  if (file.empty()) return "empty";
  if (file.starts_with("\x89PNG\r\n\x1A\n")) return png_damage(file);
  if (file.starts_with("\xFF\xD8")) return jpeg_damage(file);
  if (file.starts_with("BM")) return bmp_damage(file);
  if (file.starts_with("GIF8")) return gif_damage(file);
  if (file.starts_with("P5") || file.starts_with("P6")) return netpbm_damage(file);
  return tga_damage(file);
}

}  // namespace datasets
