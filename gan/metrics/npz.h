// NumPy .npz files: named arrays in a zip file, stored or deflated.
//   Npz file("stats.npz");
//   if (file.has("mu")) NpyArray mu = file.array("mu");
// Cost: the file in memory, and each requested array. Errors: a missing or broken array, with the
// file's name. Data that claims a compression ratio beyond deflate's (1032 to 1), or another size
// than the array's header, is refused before memory is allocated.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gan/metrics/npy.h"

struct zip;

namespace gan::metrics {

class Npz {
 public:
  explicit Npz(const std::string& path);
  Npz(std::string bytes, std::string path);  // `path` is for messages
  ~Npz();
  Npz(const Npz&) = delete;
  Npz& operator=(const Npz&) = delete;

  std::vector<std::string> names() const;  // without ".npy"
  bool has(const std::string& name) const;
  NpyArray array(const std::string& name) const;
  const std::string& path() const { return path_; }

 private:
  std::string bytes_, path_;
  zip* zip_ = nullptr;
};

std::string write_npz(const std::map<std::string, NpyArray>& arrays);  // the bytes, uncompressed

}  // namespace gan::metrics
