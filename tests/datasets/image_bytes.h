// Image files written byte by byte, with content that no encoder produces: PNG, JPEG, GIF, BMP.
#pragma once

// clang-format off
#include <cstdio>  // which jpeglib.h needs
#include <jpeglib.h>
// clang-format on
#include <zlib.h>

#include <cstdint>
#include <cstdlib>
#include <string>

inline std::string big(std::uint32_t value, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i));
  return text;
}

inline std::string little(std::uint32_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

inline std::string deflated(const std::string& bytes) {
  uLongf size = compressBound(bytes.size());
  std::string packed(size, '\0');
  compress(reinterpret_cast<Bytef*>(packed.data()), &size,
           reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  packed.resize(size);
  return packed;
}

inline std::string png_chunk(const std::string& type, const std::string& data) {
  const std::string checked = type + data;
  const auto crc = crc32(0, reinterpret_cast<const Bytef*>(checked.data()), checked.size());
  return big(data.size(), 4) + checked + big(crc, 4);
}

struct Png {
  std::uint32_t width = 1, height = 1;
  int depth = 8, color_type = 2, interlaced = 0;
  std::string rows;         // each behind its filter byte
  std::string before = {};  // chunks before the pixels
  std::string after = {};   // bytes after the compressed rows, in their chunk

  std::string bytes() const {
    const std::string header = big(width, 4) + big(height, 4) + static_cast<char>(depth) +
                               static_cast<char>(color_type) + std::string(2, '\0') +
                               static_cast<char>(interlaced);
    return "\x89PNG\r\n\x1A\n" + png_chunk("IHDR", header) + before +
           png_chunk("IDAT", deflated(rows) + after) + png_chunk("IEND", "");
  }
};

// By libjpeg: pixels of `channels` samples each, as they are stored in `space`.
struct Jpeg {
  int width = 8, height = 8, channels = 3;
  J_COLOR_SPACE space = JCS_RGB;
  std::string pixels;
  bool progressive = false, arithmetic = false;

  std::string bytes() const {
    jpeg_compress_struct jpeg;
    jpeg_error_mgr errors;
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    unsigned char* memory = nullptr;
    unsigned long size = 0;
    jpeg_mem_dest(&jpeg, &memory, &size);
    jpeg.image_width = width;
    jpeg.image_height = height;
    jpeg.input_components = channels;
    jpeg.in_color_space = space;
    jpeg_set_defaults(&jpeg);
    jpeg.arith_code = arithmetic;
    if (progressive) jpeg_simple_progression(&jpeg);
    jpeg_start_compress(&jpeg, TRUE);
    std::string copy = pixels;
    while (jpeg.next_scanline < jpeg.image_height) {
      auto* row = reinterpret_cast<JSAMPROW>(copy.data() + jpeg.next_scanline * width * channels);
      jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    const std::string file(reinterpret_cast<char*>(memory), size);
    std::free(memory);
    return file;
  }
};

// With a block of EXIF that holds the orientation and nothing else.
inline std::string exif_block(int orientation) {
  return std::string("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", 19) +
         static_cast<char>(orientation) + std::string(6, '\0');
}

inline std::string with_orientation(const std::string& jpeg, int orientation) {
  const std::string block = std::string("Exif\0\0", 6) + exif_block(orientation);
  return jpeg.substr(0, 2) + "\xFF\xE1" + big(block.size() + 2, 2) + block + jpeg.substr(2);
}

// Two colors, (1, 2, 3) and (90, 91, 92): a screen, and on it one image of the given extents, whose
// data are one pixel of the second color.
struct Gif {
  int width = 1, height = 1, left = 0, top = 0, image_width = 1, image_height = 1;
  int transparent = -1;

  std::string bytes() const {
    const std::string control = std::string("\x21\xF9\4", 3) + static_cast<char>(transparent >= 0) +
                                std::string(2, '\0') + static_cast<char>(transparent) + '\0';
    return "GIF89a" + little(width, 2) + little(height, 2) +
           std::string("\x80\0\0\1\2\3\x5A\x5B\x5C", 9) + (transparent >= 0 ? control : "") + "," +
           little(left, 2) + little(top, 2) + little(image_width, 2) + little(image_height, 2) +
           std::string("\0\2\2\x4C\1\0\x3B", 7);
  }
};

// Without a palette's or a mask's bytes, which `data` begins with.
inline std::string bmp_of(int header, int width, int height, int bits, int compression,
                          const std::string& data, std::uint32_t first) {
  std::string file = "BM" + little(14 + header + data.size(), 4) + little(0, 4) +
                     little(14 + header + first, 4) + little(header, 4);
  const int each = header == 12 ? 2 : 4;
  file += little(width, each) + little(height, each) + little(1, 2) + little(bits, 2);
  if (header > 12) file += little(compression, 4) + std::string(header - 20, '\0');
  return file + data;
}
