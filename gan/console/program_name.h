// program_name: the name of the running program, for messages that show commands: "resume with gan
// train --resume RUN". A program of the user's own (gan/gan.h) has another name than gan.
// Set once, when the program starts. Errors: none.
#pragma once

#include <string>

namespace gan::console {

// The name, which the program itself may change.
inline std::string& program_name() {
  static std::string name = "gan";
  return name;
}

}  // namespace gan::console
