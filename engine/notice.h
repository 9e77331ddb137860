// notice: a message from library code to the user that is not an error, such as a step that is not
// captured. The library never prints; a program sets the receiver once:
//   on_notice([](const std::string& text) { std::fprintf(stderr, "note: %s\n", text.c_str()); });
//   notice("the step is not captured on ", device, ": ", why);   // in the library
// Until then notices are dropped. A notice is one line without a newline. Process-wide: set the
// receiver before other threads compute. Cost: building the text. Errors: whatever the receiver
// throws.
#pragma once

#include <functional>
#include <sstream>
#include <string>

namespace engine {

using NoticeReceiver = std::function<void(const std::string& text)>;  // called with each notice

NoticeReceiver on_notice(NoticeReceiver receiver);  // returns the previous receiver
void tell(const std::string& text);                 // hands one line to the receiver

template <class... Parts>
void notice(const Parts&... parts) {
  std::ostringstream text;
  (text << ... << parts);
  tell(text.str());
}

}  // namespace engine
