// Plots by gnuplot. The script is kept beside its data, so that a user can restyle the plot and
// draw it again: gnuplot NAME.gnuplot. It draws NAME.svg and NAME.png. Without gnuplot the data and
// the script remain. Errors: a file that cannot be written.
#pragma once

#include <string>

namespace gan::console {

struct Plot {
  std::string folder;  // made if need be
  std::string name;    // of the files, without extension
  std::string data;    // text of NAME.csv
  std::string body;    // gnuplot commands that draw it; they read NAME.csv
  int width = 900, height = 600;
};

// Writes the files and draws the plot. Returns one line for the user: the image, or why there is
// none.
std::string draw(const Plot& plot);

// Text as a gnuplot string.
std::string quoted(const std::string& text);

}  // namespace gan::console
