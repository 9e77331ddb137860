// Peer: another library doing the same work, in a separate process that runs tools/bench's Python
// script (peer_pytorch.py). Nothing here depends on it: without --peer none is started. Errors: it
// does not start, or reports an error, with its message.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace bench {

class Peer {
 public:
  Peer(const std::string& python, int threads);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  const std::string& version() const { return version_; }
  // Builds a case under a name; `work` as peer_pytorch.py takes it.
  void prepare(const std::string& name, nlohmann::json work);
  void forget(const std::string& name);
  double seconds(const std::string& name);  // of one more run
  // The peak memory of its process, and its memory after loading the library. MiB.
  struct Memory {
    double peak, loaded;
  };
  Memory memory();

 private:
  nlohmann::json ask(const nlohmann::json& request);
  std::string read_line();
  int to_ = -1, from_ = -1, process_ = -1;
  std::string unread_, version_;
};

}  // namespace bench
