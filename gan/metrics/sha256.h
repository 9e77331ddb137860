// Incremental SHA-256, which identifies a graph or a set of images by content.
//   Sha256 hash; hash.add(bytes); std::string name = hash.hex();
// Cost: about a nanosecond per byte (OpenSSL). Errors: out of memory.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace gan::metrics {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void add(std::string_view bytes);
  std::string hex();  // ends it: 64 digits

  static std::string of(std::string_view bytes);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace gan::metrics
