#include "block.h"

#include <algorithm>
#include <deque>
#include <memory>
#include <numeric>
#include <random>
#include <sstream>
#include <vector>

#include "asynchronous.h"
#include "fiber.h"
#include "order.h"
#include "symbols.h"
#include "traffic.h"

// What kernels know as const: here, and only here, it changes.
uint3 thread_index __asm__("threadIdx");
uint3 block_index __asm__("blockIdx");
uint3 block_extent __asm__("blockDim");
uint3 grid_extent __asm__("gridDim");

namespace emulation {

Fiber* fiber_here = nullptr;

namespace {

enum class Stage { running, at_barrier, in_warp, done };

struct Thread {
  uint3 index = {};
  Stage stage = Stage::running;
  Fiber* fiber = nullptr;  // where it waits
  int line = 0;            // of what it waits at
  // What it brings to a meeting of its warp, and takes from it.
  Vote vote = Vote::take;
  unsigned mask = 0;
  std::uint64_t value = 0;
  int source = 0;
  Meeting meeting;  // with other blocks
};

// One launch at a time: what is running, and what its threads are doing.
struct Run {
  const Call* call = nullptr;
  Traffic* traffic = nullptr;
  std::size_t shared_bytes = 0;
  std::vector<Thread> threads;  // of the current block
  std::vector<std::uint16_t> warp_steps;
  std::deque<Thread*> ready;
  Order order;
  std::size_t next = 0, done = 0, at_barrier = 0;
  Thread* current = nullptr;
  std::uint32_t interval = 1, block_began = 1, launch_began = 1;
  bool active = false, ended = false;
} run;

// Another thread of the host, a loader's for one, may meanwhile be in code that kernels share with
// it (of the standard library), and is no thread of a kernel.
thread_local bool launched_here = false;

Fiber scheduler;
std::vector<std::unique_ptr<Fiber>> all_fibers;
std::vector<Fiber*> idle_fibers;

std::string text(const uint3& v) {
  std::ostringstream out;
  out << '(' << v.x << ',' << v.y << ',' << v.z << ')';
  return out.str();
}

std::size_t number(const Thread& t) { return static_cast<std::size_t>(&t - run.threads.data()); }

void go_on_as(Thread& thread) {
  run.current = &thread;
  thread_index = thread.index;
}

// What every fiber does: the threads that have not begun, one after the other.
void work() {
  for (;;) {
    while (run.next < run.threads.size()) {
      Thread& thread = run.threads[run.next++];
      go_on_as(thread);
      run.call->invoke(run.call->arguments.get());
      Thread& finished = *run.current;
      no_copies_left();
      finished.stage = Stage::done;
      ++run.done;
    }
    idle_fibers.push_back(fiber_here);
    fiber_here->switch_to(scheduler);
  }
}

// Lets the others run until this thread is ready again.
void wait(Stage stage) {
  Thread& self = *run.current;
  Fiber& fiber = *fiber_here;
  self.stage = stage;
  self.fiber = &fiber;
  fiber.switch_to(scheduler);
  fiber_here = &fiber;
  go_on_as(self);
}

void make_ready(Thread& thread) {
  thread.stage = Stage::running;
  run.ready.push_back(&thread);
}

std::string describe_waiting() {
  std::ostringstream out;
  out << "a barrier is not reached by all threads:";
  std::size_t listed = 0;
  for (const Thread& t : run.threads) {
    if (t.stage == Stage::done) continue;
    if (++listed > 4) continue;
    out << (listed > 1 ? ";" : "") << " thread " << text(t.index) << " waits at line " << t.line
        << (t.stage == Stage::at_barrier ? " (block)" : " (warp)");
  }
  out << "; " << listed << " of " << run.threads.size() << " wait, " << run.done
      << " have returned";
  return out.str();
}

void run_block() {
  const std::size_t count = std::size_t{block_extent.x} * block_extent.y * block_extent.z;
  run.threads.assign(count, Thread{});
  std::size_t i = 0;
  for (unsigned z = 0; z < block_extent.z; ++z)
    for (unsigned y = 0; y < block_extent.y; ++y)
      for (unsigned x = 0; x < block_extent.x; ++x) run.threads[i++].index = {x, y, z};
  run.warp_steps.assign((count + 31) / 32, 0);
  run.ready.clear();
  run.next = run.done = run.at_barrier = 0;
  run.block_began = ++run.interval;
  forget_copies(count);
  run.order.begin_block(run.block_began);

  while (run.done < count && !run.ended) {
    Fiber* go_on = nullptr;
    if (run.next < count) {
      if (idle_fibers.empty()) {
        all_fibers.push_back(std::make_unique<Fiber>(work));
        idle_fibers.push_back(all_fibers.back().get());
      }
      go_on = idle_fibers.back();
      idle_fibers.pop_back();
    } else if (!run.ready.empty()) {
      Thread& thread = *run.ready.front();
      run.ready.pop_front();
      go_on = thread.fiber;
    } else {
      run.current = nullptr;  // no one thread's fault
      const std::string place = where();
      fault(place + " " + describe_waiting());
      run.ended = true;
      break;
    }
    fiber_here = go_on;
    scheduler.switch_to(*go_on);
  }
}

// The blocks of a launch as they run: by number or, with Habits::blocks, at random.
const std::vector<unsigned>& blocks_in_turn(std::size_t count) {
  static std::vector<unsigned> numbers;
  static std::minstd_rand random(1);
  numbers.resize(count);
  std::iota(numbers.begin(), numbers.end(), 0u);
  if (habits().blocks) std::shuffle(numbers.begin(), numbers.end(), random);
  return numbers;
}

}  // namespace

constinit thread_local bool OwnWork::now = false;

bool in_kernel() { return launched_here && run.active && run.current; }

void end_kernel() {
  run.ended = true;
  OwnWork::now = false;
  fiber_here->switch_to(scheduler);
  std::abort();  // nobody comes back to this thread
}

std::string where() {
  std::string place = "kernel " + function_name(run.call->kernel) + ", block " + text(block_index);
  if (run.current) place += ", thread " + text(run.current->index);
  return place;
}

void run_kernel(dim3 grid, dim3 block, std::size_t shared_bytes, const Call& call) {
  run.call = &call;
  run.traffic = counting() ? counted(function_name(call.kernel)) : nullptr;
  run.shared_bytes = shared_bytes;
  run.active = launched_here = true;
  run.ended = false;
  grid_extent = {grid.x, grid.y, grid.z};
  block_extent = {block.x, block.y, block.z};
  run.launch_began = run.interval + 1;
  run.order.begin_launch();
  for (const unsigned i : blocks_in_turn(std::size_t{grid.x} * grid.y * grid.z)) {
    block_index = {i % grid.x, i / grid.x % grid.y, i / grid.x / grid.y};
    run_block();
    if (run.ended) break;
  }
  run.active = launched_here = false;
  run.current = nullptr;
  if (!run.ended) return;
  idle_fibers.clear();
  for (const auto& fiber : all_fibers) {
    fiber->restart();
    idle_fibers.push_back(fiber.get());
  }
}

void barrier(int line) {
  Thread& self = *run.current;
  self.line = line;
  for (const Thread& other : run.threads)
    if (other.stage == Stage::at_barrier) {
      if (other.line != line)
        complain([&] {
          return "threads wait at different barriers: this one at line " + std::to_string(line) +
                 ", thread " + text(other.index) + " at line " + std::to_string(other.line);
        });
      break;
    }
  if (++run.at_barrier < run.threads.size()) return wait(Stage::at_barrier);
  run.at_barrier = 0;
  ++run.interval;
  for (Thread& thread : run.threads)
    if (thread.stage == Stage::at_barrier) make_ready(thread);
}

void fence() { run.order.fence(run.current->meeting, run.interval); }
void meet(const void* address) { run.order.atomic(run.current->meeting, address); }

namespace {

void multiply(const Thread* warp, std::size_t lanes) {
  if (lanes < 32)
    complain([&] { return "a warp of less than 32 threads multiplies on tensor cores"; });
  const auto part = [&](int lane) -> const Multiplication& {
    return *reinterpret_cast<const Multiplication*>(warp[lane].value);
  };
  const int m = part(0).m, n = part(0).n, in_register = part(0).in_register;
  // Number i of those in the registers: TF32, or the halves of a register.
  const auto operand = [&](const std::uint32_t* registers, int i) -> double {
    const std::uint32_t bits = registers[i / in_register];
    return __uint_as_float(in_register == 1 ? bits & ~0x1fffu
                           : i % 2 == 0     ? bits << 16
                                            : bits & 0xffff0000u);
  };
  const int terms = 8 * in_register;
  for (int i = 0; i < m; ++i)
    for (int j = 0; j < n; ++j) {
      double a[16][16], b[16][8];
      for (int lane = 0; lane < 32; ++lane) {
        const int g = lane / 4, first = lane % 4 * in_register;
        for (int e = 0; e < 4; ++e)
          for (int h = 0; h < in_register; ++h)
            a[g + e % 2 * 8][first + e / 2 * 4 * in_register + h] =
                operand(part(lane).a + 4 * i, e * in_register + h);
        for (int e = 0; e < 2; ++e)
          for (int h = 0; h < in_register; ++h)
            b[first + e * 4 * in_register + h][g] =
                operand(part(lane).b + 2 * j, e * in_register + h);
      }
      for (int lane = 0; lane < 32; ++lane)
        for (int e = 0; e < 4; ++e) {
          const int row = lane / 4 + e / 2 * 8, column = lane % 4 * 2 + e % 2;
          float& d = part(lane).d[4 * (i * n + j) + e];
          double sum = d;
          for (int k = 0; k < terms; ++k) sum += a[row][k] * b[k][column];
          d = static_cast<float>(sum);
        }
    }
  if (run.traffic) run.traffic->flops += 2.0 * m * n * 16 * 8 * terms;
}

}  // namespace

void warp_multiply(const Multiplication& part, int line) {
  warp_exchange(Vote::multiply, 0xffffffffu, reinterpret_cast<std::uint64_t>(&part), 0, line);
}

std::uint64_t warp_exchange(Vote vote, unsigned mask, std::uint64_t value, int source, int line) {
  Thread& self = *run.current;
  const std::size_t first = number(self) / 32 * 32, lane = number(self) - first;
  self.vote = vote, self.mask = mask, self.value = value, self.source = source, self.line = line;
  if (!(mask >> lane & 1))
    complain([&] { return "a lane calls a shuffle or vote whose mask leaves it out"; });
  const std::size_t lanes = std::min<std::size_t>(32, run.threads.size() - first);
  if (lanes < 32 && mask != 0xffffffffu && mask >> lanes)
    complain(
        [&] { return "the mask of a shuffle or vote names lanes that the block does not have"; });
  Thread* const warp = &run.threads[first];
  const auto meets = [&](const Thread& t) {
    return t.stage == Stage::in_warp && t.mask == mask && t.line == line && t.vote == vote;
  };
  for (std::size_t i = 0; i < lanes; ++i)
    if ((mask >> i & 1) && i != lane && !meets(warp[i])) {
      wait(Stage::in_warp);
      return self.value;
    }

  // The last to come: what each lane takes home, then all go on.
  if (vote == Vote::multiply) multiply(warp, lanes);
  std::uint64_t results[32] = {};
  unsigned ballot = 0, all = 0;
  for (std::size_t i = 0; i < lanes; ++i)
    if (mask >> i & 1) {
      all |= 1u << i;
      if (warp[i].value) ballot |= 1u << i;
    }
  for (std::size_t i = 0; i < lanes; ++i) {
    if (!(mask >> i & 1)) continue;
    const auto from = static_cast<std::size_t>(warp[i].source);
    if (vote == Vote::take && (from >= lanes || !(mask >> from & 1)))
      complain([&] {
        return "lane " + std::to_string(i) + " takes from lane " + std::to_string(from) +
               ", which is not part of the shuffle";
      });
    results[i] = vote == Vote::take     ? warp[from].value
                 : vote == Vote::ballot ? ballot
                 : vote == Vote::any    ? ballot != 0
                                        : ballot == all;
  }
  ++run.warp_steps[first / 32];
  for (std::size_t i = 0; i < lanes; ++i) {
    if (!(mask >> i & 1)) continue;
    warp[i].value = results[i];
    if (i != lane) make_ready(warp[i]);
  }
  return self.value;
}

// --- Who touched a word last -----------------------------------------------------------------

const char* conflict(Word& word, Access access, bool shared) {
  const auto self = static_cast<std::uint16_t>(running_thread());
  const std::uint16_t step = run.warp_steps[self / 32];
  // Whether the one who touched it before may do so at the same time as this thread.
  const auto together = [&](const Touch& before) {
    if (before.interval < run.launch_began) return false;
    if (before.interval < run.block_began)  // another block
      return !shared && ((before.thread & kSeveralBlocks) ||
                         !run.order.comes_before(before.interval, run.interval));
    if (before.interval < run.interval) return (before.thread & kSeveralBlocks) != 0;
    if (before.thread & (kSeveralWarps | kSeveralBlocks)) return true;
    const unsigned thread = before.thread & kThread;
    if (thread == self && !(before.thread & kSeveralLanes)) return false;
    return thread / 32 != self / 32u || before.step == step;
  };
  const char* complaint = nullptr;
  const bool atomic = access == Access::atomic;
  if (together(word.write) && !(atomic && (word.write.thread & kAtomic)))
    complaint = access == Access::read ? "reads what another thread writes at the same time"
                                       : "writes what another thread writes at the same time";
  if (access == Access::read) {
    std::uint16_t who = self;
    if (together(word.read))
      who |= word.read.interval < run.block_began ? kSeveralBlocks
             : (word.read.thread & (kSeveralWarps | kSeveralBlocks)) ||
                     (word.read.thread & kThread) / 32 != self / 32
                 ? (word.read.thread & 0xf000) | kSeveralWarps
                 : kSeveralLanes;
    word.read = {run.interval, who, step};
  } else {
    if (!complaint && together(word.read))
      complaint = "writes what another thread reads at the same time";
    word.write = {run.interval, static_cast<std::uint16_t>(self | (atomic ? kAtomic : 0)), step};
  }
  return complaint;
}

std::size_t running_thread() { return number(*run.current); }
bool in_arguments(const void* address) {
  const auto* begin = static_cast<const Byte*>(run.call->arguments.get());
  return static_cast<std::size_t>(static_cast<const Byte*>(address) - begin) <
         run.call->argument_bytes;
}
bool fresh_in_block(const Touch& write) { return write.interval < run.block_began; }
bool fresh_in_launch(const Touch& touch) { return touch.interval < run.launch_began; }
Traffic* traffic_of_launch() { return run.traffic; }
std::size_t dynamic_shared_bytes() { return run.shared_bytes; }

}  // namespace emulation
