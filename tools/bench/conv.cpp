// The convolutions of sn-cnn's discriminator, each slot alone and all together, and how their cost
// per operation changes with the batch, the widths and the image.
#include <sstream>

#include "tools/bench/comparison.h"
#include "tools/bench/shapes.h"

namespace bench {
namespace {

using engine::Slot;

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
  for (const ConvShape& l : discriminator_convolutions(options.image, 1)) {
    const ConvTensors tensors(l, options.batch);
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
      for (std::size_t i = 0; i < total.size(); ++i) total[i] = total[i].plus(1, seconds[i]);
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
    std::vector<ConvTensors> all;
    double flops = 0;
    for (const ConvShape& l : discriminator_convolutions(size.image, size.width)) {
      all.emplace_back(l, size.batch);
      flops += 3 * all.back().flops();
    }
    std::ostringstream name;
    name << "batch " << size.batch << ", width x" << size.width << ", image " << size.image;
    comparison.add({name.str(),
                    flops,
                    [&] {
                      for (const ConvTensors& tensors : all)
                        for (const auto& slot : kSlots) tensors.run(slot.slot);
                    },
                    {}});
  }
  return comparison.report();
}

}  // namespace bench
