// Plan: what a sweep trains: a grid of settings, each with several seeds.
//
//   Plan plan = read_plan(text, "mine.json", "minutes");      // an experiment at one of its scales
//   for (const Cell& cell : cells(plan)) ...                  // setting by setting, seed by seed
//
// An experiment is a JSON object (comments are allowed), of which only `vary` must be there:
//
//   {
//     "title": "...", "source": "...", "preset": "sn-cnn",
//     "set": ["loss=hinge"],                              what all cells have in common
//     "vary": {                                           an axis of the grid each, in this order
//       "d.constraint": ["toeplitz(k=1)", "toeplitz(k=2)"],                 values of a setting
//       "method": {"WC": ["d.constraint=clip(c=0.01)", "loss=wasserstein"]}  or groups of settings
//     },
//     "seeds": 3, "steps": 1000, "minutes": 10,           of each cell
//     "published": {"what": "Inception Score", "values": {"toeplitz(k=1)": 2.62}},
//     "scales": {"minutes": {"preset": "sn-small", "steps": 500}}
//   }
//
// A scale's `set` comes after that of the experiment; whatever else it gives stands in its place.
// Errors: one line that names the file, the key and what is wrong.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gan/training/config.h"

namespace gan::sweep {

using engine::Index;

struct Level {
  std::string label;
  std::vector<std::string> assignments;  // as --set takes them; "preset=NAME" too
};

struct Axis {
  std::string name;
  std::vector<Level> levels;
};

struct Plan {
  std::string name = {}, scale = {};  // "poster-k", "minutes"
  std::string title = {}, source = {}, preset = {};
  std::vector<std::string> assignments = {};
  std::vector<Axis> axes = {};
  Index seeds = 3;
  std::optional<Index> steps = {};
  double minutes = std::numeric_limits<double>::infinity();
  std::string published_what = {};
  std::map<std::string, double> published = {};  // by a setting's label, or by a level's
};

// One run of a sweep.
struct Cell {
  std::string folder;               // its name inside the sweep's
  std::size_t setting = 0;          // its number
  std::vector<std::string> labels;  // a level of each axis
  std::uint64_t seed = 0;
  training::Config config;
};

constexpr Index kMostCells = 10'000;

Plan read_plan(const std::string& text, const std::string& path, const std::string& scale = "");
// The scales of an experiment, as the file lists them.
std::vector<std::string> scales_of(const std::string& text, const std::string& path);
// As read_plan reads it again, with no scales left.
std::string to_json(const Plan& plan);

// From "KEY=V1,V2,...": commas inside parentheses do not split.
Axis parse_axis(const std::string& text);

// All cells, each with settings that make sense. Errors: the first that do not, with the cell.
std::vector<Cell> cells(const Plan& plan);
std::string label_of(const std::vector<std::string>& labels);  // "toeplitz(k=1), hinge"
// What the experiment says was published for a setting.
std::optional<double> published(const Plan& plan, const std::vector<std::string>& labels);

}  // namespace gan::sweep
