#include "datasets/image_format.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "datasets/byte_order.h"
#include "datasets/image_readers.h"

namespace datasets {
namespace {

// Whether the file begins with the signature, in which a dot stands for any byte.
bool begins(std::string_view file, std::string_view mark) {
  return file.size() >= mark.size() &&
         std::equal(mark.begin(), mark.end(), file.begin(),
                    [](char wanted, char is) { return wanted == '.' || wanted == is; });
}

// The two letters alone also begin ordinary texts.
bool is_bmp(std::string_view file) {
  if (!begins(file, "BM") || file.size() < 18) return false;
  const std::uint32_t header = little_endian(file, 14, 4);
  return header == 12 || (header >= 16 && header <= 128);
}

bool is_netpbm(std::string_view file) {
  return file.size() >= 4 && file[0] == 'P' && file[1] >= '1' && file[1] <= '6' &&
         std::isspace(byte_at(file, 2)) &&
         (std::isspace(byte_at(file, 3)) || std::isdigit(byte_at(file, 3)) || file[3] == '#');
}

bool is_tga(std::string_view file) {
  if (file.size() < 18) return false;
  const int map = byte_at(file, 1), kind = byte_at(file, 2), depth = byte_at(file, 16);
  const int base = kind & 7;  // 1: palette, 2: colors, 3: gray; and 8 where runs are packed
  if ((kind & ~8) != base || base < 1 || base > 3 || map > 1 || (base == 1 && map == 0))
    return false;
  const bool known = depth == 8 || depth == 15 || depth == 16 || depth == 24 || depth == 32;
  return known && little_endian(file, 12, 2) > 0 && little_endian(file, 14, 2) > 0;
}

template <const auto&... Marks>
bool marked(std::string_view file) {
  return (begins(file, std::string_view(Marks, sizeof Marks - 1)) || ...);
}

// ISO media files: a box and its type.
constexpr char kPng[] = "\x89PNG\r\n\x1A\n", kJpeg[] = "\xFF\xD8\xFF", kWebp[] = "RIFF....WEBP",
               kGif87[] = "GIF87a", kGif89[] = "GIF89a", kTiffLittle[] = "II*\0",
               kTiffBig[] = "MM\0*", kBigTiff[] = "II+\0", kAvif[] = "....ftypavi",
               kHeic[] = "....ftyphe", kHeif[] = "....ftypmi", kJxl[] = "\xFF\x0A",
               kJxlBox[] = "\0\0\0\x0CJXL ", kJp2[] = "\0\0\0\x0CjP  ", kJ2k[] = "\xFF\x4F\xFF\x51",
               kPam[] = "P7\n", kPsd[] = "8BPS", kExr[] = "\x76\x2F\x31\x01", kQoi[] = "qoif",
               kHdr[] = "#?RADIANCE", kIcon[] = "\0\0\1\0";

const std::vector<ImageFormat>& formats() {
  static const std::vector<ImageFormat> all = {
      {"PNG", marked<kPng>, {".png", ".apng"}, read_png},
      {"JPEG", marked<kJpeg>, {".jpg", ".jpeg", ".jpe", ".jfif"}, read_jpeg},
      {"WebP", marked<kWebp>, {".webp"}, read_webp},
      {"GIF", marked<kGif87, kGif89>, {".gif"}, read_gif},
      {"BMP", is_bmp, {".bmp"}, read_bmp},
      {"PPM, PGM or PBM", is_netpbm, {".ppm", ".pgm", ".pbm", ".pnm"}, read_netpbm},
      {"TIFF", marked<kTiffLittle, kTiffBig, kBigTiff>, {}, nullptr},
      {"AVIF", marked<kAvif>, {}, nullptr},
      {"HEIC", marked<kHeic, kHeif>, {}, nullptr},
      {"JPEG XL", marked<kJxl, kJxlBox>, {}, nullptr},
      {"JPEG 2000", marked<kJp2, kJ2k>, {}, nullptr},
      {"PAM", marked<kPam>, {}, nullptr},
      {"PSD", marked<kPsd>, {}, nullptr},
      {"OpenEXR", marked<kExr>, {}, nullptr},
      {"Radiance HDR", marked<kHdr>, {}, nullptr},
      {"QOI", marked<kQoi>, {}, nullptr},
      {"ICO", marked<kIcon>, {}, nullptr},
      {"TGA", is_tga, {".tga"}, read_tga, false},  // last: without a mark
  };
  return all;
}

}  // namespace

const ImageFormat* recognize(std::string_view file) {
  const auto found = std::ranges::find_if(formats(), [&](const auto& f) { return f.is(file); });
  return found == formats().end() ? nullptr : &*found;
}

bool has_image_ending(const std::string& path) {
  const std::string ending = lower_case_ending(path);
  return std::ranges::any_of(formats(), [&](const ImageFormat& format) {
    return std::ranges::find(format.endings, ending) != format.endings.end();
  });
}

std::string lower_case_ending(const std::string& path) {
  std::string ending = std::filesystem::path(path).extension().string();
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return std::tolower(c); });
  return ending;
}

std::string readable_formats() {
  std::string names;
  for (const ImageFormat& format : formats())
    if (format.read) names += (names.empty() ? "" : ", ") + std::string(format.name);
  return names;
}

}  // namespace datasets
