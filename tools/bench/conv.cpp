// The convolutions of sn-cnn's discriminator, each slot alone and all together, and how their cost
// per operation changes with the batch, the widths and the image.
#include <sstream>

#include "engine/engine.h"
#include "tools/bench/comparison.h"

namespace bench {
namespace {

using namespace engine;

struct Layer {
  Index in, out, kernel, stride, size;
};

// Miyato et al. (2018), Table 3: the seven convolutions.
std::vector<Layer> discriminator(Index image, Index width) {
  std::vector<Layer> layers;
  Index in = 3, size = image;
  for (const Index out : {64, 64, 128, 128, 256, 256, 512}) {
    const bool halve = layers.size() % 2 == 1;
    layers.push_back({in, out * width, halve ? 4 : 3, halve ? 2 : 1, size});
    in = out * width;
    if (halve) size /= 2;
  }
  return layers;
}

struct Tensors {
  Tensor x, w, y;
  ConvOptions options;
  Tensors(const Layer& l, Index batch)
      : x(uniform({batch, l.size, l.size, l.in}, -1, 1)),
        w(uniform({l.out, l.kernel, l.kernel, l.in}, -1, 1)),
        options{.stride = l.stride, .padding = 1} {
    const NoGrad constant;
    y = conv2d(x, w, options);
  }
  void run(Slot slot) const {
    const NoGrad constant;
    if (slot == Slot::Y) conv2d(x, w, options);
    if (slot == Slot::X) conv2d_transpose(y, w, options, x.dim(1), x.dim(2));
    if (slot == Slot::W) conv2d_weight_grad(x, y, options, {w.dim(1), w.dim(2)});
  }
  double flops() const {
    return 2.0 * static_cast<double>(y.size()) * static_cast<double>(w.size() / w.dim(0));
  }
};

constexpr struct {
  Slot slot;
  const char *name, *letter;
} kSlots[] = {{Slot::Y, "forward", "Y"}, {Slot::X, "to x", "X"}, {Slot::W, "to w", "W"}};

}  // namespace

Report conv(const Options& options) {
  std::ostringstream title;
  title << "the convolutions of sn-cnn's discriminator, batch " << options.batch;
  Comparison comparison(options, title.str());
  std::vector<Comparison::Seconds> total(options.precisions.size());
  double flops = 0;
  for (const Layer& l : discriminator(options.image, 1)) {
    const Tensors tensors(l, options.batch);
    std::ostringstream name;
    name << l.in << "->" << l.out << " " << l.kernel << "x" << l.kernel << "/" << l.stride << " "
         << l.size << "x" << l.size << " ";
    for (const auto& slot : kSlots) {
      const auto seconds = comparison.add({name.str() + slot.name,
                                           tensors.flops(),
                                           [&] { tensors.run(slot.slot); },
                                           {{"work", "conv"},
                                            {"batch", options.batch},
                                            {"size", l.size},
                                            {"channels_in", l.in},
                                            {"channels_out", l.out},
                                            {"kernel", l.kernel},
                                            {"stride", l.stride},
                                            {"padding", 1},
                                            {"slot", slot.letter}}});
      for (std::size_t i = 0; i < total.size(); ++i) {
        total[i].ours += seconds[i].ours;
        total[i].peer += seconds[i].peer;
        total[i].peer_bf16 += seconds[i].peer_bf16;
      }
      flops += tensors.flops();
    }
  }
  comparison.add_row("all, forward and both gradients", flops, total);
  return comparison.report();
}

Report scaling(const Options& options) {
  Comparison comparison(options,
                        "the convolutions of sn-cnn's discriminator, forward and both gradients");
  struct Size {
    Index batch, width, image;
  };
  for (const Size& size : {Size{16, 1, 32}, Size{32, 1, 32}, Size{64, 1, 32}, Size{128, 1, 32},
                           Size{256, 1, 32}, Size{32, 2, 32}, Size{32, 1, 48}, Size{32, 1, 64}}) {
    std::vector<Tensors> all;
    double flops = 0;
    for (const Layer& l : discriminator(size.image, size.width)) {
      all.emplace_back(l, size.batch);
      flops += 3 * all.back().flops();
    }
    std::ostringstream name;
    name << "batch " << size.batch << ", width x" << size.width << ", image " << size.image;
    comparison.add({name.str(),
                    flops,
                    [&] {
                      for (const Tensors& tensors : all)
                        for (const auto& slot : kSlots) tensors.run(slot.slot);
                    },
                    {}});
  }
  return comparison.report();
}

}  // namespace bench
