// One image file of every format: the complete file is read, a file truncated anywhere is refused,
// and each kind of pixel is converted correctly.
#include "datasets/image_file.h"

#include <doctest/doctest.h>
#include <stb_image_write.h>
#include <webp/encode.h>

#include <cstdint>
#include <vector>

#include "tests/datasets/append.h"
#include "tests/datasets/image_bytes.h"
#include "tests/datasets/pillow_images.h"
#include "tests/datasets/scratch.h"

namespace {

constexpr int kWidth = 6, kHeight = 5;

// Runs of one color and stretches of many: run lengths of both kinds.
std::vector<std::uint8_t> pattern() {
  std::vector<std::uint8_t> pixels(std::size_t{3} * kWidth * kHeight, 90);
  for (std::size_t i = pixels.size() / 2; i < pixels.size(); ++i)
    pixels[i] = static_cast<std::uint8_t>(37 * i);
  return pixels;
}

std::string tga(bool packed) {
  std::string bytes;
  const int before = stbi_write_tga_with_rle;
  stbi_write_tga_with_rle = packed;
  stbi_write_tga_to_func(append, &bytes, kWidth, kHeight, 3, pattern().data());
  stbi_write_tga_with_rle = before;
  return bytes;
}

std::string webp(bool lossless) {
  const auto pixels = pattern();
  std::uint8_t* out = nullptr;
  const std::size_t size =
      lossless ? WebPEncodeLosslessRGB(pixels.data(), kWidth, kHeight, 3 * kWidth, &out)
               : WebPEncodeRGB(pixels.data(), kWidth, kHeight, 3 * kWidth, 90, &out);
  std::string bytes(reinterpret_cast<char*>(out), size);
  WebPFree(out);
  return bytes;
}

std::string png(int interlaced) {
  const auto pixels = pattern();
  const std::string colors(pixels.begin(), pixels.end());
  struct Pass {
    int x, y, dx, dy;
  };
  std::vector<Pass> passes = {{0, 0, 1, 1}};
  if (interlaced)
    passes = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
              {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};
  std::string rows;
  for (const Pass& pass : passes)
    for (int y = pass.y; y < kHeight && pass.x < kWidth; y += pass.dy) {
      rows += '\0';
      for (int x = pass.x; x < kWidth; x += pass.dx) rows += colors.substr(3 * (y * kWidth + x), 3);
    }
  return Png{.width = kWidth, .height = kHeight, .interlaced = interlaced, .rows = rows}.bytes();
}

std::string jpeg(bool progressive, bool arithmetic) {
  const auto pixels = pattern();
  return Jpeg{.width = kWidth,
              .height = kHeight,
              .pixels = {pixels.begin(), pixels.end()},
              .progressive = progressive,
              .arithmetic = arithmetic}
      .bytes();
}

struct Format {
  std::string name, bytes;
  bool exact = true;  // the pixels are the pattern's
};

std::vector<Format> formats() {
  const auto pixels = pattern();
  const std::string colours(pixels.begin(), pixels.end());
  std::string bmp;
  stbi_write_bmp_to_func(append, &bmp, kWidth, kHeight, 3, pixels.data());
  return {{"png", png(0)},
          {"png", png(1)},
          {"bmp", bmp},
          {"jpg", jpeg(false, false), false},
          {"jpg", jpeg(true, false), false},
          {"jpg", jpeg(false, true), false},
          {"webp", webp(true)},
          {"webp", webp(false), false},
          {"ppm", "P6\n# six by five\n6 5\n255\n" + colours},
          {"tga", tga(false)},
          {"tga", tga(true)}};
}

datasets::Image decoded(const std::string& bytes, const std::string& name = "image") {
  const Scratch scratch;
  return datasets::decode_image(scratch.write(name, bytes));
}

std::string refusal(const std::string& bytes) {
  return complaint([&] { decoded(bytes); });
}

using Levels = std::vector<int>;

Levels levels(const std::string& bytes) {
  const datasets::Image image = decoded(bytes);
  CHECK(image.pixels.size() == std::size_t(image.height) * image.width * image.channels);
  const auto* first = reinterpret_cast<const std::uint8_t*>(image.pixels.data());
  return {first, first + image.pixels.size()};
}

}  // namespace

