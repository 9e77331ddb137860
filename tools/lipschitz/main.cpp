// lipschitz: checks golden values, and prints every bound on one convolution side by side.
#include <cstdio>

#include "engine/device.h"
#include "engine/real.h"
#include "gan/console/options.h"
#include "gan/console/program.h"
#include "tools/lipschitz/check.h"
#include "tools/lipschitz/conv.h"

namespace {

// "3x3", "3x5" or "3".
void read_extents(const std::string& text, lipschitz::ConvOptions& options) {
  int read = 0;
  long long h = 0, w = 0;
  const bool two = std::sscanf(text.c_str(), "%4lldx%4lld%n", &h, &w, &read) == 2 &&
                   read == static_cast<int>(text.size());
  const bool one = !two && std::sscanf(text.c_str(), "%4lld%n", &h, &read) == 1 &&
                   read == static_cast<int>(text.size());
  if (one) w = h;
  if ((!one && !two) || h < 1 || w < 1)
    throw CLI::ValidationError("--weight", "must be such as 3x3, not " + text);
  options.kernel_h = h;
  options.kernel_w = w;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Lipschitz constants of convolutions: lower, exact and upper bounds.\n"
      "lipschitz computes in float64, lipschitz_float in float32.\n"
      "Exit status: 0 done, 1 the work failed or values differ, 2 bad usage.");
  app.name(sizeof(engine::Real) == 8 ? "lipschitz" : "lipschitz_float");
  app.require_subcommand(1);

  std::string path, device = "cpu";
  gan::console::add_device(app, device);
  bool brief = false;
  CLI::App* check = app.add_subcommand(
      "check", "Recompute every value of a golden file and print it beside the stored one");
  check->add_option("FILE", path, "a file in the format of golden/lipschitz.json")->required();
  check->add_flag("--brief", brief, "one line per case: its worst field");
  check->footer(
      "Values agree up to a relative error of 1e-10 (lipschitz_float: 1e-4). Ill-conditioned\n"
      "values may differ more: gradients of sigma, by rounding over the gap of the top two\n"
      "singular values; power iterations whose start is almost orthogonal to the top vector.\n"
      "example: lipschitz check golden/lipschitz.json --brief");

  lipschitz::ConvOptions options;
  std::string extents = "3x3";
  CLI::App* conv = app.add_subcommand("conv", "Print every bound on one convolution, and its cost");
  const auto positive = CLI::Range(1, 100'000);
  conv->add_option("--weight", extents, "kernel extents, 3x3 or 3")->capture_default_str();
  conv->add_option("--in", options.in, "input channels")->check(positive)->capture_default_str();
  conv->add_option("--out", options.out, "output channels")->check(positive)->capture_default_str();
  conv->add_option("--size", options.size, "input height and width")
      ->check(positive)
      ->capture_default_str();
  conv->add_option("--stride", options.stride)->check(positive)->capture_default_str();
  conv->add_option("--pad", options.pad, "zero padding on each side")
      ->check(CLI::Range(0, 100'000))
      ->capture_default_str();
  conv->add_option("--dilation", options.dilation)->check(positive)->capture_default_str();
  CLI::Option* transposed =
      conv->add_flag("--transposed", options.transposed, "the transposed convolution");
  conv->add_option("--output-padding", options.output_padding, "output padding (transposed)")
      ->check(CLI::Range(0, 100'000))
      ->needs(transposed)
      ->capture_default_str();
  conv->add_option("--seed", options.seed, "seed of the random kernel")->capture_default_str();
  CLI::Option* file =
      conv->add_option("--file", options.file, "safetensors file to read the kernel from");
  CLI::Option* tensor = conv->add_option("--tensor", options.tensor,
                                         "name of the kernel in it: [O, kH, kW, I], or a matrix");
  file->needs(tensor);
  tensor->needs(file);
  conv->footer(
      "Each row: the value, its ratio to sigma audited by 200 power iterations from 4 starts, and\n"
      "the time in seconds. lower <= sigma <= upper for zero padding on this very image.\n"
      "example: lipschitz conv --weight 4x4 --in 16 --out 32 --size 16 --stride 2 --pad 1");

  for (CLI::App* command : {check, conv}) gan::console::add_threads(*command);
  return gan::console::run(app, argc, argv, [&] {
    read_extents(extents, options);
    engine::Device::named(device).use();
    if (check->parsed()) return lipschitz::check_file(path, brief) ? 0 : 1;
    lipschitz::report_conv(options);
    return 0;
  });
}
