// libwebp, lossy and lossless; of an animation, the first frame on its canvas.
#include <webp/decode.h>
#include <webp/demux.h>

#include <memory>

#include "datasets/byte_order.h"
#include "datasets/exif.h"
#include "datasets/image_readers.h"
#include "engine/check.h"

namespace datasets {
namespace {

constexpr const char* kDamaged = ": damaged: its WebP data cannot be decoded";

template <class Thing>
using Owned = std::unique_ptr<Thing, void (*)(Thing*)>;

WebPData data_of(std::string_view file) {
  return {reinterpret_cast<const std::uint8_t*>(file.data()), file.size()};
}

void read_still(const WebPData& data, Image& image, const std::string& path) {
  image.pixels.resize(std::size_t{3} * image.height * image.width);
  const bool done =
      WebPDecodeRGBInto(data.bytes, data.size, reinterpret_cast<std::uint8_t*>(image.pixels.data()),
                        image.pixels.size(), 3 * image.width);
  engine::check(done, path, kDamaged);
}

void read_first_frame(const WebPData& data, Image& image, const std::string& path) {
  WebPAnimDecoderOptions options;
  engine::check(WebPAnimDecoderOptionsInit(&options), path,
                ": libwebp differs from the one at build time");
  options.color_mode = MODE_RGBA;
  const Owned<WebPAnimDecoder> decoder(WebPAnimDecoderNew(&data, &options), WebPAnimDecoderDelete);
  WebPAnimInfo canvas;
  std::uint8_t* frame = nullptr;
  int milliseconds = 0;
  const bool done = decoder && WebPAnimDecoderGetInfo(decoder.get(), &canvas) &&
                    canvas.canvas_width == static_cast<std::uint32_t>(image.width) &&
                    canvas.canvas_height == static_cast<std::uint32_t>(image.height) &&
                    WebPAnimDecoderGetNext(decoder.get(), &frame, &milliseconds);
  engine::check(done, path, kDamaged);
  const std::size_t pixels = std::size_t(image.height) * image.width;
  image.pixels.resize(3 * pixels);
  for (std::size_t i = 0; i < pixels; ++i)
    for (int c = 0; c < 3; ++c) image.pixels[3 * i + c] = static_cast<char>(frame[4 * i + c]);
}

int orientation_of(const WebPData& data) {
  const Owned<WebPDemuxer> demuxer(WebPDemux(&data), WebPDemuxDelete);
  WebPChunkIterator chunk = {};
  int orientation = 1;
  if (demuxer && WebPDemuxGetChunk(demuxer.get(), "EXIF", 1, &chunk))
    orientation =
        exif_orientation({reinterpret_cast<const char*>(chunk.chunk.bytes), chunk.chunk.size});
  WebPDemuxReleaseChunkIterator(&chunk);
  return orientation;
}

}  // namespace

Image read_webp(std::string_view file, const std::string& path) {
  const std::uint32_t length = little_endian(file, 4, 4);  // of what follows
  engine::check(length <= file.size() - 8, path, ": truncated: shorter than its WebP header says");
  const WebPData data = data_of(file);
  WebPBitstreamFeatures features;
  const VP8StatusCode status = WebPGetFeatures(data.bytes, data.size, &features);
  engine::check(status == VP8_STATUS_OK, path, kDamaged);
  Image image = sized_image(features.height, features.width, 3, path);
  features.has_animation ? read_first_frame(data, image, path) : read_still(data, image, path);
  image.orientation = orientation_of(data);
  return image;
}

}  // namespace datasets