TEST_CASE("image file: whole it is read, cut off anywhere it is refused by name") {
  const Scratch scratch;
  for (const Format& format : formats()) {
    const std::string &name = format.name, &bytes = format.bytes;
    CAPTURE(name);
    const datasets::Image image = datasets::decode_image(scratch.write("whole." + name, bytes));
    CHECK(image.width == kWidth);
    CHECK(image.height == kHeight);
    const auto pixels = pattern();
    if (format.exact) CHECK(image.pixels == std::string(pixels.begin(), pixels.end()));
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      CAPTURE(length);
      const std::string cut = scratch.write("cut." + name, bytes.substr(0, length));
      CHECK(says(complaint([&] { datasets::decode_image(cut); }), cut));
    }
  }
}

TEST_CASE("image file: pixels are Pillow's to the bit") {
  for (const PillowImage& golden : kPillowImages) {
    CAPTURE(golden.name);
    const datasets::Image image = decoded(golden.bytes(), "any.name");
    CHECK(image.width == 17);
    CHECK(image.channels == 3);
    const auto* pixels = reinterpret_cast<const Bytef*>(image.pixels.data());
    CHECK(crc32(0, pixels, image.pixels.size()) == golden.pixels);
  }
}

TEST_CASE("image file: the content says what it is, not the name") {
  CHECK(decoded(webp(true), "photo.jpg").width == kWidth);
  CHECK(decoded(jpeg(false, false), "photo.png").width == kWidth);
  CHECK(says(refusal(std::string("II*\0", 4) + std::string(60, 'x')), "is TIFF", "convert it"));
  CHECK(says(refusal(std::string("\0\0\0\x1C"
                                 "ftypavif",
                                 12) +
                     std::string(60, 'x')),
             "is AVIF"));
  CHECK(says(refusal("this is text"), "not an image of a known format"));
  CHECK(says(refusal(""), "is empty"));
}

TEST_CASE("image file: PNG of every kind") {
  const auto one = [](int depth, int color_type, const std::string& row,
                      const std::string& before = "") {
    return levels(Png{.width = 2,
                      .depth = depth,
                      .color_type = color_type,
                      .rows = std::string(1, '\0') + row,
                      .before = before}
                      .bytes());
  };
  const std::string palette = png_chunk("PLTE", "\1\2\3\4\5\6\7\10\11");
  CHECK(one(1, 0, "\x40") == Levels{0, 255});
  CHECK(one(2, 0, "\x60") == Levels{85, 170});
  CHECK(one(4, 0, "\x1E") == Levels{17, 238});
  CHECK(one(16, 0, "\x12\xFF\xAB\xCD") == Levels{0x12, 0xAB});  // the high bytes
  CHECK(one(8, 0, "\5\6", png_chunk("tRNS", big(5, 2))) == Levels{5, 6});
  CHECK(one(8, 4, "\5\1\6\2") == Levels{5, 6});  // alpha is dropped
  CHECK(one(16, 2, "\1\2\3\4\5\6\7\10\11\12\13\14") == Levels{1, 3, 5, 7, 9, 11});
  CHECK(one(8, 6, "\1\2\3\4\5\6\7\10") == Levels{1, 2, 3, 5, 6, 7});
  CHECK(one(2, 3, "\x90", palette) == Levels{7, 8, 9, 4, 5, 6});
  const std::string half = png_chunk("tRNS", "\x80");
  CHECK(one(8, 3, std::string("\0\1", 2), palette + half) == Levels{1, 2, 3, 4, 5, 6});
}

