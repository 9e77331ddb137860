// Errors: every error in Kantor is an engine::Error with one line: the op, file or option, what is
// wrong (both shapes, the offset) and what to do. It is caught once, in main().
//   check(x.rank() == 4, "conv2d: the input must be [N, H, W, C], got ", x.shape());
// Cost: one branch; the text is built only on failure.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

namespace engine {

class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& text) : std::runtime_error(whole(text)) {}

 private:
  // what() would end at a zero byte, which names read from files may contain.
  static std::string whole(const std::string& text) {
    std::string shown;
    for (const char c : text) c == '\0' ? shown += "\\x00" : shown += c;
    return shown;
  }
};

template <class... Parts>
[[noreturn]] void fail(const Parts&... parts) {
  std::ostringstream text;
  (text << ... << parts);
  throw Error(text.str());
}

template <class... Parts>
void check(bool ok, const Parts&... parts) {
  if (!ok) [[unlikely]]
    fail(parts...);
}

}  // namespace engine
