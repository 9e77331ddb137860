// notice: what library code has to tell a person although nothing failed, such as a step that is
// not captured. The library never prints; a program says once where notices go:
//   on_notice([](const std::string& text) { std::fprintf(stderr, "note: %s\n", text.c_str()); });
//   notice("the step is not captured on ", device, ", since ", why);   // in the library
// Before that they go nowhere. A notice is one line without its end. Process-wide: set it before
// other threads compute. Cost: the text. Errors: whatever the receiver throws.
#pragma once

#include <functional>
#include <sstream>
#include <string>

namespace engine {

using NoticeReceiver = std::function<void(const std::string& text)>;

NoticeReceiver on_notice(NoticeReceiver receiver);  // returns the receiver before it
void tell(const std::string& text);                 // hands one line to the receiver

template <class... Parts>
void notice(const Parts&... parts) {
  std::ostringstream text;
  (text << ... << parts);
  tell(text.str());
}

}  // namespace engine
