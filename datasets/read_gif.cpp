// giflib, the first frame of a GIF.
#include <gif_lib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "datasets/image_readers.h"
#include "engine/check.h"

namespace datasets {
namespace {

constexpr std::int64_t kMostUnpacked = 4096;  // pixels from one byte: more than LZW can reach

int take(GifFileType* gif, GifByteType* to, int count) {
  auto& left = *static_cast<std::string_view*>(gif->UserData);
  const std::size_t taken = left.copy(reinterpret_cast<char*>(to), count);
  left.remove_prefix(taken);
  return static_cast<int>(taken);
}

struct Close {
  void operator()(GifFileType* gif) const { DGifCloseFile(gif, nullptr); }
};

class GifReader {
 public:
  GifReader(std::string_view file, const std::string& path) : path_(path), left_(file) {
    int error = 0;
    gif_.reset(DGifOpen(&left_, take, &error));
    if (!gif_) fail(error);
  }

  Image read() {
    const auto length = static_cast<std::int64_t>(left_.size());
    Image image;
    bool framed = false;
    for (GifRecordType record{}; record != TERMINATE_RECORD_TYPE;) {
      done(DGifGetRecordType(gif_.get(), &record));
      if (record == EXTENSION_RECORD_TYPE) extension();
      if (record != IMAGE_DESC_RECORD_TYPE) continue;
      done(DGifGetImageDesc(gif_.get()));
      if (framed)
        skip();
      else
        image = frame(length);
      framed = true;
    }
    engine::check(framed, path_, ": damaged: a GIF without an image");
    return image;
  }

 private:
  [[noreturn]] void fail(int error) const {
    const bool cut = error == D_GIF_ERR_READ_FAILED || error == D_GIF_ERR_EOF_TOO_SOON ||
                     (error == D_GIF_ERR_NOT_GIF_FILE && left_.empty());
    const char* reason = GifErrorString(error);
    engine::fail(path_, cut ? ": truncated: " : ": damaged: ", reason ? reason : "not a GIF");
  }
  void done(int result) const {
    if (result == GIF_ERROR) fail(gif_->Error);
  }

  void extension() {
    int kind = 0;
    GifByteType* block = nullptr;
    done(DGifGetExtension(gif_.get(), &kind, &block));
    GraphicsControlBlock control;
    if (kind == GRAPHICS_EXT_FUNC_CODE && block &&
        DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK)
      transparent_ = control.TransparentColor;
    while (block) done(DGifGetExtensionNext(gif_.get(), &block));
  }

  void skip() {
    int size = 0;
    GifByteType* block = nullptr;
    done(DGifGetCode(gif_.get(), &size, &block));
    while (block) done(DGifGetCodeNext(gif_.get(), &block));
  }

  // The colors; missing palette entries are gray, as in Pillow.
  std::vector<std::array<char, 3>> palette() const {
    const ColorMapObject* map =
        gif_->Image.ColorMap != nullptr ? gif_->Image.ColorMap : gif_->SColorMap;
    std::vector<std::array<char, 3>> colors(256);
    for (int i = 0; i < 256; ++i) {
      const auto level = static_cast<GifByteType>(i);
      const GifColorType color =
          map && i < map->ColorCount ? map->Colors[i] : GifColorType{level, level, level};
      colors[i] = {static_cast<char>(color.Red), static_cast<char>(color.Green),
                   static_cast<char>(color.Blue)};
    }
    return colors;
  }

  Image frame(std::int64_t length) {
    const GifImageDesc& at = gif_->Image;
    engine::check(std::int64_t{at.Width} * at.Height / kMostUnpacked <= length, path_,
                  ": truncated: its data cannot hold ", at.Width, "x", at.Height, " pixels");
    Image image = sized_image(std::max(gif_->SHeight, at.Top + at.Height),
                              std::max(gif_->SWidth, at.Left + at.Width), 3, path_);
    image.pixels.reserve(std::size_t{3} * image.width * image.height);
    // Around a smaller frame: the transparent color, as in Pillow.
    const auto colors = palette();
    const std::array<char, 3> around = colors[std::max(transparent_, 0)];
    std::string blank;
    for (int x = 0; x < image.width; ++x) blank.append(around.data(), around.size());
    for (int y = 0; y < image.height; ++y) image.pixels += blank;
    const std::size_t stride = blank.size();
    std::vector<GifPixelType> row(at.Width);
    const auto line = [&](int y) {
      done(DGifGetLine(gif_.get(), row.data(), at.Width));
      auto out = image.pixels.begin() + (at.Top + y) * stride + 3 * at.Left;
      for (const GifPixelType index : row) out = std::ranges::copy(colors[index], out).out;
    };
    struct Pass {
      int first, every;
    };
    static constexpr Pass kWhole[] = {{0, 1}}, kInterlaced[] = {{0, 8}, {4, 8}, {2, 4}, {1, 2}};
    const auto passes = [&](const auto& list) {
      for (const Pass& pass : list)
        for (int y = pass.first; y < at.Height; y += pass.every) line(y);
    };
    at.Interlace ? passes(kInterlaced) : passes(kWhole);
    return image;
  }

  const std::string& path_;
  std::string_view left_;  // of the file
  std::unique_ptr<GifFileType, Close> gif_;
  int transparent_ = NO_TRANSPARENT_COLOR;
};

}  // namespace

Image read_gif(std::string_view file, const std::string& path) {
  return GifReader(file, path).read();
}

}  // namespace datasets
