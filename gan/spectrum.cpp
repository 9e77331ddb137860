#include "gan/spectrum.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>

#include "engine/engine.h"
#include "engine/linalg.h"
#include "layers/lipschitz/toeplitz.h"
#include "layers/mode.h"

namespace gan {
namespace {

using layers::LinearMap;

constexpr Index kAffordable = 2048;  // of the larger extent of a Toeplitz matrix

std::vector<std::string> distinct(const std::vector<Spectrum>& spectra,
                                  const std::string Spectrum::*member) {
  std::vector<std::string> names;
  for (const Spectrum& s : spectra)
    if (std::find(names.begin(), names.end(), s.*member) == names.end()) names.push_back(s.*member);
  return names;
}

const char* kind(const Spectrum& s) { return s.toeplitz ? "toeplitz" : "reshaped"; }

// One panel: the reshaped kernel's values of one layer, a curve for each run.
std::string panel(const std::vector<std::string>& runs, const std::string& layer) {
  std::ostringstream text;
  text << "set title " << quoted("layer " + layer) << "\nplot ";
  for (std::size_t i = 0; i < runs.size(); ++i)
    text << (i ? ", \\\n     " : "") << "'spectrum.csv' using (strcol(1) eq " << quoted(runs[i])
         << " && strcol(2) eq " << quoted(layer)
         << " && strcol(3) eq 'reshaped' ? $4 : NaN):6 with lines lw 2 title " << quoted(runs[i]);
  text << '\n';
  return text.str();
}

}  // namespace

std::vector<Spectrum> spectra(LoadedRun& run, const std::string& title) {
  const engine::NoGrad constant;
  const layers::Eval evaluate;
  const ImageSize& image = run.header.image;
  run.networks.discriminator(engine::zeros({1, image.height, image.width, image.channels}));
  std::vector<Spectrum> found;
  layers::Visitor visitor(
      [&](const std::string& name, layers::Param& param) {
        if (param.raw().rank() < 2 || !name.ends_with("weight")) return;
        const std::string layer = name.substr(0, name.rfind('.'));
        const LinearMap raw = param.map(), W = raw.with(param.value(raw));
        found.push_back({title, layer, false, engine::singular_values(flatten(W.weight))});
        if (W.weight.rank() == 4 && std::max(W.domain().size(), W.range().size()) <= kAffordable)
          found.push_back({title, layer, true, engine::singular_values(layers::toeplitz(W))});
      },
      [](const std::string&, engine::State&) {});
  run.networks.discriminator.visit(visitor);
  return found;
}

Plot spectrum_plot(const std::vector<Spectrum>& spectra, const std::string& folder) {
  std::ostringstream data;
  data << "run,layer,matrix,index,value,relative\n" << std::setprecision(9);
  for (const Spectrum& s : spectra)
    for (std::size_t i = 0; i < s.values.size(); ++i)
      data << s.run << ',' << s.layer << ',' << kind(s) << ',' << i + 1 << ',' << s.values[i] << ','
           << (s.values[0] > 0 ? s.values[i] / s.values[0] : 0) << '\n';

  const std::vector<std::string> runs = distinct(spectra, &Spectrum::run);
  std::vector<std::string> layers = distinct(spectra, &Spectrum::layer);
  std::erase_if(layers, [&](const std::string& layer) {  // a single value is no spectrum
    return std::all_of(spectra.begin(), spectra.end(),
                       [&](const Spectrum& s) { return s.layer != layer || s.values.size() < 2; });
  });
  const int columns = std::max(1, static_cast<int>(std::ceil(std::sqrt(layers.size()))));
  const int rows = std::max(1, (static_cast<int>(layers.size()) + columns - 1) / columns);
  std::ostringstream body;
  body << "set multiplot layout " << rows << "," << columns
       << " title 'Singular values of the reshaped kernels over the largest'\n"
       << "set yrange [0:1.05]\nset xlabel 'index'\nset key bottom left\nset grid\n";
  for (const std::string& layer : layers) body << panel(runs, layer);
  body << "unset multiplot\n";
  return {.folder = folder,
          .name = "spectrum",
          .data = data.str(),
          .body = body.str(),
          .width = 380 * columns,
          .height = 300 * rows + 40};
}

}  // namespace gan
