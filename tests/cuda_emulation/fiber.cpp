#include "fiber.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>

namespace emulation {

Fiber::Fiber(void (*entry)()) : entry_(entry) {
  // One page more, below, that cannot be touched: a stack that overflows ends the program.
  constexpr std::size_t kPage = 4096;
  void* block = mmap(nullptr, kStack + kPage, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (block == MAP_FAILED || mprotect(block, kPage, PROT_NONE) != 0) std::abort();
  stack_ = static_cast<char*>(block) + kPage;
  restart();
}

#if defined(__x86_64__)

// Pushes what the caller expects unchanged, exchanges the stacks, and pops the other side's.
asm(R"(
.text
.align 16
.type emulation_switch, @function
emulation_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size emulation_switch, .-emulation_switch
)");
extern "C" void emulation_switch(void** save, void* load);

void Fiber::restart() {
  auto** top = reinterpret_cast<void**>(stack_ + kStack);
  *--top = nullptr;  // where a return address would be: keeps the alignment that the ABI asks for
  *--top = reinterpret_cast<void*>(entry_);
  for (int i = 0; i < 6; ++i) *--top = nullptr;
  top_ = top;
}

void Fiber::switch_to(Fiber& to) { emulation_switch(&top_, to.top_); }

#else

void Fiber::restart() {
  getcontext(&context_);
  context_.uc_stack.ss_sp = stack_;
  context_.uc_stack.ss_size = kStack;
  context_.uc_link = nullptr;
  makecontext(&context_, entry_, 0);
}

void Fiber::switch_to(Fiber& to) { swapcontext(&context_, &to.context_); }

#endif

}  // namespace emulation
