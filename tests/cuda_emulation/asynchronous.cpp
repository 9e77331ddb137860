#include "asynchronous.h"

#include <cstring>
#include <vector>

#include "block.h"
#include "memory.h"

namespace emulation {
namespace {

struct Copy {
  void* to;
  const void* from;
  int bytes, read;
  long group;
};
struct Copies {
  std::vector<Copy> begun;  // and not yet arrived, the oldest first
  long groups = 0;          // committed
};
std::vector<Copies> all;  // by thread of the block
bool any = false;         // in this block

Copies& own() { return all[running_thread()]; }

void finish(const Copy& copy) {
  copy_arrives(copy.to, copy.bytes);
  if (copy.read > 0) {
    announce(Access::read, copy.from, copy.read);
    std::memcpy(copy.to, copy.from, copy.read);
  }
  std::memset(static_cast<Byte*>(copy.to) + copy.read, 0, copy.bytes - copy.read);
}

}  // namespace

void start_copy(void* to, const void* from, int bytes, int read) {
  if (bytes != 4 && bytes != 8 && bytes != 16)
    complain([&] { return "an asynchronous copy of " + std::to_string(bytes) + " bytes"; });
  if (read < 0 || read > bytes)
    complain([&] {
      return "an asynchronous copy of " + std::to_string(bytes) + " bytes reads " +
             std::to_string(read);
    });
  if (reinterpret_cast<std::uintptr_t>(from) % bytes != 0)
    complain([&] { return "an asynchronous copy from a misaligned address"; });
  if (read > 0 && !Arena::get().contains(from))
    complain([&] { return "an asynchronous copy from memory that is not global"; });
  if (read > 0) announce(Access::read, from, read);
  copy_begins(to, bytes);
  Copies& copies = own();
  copies.begun.push_back({to, from, bytes, read, copies.groups});
  any = true;
}

void end_group() {
  ++own().groups;
  any = true;
}

void finish_copies(int left) {
  auto& [begun, groups] = own();
  auto copy = begun.begin();
  for (; copy != begun.end() && copy->group + left < groups; ++copy) finish(*copy);
  begun.erase(begun.begin(), copy);
}

void forget_copies(std::size_t threads) {
  if (!any && all.size() >= threads) return;
  all.assign(threads, {});
  any = false;
}

void no_copies_left() {
  if (any && !own().begun.empty())
    complain([&] { return "a thread returns before its asynchronous copies have arrived"; });
}

}  // namespace emulation
