// type_name: the name of a type, for tables that show values of the user's own types. Cost: a short
// string. Errors: none.
#pragma once

#include <string>
#include <string_view>

namespace layers {

// The name of a type without namespaces: "Conv2d"; "module" for a lambda.
template <class T>
std::string type_name() {
  const std::string_view self = __PRETTY_FUNCTION__;                  // of g++ and clang
  const std::string_view begin = self.substr(self.find("T = ") + 4);  // "layers::Conv2d; ...]"
  const std::string_view name = begin.substr(0, begin.find_first_of(";]<"));
  const std::string_view last = name.substr(name.rfind(':') + 1);
  return last.empty() ? "module" : std::string(last);
}

}  // namespace layers
