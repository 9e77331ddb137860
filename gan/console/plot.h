// Plots by gnuplot, from a script that is kept beside its data, so that a user can restyle it and
// run it again: gnuplot NAME.gnuplot. It draws NAME.svg and NAME.png. Without gnuplot the data and
// the script remain. Errors: a file that cannot be written.
#pragma once

#include <string>

namespace gan::console {

struct Plot {
  std::string folder;  // made if need be
  std::string name;    // of the files, without what follows the dot
  std::string data;    // text of NAME.csv
  std::string body;    // gnuplot commands that draw it; they read NAME.csv
  int width = 900, height = 600;
};

// Writes and draws it. Returns one line for the user: the picture, or why there is none.
std::string draw(const Plot& plot);

// Text as a gnuplot string.
std::string quoted(const std::string& text);

}  // namespace gan::console
