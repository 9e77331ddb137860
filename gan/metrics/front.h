// Front: a graph's preprocessing before its first layer, as an affine map of the channels, found by
// running that part of the graph on images of one color.
//
//   const Front front = find_front(links, {.input = "images", .channels = 3});
//   front.channels[2]  ->  {.scale = 1, .shift = -123.68}    // of input channel 2
//
// So any ops may implement the map: sums and products in any order, batch norms, swaps of channels
// by Gather, Slice, Split, Concat, Transpose or a 1x1 convolution, with casts, paddings and resizes
// between them. Cost: a walk over the nodes, and six runs of the front on one image. Errors: none;
// a front that is not such a map, or cannot run, has no channels.
#pragma once

#include <vector>

#include "gan/metrics/links.h"

namespace gan::metrics {

using engine::Index;

// The image input, and the file's order of axes.
struct Entry {
  std::string input;
  bool channels_last = false;                 // [N, H, W, C] in the file
  Index channels = 3, height = 0, width = 0;  // 0: any
};

// Images [N, H, W, C] as the file's input takes them.
engine::graph::Value as_input(const engine::Tensor& images, const Entry& entry);

struct Front {
  struct Channel {
    double scale = 1, shift = 0;  // the first layer's input from it: scale * x + shift
  };
  std::vector<Channel> channels;  // by channel of the input; empty: not known
  std::string resize;             // an op inside the front: "linear, asymmetric"
  Index height = 0, width = 0;    // the size to which it resizes images of any size; 0: none
};

// A batch norm's gain and offset are learned; `dropped` leaves them out, so that what remains is
// the mean and deviation of what the network was trained on.
enum class Gains { kept, dropped };
Front find_front(const Links& links, const Entry& entry, Gains gains = Gains::kept);

}  // namespace gan::metrics