TEST_CASE("image file: JPEG of one to four channels") {
  const std::string grey =
      Jpeg{.channels = 1, .space = JCS_GRAYSCALE, .pixels = std::string(64, 77)}.bytes();
  CHECK(levels(grey) == Levels(64, 77));
  CHECK(decoded(grey).channels == 1);
  // Inks are stored inverted, as Pillow takes them to be: 255 is none.
  std::string inks;
  for (int i = 0; i < 64; ++i) inks += "\xFF\x80\x01\xFF";
  const Levels colors = levels(Jpeg{.channels = 4, .space = JCS_CMYK, .pixels = inks}.bytes());
  CHECK(Levels(colors.begin(), colors.begin() + 3) == Levels{255, 128, 1});
  CHECK(says(
      refusal(Jpeg{.channels = 2, .space = JCS_UNKNOWN, .pixels = std::string(128, 'x')}.bytes()),
      "2 channels", "is not read"));
}

TEST_CASE("image file: Netpbm of any maximum, plain and raw") {
  CHECK(levels("P5 3 1 100\n\1\62\144") == Levels{3, 128, 255});  // 1, 50, 100; 127.5 is even up
  CHECK(levels("P2 3 1 7 # of seven\n0 3\n7") == Levels{0, 109, 255});
  CHECK(levels("P3 1 1 65535 65535 32768 257") == Levels{255, 128, 1});
  CHECK(levels("P6 1 1 65535 \xFF\xFF\x80\xFE\1\1") == Levels{255, 128, 1});  // not the low bytes
  CHECK(levels(std::string("P5 2 1 1000 \3\xE8\0\0", 16)) == Levels{255, 0});
  CHECK(levels("P1 4 1\n10 01") == Levels{0, 255, 255, 0});
  CHECK(levels("P4 10 1\n\x81\x40") == Levels{0, 255, 255, 255, 255, 255, 255, 0, 255, 0});
  CHECK(says(refusal("P2 1 1 7 9"), "9", "above 7"));
  CHECK(says(refusal("P5 1 1 65536 ab"), "maximum value", "65536"));
  CHECK(says(refusal("P6 4 1 65535 " + std::string(23, 'x')), "truncated"));
  CHECK(says(refusal("P7\nWIDTH 1\n"), "is PAM"));
}

TEST_CASE("image file: BMP of Windows and OS/2") {
  const std::string colors = "\1\2\3\4\5\6\7\10\11\12\13\14";  // blue, green, red
  std::string core;                                            // a palette of 16, the last ones set
  for (int i = 0; i < 48; ++i) core += static_cast<char>(i);
  CHECK(levels(bmp_of(12, 2, 1, 4, 0, core + std::string("\x0F\0\0\0", 4), 48)) ==
        Levels{2, 1, 0, 47, 46, 45});
  CHECK(levels(bmp_of(12, 1, 2, 24, 0, colors.substr(0, 3) + "x" + colors.substr(3, 3) + "x", 0)) ==
        Levels{6, 5, 4, 3, 2, 1});
  CHECK(levels(bmp_of(40, 1, -2, 24, 0, colors.substr(0, 3) + "x" + colors.substr(3, 3) + "x",
                      0)) == Levels{3, 2, 1, 6, 5, 4});
  CHECK(levels(bmp_of(40, 2, 1, 16, 0, little(0x7C1F | 3 << 5, 2) + little(0x3E0, 2), 0)) ==
        Levels{255, 24, 255, 0, 255, 0});
  const std::string masks = little(0xF800, 4) + little(0x7E0, 4) + little(0x1F, 4);
  CHECK(levels(bmp_of(40, 1, 1, 16, 3, masks + little(0xF800 | 1 << 5, 2) + "xx", 12)) ==
        Levels{255, 4, 0});
  CHECK(says(refusal(bmp_of(40, 4, 4, 8, 1, std::string(1100, 'x'), 1024)), "compressed BMP"));
}

