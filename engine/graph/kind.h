// Kind: recognizes files and folders that are not graphs (weights without a graph, a web page, an
// archive) by content, and says what to do.
//
// Cost: reads the first and last bytes; searches archives for the names of their members.
#pragma once

#include <string>
#include <string_view>

namespace engine::graph {

// "is a PyTorch file (weights or a pickled module), not a graph; export ...". Empty: not known.
std::string known_file(std::string_view bytes);

// The same for a folder, by its contents. Empty: not known, or not a folder.
std::string known_folder(const std::string& path);

}  // namespace engine::graph
