// NumPy files as values of a graph, and back. Axes are in the file's order, as in Python.
#pragma once

#include <string>
#include <vector>

#include "engine/graph/graph.h"

namespace graph_program {

// Errors: anything but an array of numbers with at most six axes; names the file.
engine::graph::Value read_array(const std::string& path);
// Reals are written as float32, whole numbers as int64, booleans as bytes.
void write_array(const std::string& path, const engine::graph::Value& value);

// "NAME=FILE" or "FILE", for the input or value of that name.
struct Binding {
  std::string name, path;  // name: "" where none is given
};
Binding parse_binding(const std::string& text, const std::vector<std::string>& names);

// The file of each binding as the value of its input; one without a name is the next input in
// order. Errors: inputs that are unknown, given twice, or not given.
std::map<std::string, engine::graph::Value> read_feeds(const engine::graph::Graph& graph,
                                                       const std::vector<std::string>& texts);

std::string text_of(const engine::graph::Value& value);  // "float32 [1, 10]"

}  // namespace graph_program