TEST_CASE("image file: TGA from right to left") {
  const std::string header = std::string("\0\0\2\0\0\0\0\0\0\0\0\0", 12) + little(2, 2) +
                             little(1, 2) + static_cast<char>(24);
  CHECK(levels(header + '\0' + "\1\2\3\4\5\6") == Levels{3, 2, 1, 6, 5, 4});
  CHECK(levels(header + '\x10' + "\1\2\3\4\5\6") == Levels{6, 5, 4, 3, 2, 1});
}

TEST_CASE("image file: GIF, the first frame on its screen") {
  CHECK(levels(Gif{}.bytes()) == Levels{90, 91, 92});
  CHECK(levels(Gif{.width = 2, .left = 1}.bytes()) == Levels{1, 2, 3, 90, 91, 92});
  CHECK(levels(Gif{.width = 2, .transparent = 1}.bytes()) == Levels{90, 91, 92, 90, 91, 92});
  const std::string whole = Gif{.width = 2}.bytes();
  for (std::size_t length = 0; length < whole.size(); ++length)
    CHECK(says(refusal(whole.substr(0, length)), ": "));
}

TEST_CASE("image file: the header says how much is unpacked") {
  // A PNG whose data go on behind the last row, and are damaged there.
  const std::string row = std::string(1, '\0') + "abc";
  CHECK(levels(Png{.rows = row + std::string(100'000, 'x')}.bytes()) == Levels{97, 98, 99});
  CHECK(levels(Png{.rows = row, .after = std::string(100'000, 'x')}.bytes()) == Levels{97, 98, 99});
  CHECK(says(refusal(Png{.height = 2, .rows = row}.bytes()), "truncated"));
  CHECK(says(refusal(Png{.width = 10'000, .height = 10'000, .rows = row}.bytes()), "truncated"));
  CHECK(says(refusal(Png{.width = 65'535, .height = 65'535, .rows = row}.bytes()), "65535x65535"));
  CHECK(says(refusal(Gif{.image_width = 10'000, .image_height = 10'000}.bytes()), "10000x10000"));
  CHECK(says(refusal(Gif{.width = 16'384, .height = 16'384}.bytes()), "16384x16384"));
  CHECK(says(refusal(bmp_of(40, 10'000, 10'000, 24, 0, "x", 0)), "truncated"));
  CHECK(says(refusal(bmp_of(40, 65'535, 65'535, 24, 0, "x", 0)), "65535x65535"));
  CHECK(says(refusal("P6 65535 65535 255 x"), "65535x65535"));
  CHECK(says(refusal("P3 10000 10000 255 1 2 3"), "truncated"));
  std::string scans = jpeg(true, false);  // hundreds of scans that add nothing
  const std::size_t last = scans.rfind("\xFF\xDA"), end = scans.size() - 2;
  const std::string scan = scans.substr(last, end - last);
  for (int i = 0; i < 300; ++i) scans.insert(end, scan);
  CHECK(says(refusal(scans), "more scans"));
}

TEST_CASE("image file: EXIF's orientation is told, and applied if asked") {
  // Rows ab, cd, ef, and the result of each orientation.
  const std::vector<std::string> turned = {"abcdef", "badcfe", "fedcba", "efcdab",
                                           "acebdf", "ecafdb", "fdbeca", "bdface"};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    CAPTURE(orientation);
    const datasets::Image image = decoded(Png{.width = 2,
                                              .height = 3,
                                              .color_type = 0,
                                              .rows = std::string("\0ab\0cd\0ef", 9),
                                              .before = png_chunk("eXIf", exif_block(orientation))}
                                              .bytes());
    CHECK(image.orientation == orientation);
    CHECK(image.pixels == "abcdef");
    const datasets::Image upright = datasets::upright(image);
    CHECK(upright.width == (orientation >= 5 ? 3 : 2));
    CHECK(upright.pixels == turned[orientation - 1]);
    CHECK(decoded(with_orientation(jpeg(false, false), orientation)).orientation == orientation);
  }
  CHECK(decoded(with_orientation(jpeg(false, false), 9)).orientation == 1);
}
