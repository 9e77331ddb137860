// libpng in its push mode: it stops at the last row, however much the data unpack to.
#include <png.h>

#include <algorithm>

#include "datasets/byte_order.h"
#include "datasets/exif.h"
#include "datasets/image_readers.h"
#include "datasets/longjmp_trap.h"
#include "engine/check.h"

namespace datasets {
namespace {

constexpr int kPasses = 7;                    // of an interlaced image
constexpr std::int64_t kMostInflated = 1032;  // bytes from one: what zlib's format can reach

// What the callbacks see.
struct Progress {
  LongjmpTrap trap;
  Image image;
  bool interlaced = false;
  std::int64_t rows = 0;  // of all passes, so far
  bool ended = false;
};

Progress& progress_of(png_structp png) {
  return *static_cast<Progress*>(png_get_progressive_ptr(png));
}

void give_up(png_structp png, png_const_charp reason) {
  static_cast<Progress*>(png_get_error_ptr(png))->trap.spring(reason);
}

void ignore(png_structp, png_const_charp) {}

void convert(png_structp png, png_infop info) {
  if (png_get_color_type(png, info) == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  png_set_expand_gray_1_2_4_to_8(png);
  png_set_strip_16(png);
  png_set_strip_alpha(png);
  png_read_update_info(png, info);
  // The pixels were allocated from the header at the start of the file.
  const Progress& progress = progress_of(png);
  const auto width = static_cast<std::size_t>(progress.image.width);
  if (png_get_image_width(png, info) != width ||
      png_get_image_height(png, info) != static_cast<std::size_t>(progress.image.height) ||
      (png_get_interlace_type(png, info) != PNG_INTERLACE_NONE) != progress.interlaced ||
      png_get_rowbytes(png, info) != width * progress.image.channels)
    png_error(png, "two headers");
}

void place(png_structp png, png_bytep row, png_uint_32 number, int pass) {
  Progress& progress = progress_of(png);
  Image& image = progress.image;
  const std::size_t pixel = image.channels, width = image.width;
  ++progress.rows;
  if (!progress.interlaced) {
    std::copy_n(row, width * pixel, image.pixels.begin() + number * width * pixel);
    return;
  }
  const std::size_t y = PNG_ROW_FROM_PASS_ROW(number, pass);
  for (std::size_t x = 0; x < PNG_PASS_COLS(width, pass); ++x)
    std::copy_n(row + x * pixel, pixel,
                image.pixels.begin() + (y * width + PNG_COL_FROM_PASS_COL(x, pass)) * pixel);
}

void end(png_structp png, png_infop) { progress_of(png).ended = true; }

std::int64_t all_rows(const Progress& progress) {
  const std::uint32_t height = progress.image.height, width = progress.image.width;
  if (!progress.interlaced) return height;
  std::int64_t rows = 0;
  for (int pass = 0; pass < kPasses; ++pass)
    if (PNG_PASS_COLS(width, pass) > 0) rows += PNG_PASS_ROWS(height, pass);
  return rows;
}

// libpng's own structures.
struct PngDecoder {
  png_structp png = nullptr;
  png_infop info = nullptr;
  ~PngDecoder() { png_destroy_read_struct(&png, &info, nullptr); }
};

void decode(PngDecoder& decoder, Progress& progress, std::string_view file) {
  decoder.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &progress, give_up, ignore);
  if (decoder.png) decoder.info = png_create_info_struct(decoder.png);
  if (!decoder.info) progress.trap.spring("no memory");
  const png_structp png = decoder.png;
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);  // text, profiles, ...
  png_set_progressive_read_fn(png, &progress, convert, place, end);
  png_process_data(png, decoder.info, reinterpret_cast<png_bytep>(const_cast<char*>(file.data())),
                   file.size());
}

// The EXIF block of a whole file, because libpng's push mode does not return it.
int orientation_of(std::string_view file) {
  for (std::size_t chunk = 8; chunk + 12 <= file.size();) {  // length, type, data, checksum
    const std::size_t length = big_endian(file, chunk, 4);
    if (file.substr(chunk + 4, 4) == "eXIf")
      return exif_orientation(file.substr(chunk + 8, length));
    chunk += 12 + length;
  }
  return 1;
}

// The bytes that all rows take before they are compressed.
std::int64_t raw_size(std::string_view file, const Image& image) {
  constexpr int kSamples[] = {1, 0, 3, 1, 2, 0, 4, 0};
  const std::int64_t bits = kSamples[byte_at(file, 25) & 7] * byte_at(file, 24);
  return image.height * ((image.width * bits + 7) / 8);
}

}  // namespace

Image read_png(std::string_view file, const std::string& path) {
  constexpr const char* kCut = ": truncated: the PNG file ends too early";
  engine::check(file.size() >= 29, path, kCut);
  engine::check(file.substr(12, 4) == "IHDR", path, ": damaged: does not begin with a PNG header");
  const int color_type = byte_at(file, 25);
  Progress progress;
  progress.interlaced = byte_at(file, 28) != 0;
  progress.image = sized_image(big_endian(file, 20, 4), big_endian(file, 16, 4),
                               color_type & PNG_COLOR_MASK_COLOR ? 3 : 1, path);
  Image& image = progress.image;
  const auto length = static_cast<std::int64_t>(file.size());
  engine::check(raw_size(file, image) / kMostInflated <= length, path, kCut);
  image.pixels.resize(std::size_t(image.height) * image.width * image.channels);
  PngDecoder decoder;
  const bool done = progress.trap.run([&] { decode(decoder, progress, file); });
  engine::check(done, path, ": cannot be decoded: ", progress.trap.reason());
  engine::check(progress.ended && progress.rows == all_rows(progress), path, kCut);
  image.orientation = orientation_of(file);
  return std::move(image);
}

}  // namespace datasets
