// libjpeg-turbo, with its defaults: the accurate integer DCT and smooth upsampling.
// clang-format off
#include <cstdio>     // which jpeglib.h needs
#include <jpeglib.h>  // which jerror.h needs
#include <jerror.h>
// clang-format on

#include <algorithm>
#include <cstdint>

#include "datasets/exif.h"
#include "datasets/image_readers.h"
#include "datasets/longjmp_trap.h"
#include "engine/check.h"

namespace datasets {
namespace {

// Scans repeat the work of a whole image for a few bytes.
constexpr int kMostScans = 256;
constexpr std::int64_t kMostScanned = std::int64_t{1} << 32;  // pixels, of all scans

// libjpeg's own structures.
struct JpegDecoder {
  jpeg_decompress_struct jpeg = {};
  jpeg_error_mgr errors = {};
  jpeg_progress_mgr progress = {};
  LongjmpTrap trap;
  ~JpegDecoder() { jpeg_destroy_decompress(&jpeg); }
};

[[noreturn]] void give_up(j_common_ptr jpeg) {
  char reason[JMSG_LENGTH_MAX];
  jpeg->err->format_message(jpeg, reason);
  static_cast<LongjmpTrap*>(jpeg->client_data)->spring(reason);
}

// A warning is an error if libjpeg would make up missing pixels.
void hear(j_common_ptr jpeg, int level) {
  if (level >= 0) return;
  switch (jpeg->err->msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC:
      give_up(jpeg);
    default:;
  }
}

void count_scans(j_common_ptr common) {
  const auto* jpeg = reinterpret_cast<jpeg_decompress_struct*>(common);
  const std::int64_t pixels = std::int64_t{jpeg->image_width} * jpeg->image_height;
  if (jpeg->input_scan_number > kMostScans || jpeg->input_scan_number > kMostScanned / pixels)
    static_cast<LongjmpTrap*>(common->client_data)->spring("more scans than any image needs");
}

void read_header(JpegDecoder& d, std::string_view file) {
  d.jpeg.err = jpeg_std_error(&d.errors);
  d.errors.error_exit = give_up;
  d.errors.emit_message = hear;
  d.jpeg.client_data = &d.trap;
  jpeg_create_decompress(&d.jpeg);
  d.progress.progress_monitor = count_scans;
  d.jpeg.progress = &d.progress;
  jpeg_mem_src(&d.jpeg, reinterpret_cast<const unsigned char*>(file.data()), file.size());
  jpeg_save_markers(&d.jpeg, JPEG_APP0 + 1, 0xFFFF);
  jpeg_read_header(&d.jpeg, TRUE);
}

int orientation_of(const jpeg_decompress_struct& jpeg) {
  for (auto marker = jpeg.marker_list; marker; marker = marker->next)
    if (const std::string_view block(reinterpret_cast<const char*>(marker->data),
                                     marker->data_length);
        block.starts_with("Exif"))
      return exif_orientation(block);
  return 1;
}

// Converts four inks to three colors as Pillow does. As in Pillow, and as Adobe's programs write
// them, all are assumed to be inverted (255: no ink), with or without an Adobe marker.
void append_rgb(const std::uint8_t* row, int width, std::string& pixels) {
  for (const std::uint8_t *p = row, *end = row + std::size_t{4} * width; p != end; p += 4)
    for (int c = 0; c < 3; ++c) {
      const int product = (255 - p[c]) * p[3] + 128;  // over 255, rounded
      pixels += static_cast<char>(std::max(0, p[3] - (((product >> 8) + product) >> 8)));
    }
}

}  // namespace

Image read_jpeg(std::string_view file, const std::string& path) {
  JpegDecoder d;
  jpeg_decompress_struct& jpeg = d.jpeg;
  const auto done = [&](bool yes) {
    if (yes) return;
    const bool cut = d.errors.msg_code == JWRN_JPEG_EOF;
    engine::fail(path, cut ? ": truncated: " : ": cannot be decoded: ", d.trap.reason());
  };
  done(d.trap.run([&] { read_header(d, file); }));
  const int inks = jpeg.num_components;
  engine::check(inks == 1 || inks == 3 || inks == 4, path, ": is a JPEG of ", inks,
                " channels, which is not read; convert it to RGB");
  Image image = sized_image(jpeg.image_height, jpeg.image_width, inks == 1 ? 1 : 3, path);
  image.orientation = orientation_of(jpeg);
  jpeg.out_color_space = inks == 1 ? JCS_GRAYSCALE : inks == 3 ? JCS_RGB : JCS_CMYK;
  done(d.trap.run([&] { jpeg_start_decompress(&jpeg); }));

  std::string row(std::size_t(image.width) * inks, '\0');
  auto* samples = reinterpret_cast<JSAMPROW>(row.data());
  image.pixels.reserve(std::size_t(image.height) * image.width * image.channels);
  while (jpeg.output_scanline < jpeg.output_height) {
    done(d.trap.run([&] { jpeg_read_scanlines(&jpeg, &samples, 1); }));
    if (inks == 4)
      append_rgb(samples, image.width, image.pixels);
    else
      image.pixels += row;
  }
  done(d.trap.run([&] { jpeg_finish_decompress(&jpeg); }));
  return image;
}

}  // namespace datasets
