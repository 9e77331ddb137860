#include "gan/commands/commands.h"

namespace gan {

void add_device(CLI::App* command, std::string& device) {
  command->add_option("--device", device, "cpu or cuda")
      ->capture_default_str()
      ->check(CLI::IsMember({"cpu", "cuda"}));
}

}  // namespace gan
