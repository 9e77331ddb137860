// Kind: what a file or folder that was given as a graph is when it is not one, and what to do about
// it: weights without a graph, a picture of a web page, an archive. Recognised by content.
//
// Cost: a look at the first and last bytes; archives are searched for the names of their members.
#pragma once

#include <string>
#include <string_view>

namespace engine::graph {

// "is a PyTorch file (weights or a pickled module), not a graph; export ...". Empty: not known.
std::string known_file(std::string_view bytes);

// The same of a folder, by what lies in it. Empty: not known, or no folder.
std::string known_folder(const std::string& path);

}  // namespace engine::graph
