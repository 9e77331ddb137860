// Conversion between one and three channels: gray levels are repeated, colors become Pillow's "L",
// (19595 R + 38470 G + 7471 B + 32768) / 65536, ITU-R BT.601's luma.
// Cost: a pass over the pixels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "datasets/dataset.h"

namespace datasets {

// `count` pixels of one channel become three, or of three become one.
void convert_channels(const std::uint8_t* from, std::size_t count, int channels, std::uint8_t* to);

// The data set with this many channels: itself if it has them, else converted on reading.
std::unique_ptr<Dataset> with_channels(std::unique_ptr<Dataset> data, int channels);

}  // namespace datasets
