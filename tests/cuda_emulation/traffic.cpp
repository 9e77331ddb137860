#include "traffic.h"

namespace emulation {
namespace {

bool on_request = false;
std::map<std::string, Traffic> all;

}  // namespace

bool counting() { return on_request; }

Traffic* counted(const std::string& name) {
  if (!on_request) return nullptr;
  Traffic& traffic = all[name];
  ++traffic.launches;
  return &traffic;
}

void count_traffic(bool on) {
  on_request = on;
  if (on) all.clear();
}
const std::map<std::string, Traffic>& traffic() { return all; }

}  // namespace emulation
