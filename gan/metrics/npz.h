// NumPy's .npz: arrays by name in a zip file, stored or deflated.
//   Npz file("stats.npz");
//   if (file.has("mu")) NpyArray mu = file.array("mu");
// Cost: the file in memory, and each array as it is asked for. Errors: name the file, and the array
// that is missing or broken. What deflates to more than deflate can do (1032 to 1), or to another
// size than the array's header promises, is refused before room for it is made.
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
