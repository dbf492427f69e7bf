// Handles signals that ask the program to stop: a flag, and a time limit from when it was set.
#include "base/interrupt.h"

#include <poll.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstddef>
#include <cstring>

#include "base/error.h"

namespace groel {
namespace {

constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP};
std::atomic<bool> g_installed{false};

static_assert(std::atomic<int>::is_always_lock_free);

// Only what a signal handler may call, as in those below.
void start_clock() {
  itimerval timer{};
  timer.it_value = {1, 500'000};
  ::setitimer(ITIMER_REAL, &timer, nullptr);
}

void remember(int signal) {
  detail::interrupting_signal = signal;
  for (const int other : kSignals)  // those ignored by whoever started us stay so
    if (struct sigaction now{}; ::sigaction(other, nullptr, &now) == 0 && now.sa_handler == remember)
      std::signal(other, SIG_DFL);
  start_clock();
}

void time_is_over(int) {
  if (detail::uninterrupted != 0) return start_clock();
  char text[] = "groel: stopped by signal 00\n";
  const int signal = detail::interrupting_signal;
  text[sizeof text - 4] = static_cast<char>('0' + signal / 10 % 10);
  text[sizeof text - 3] = static_cast<char>('0' + signal % 10);
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text, sizeof text - 1);
  constexpr int kInterrupted = 130;  // exit_code(ErrorKind::interrupted)
  ::_exit(kInterrupted);
}

// oneDNN's products on AVX2 keep other things than the stack's address in its register, and the system would write a
// handler's frame over them. So handlers have a stack of their own; it is the main thread's, and threads that compute
// with it are not sent these signals (base/threads.cpp).
void use_own_stack() {
  alignas(64) static std::array<std::byte, std::size_t{64} << 10> memory;
  stack_t stack{};
  stack.ss_sp = memory.data();
  stack.ss_size = memory.size();
  ::sigaltstack(&stack, nullptr);
}

// -> what was there.
struct sigaction handle(int signal, void (*handler)(int)) {
  struct sigaction action {
  }, before{};
  action.sa_handler = handler;
  action.sa_flags = SA_ONSTACK | SA_RESTART;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(signal, &action, &before);
  return before;
}

}  // namespace

void install_interrupt_handlers() {
  use_own_stack();
  for (const int signal : kSignals)
    if (handle(signal, remember).sa_handler == SIG_IGN) std::signal(signal, SIG_IGN);  // nohup, a background job
  handle(SIGALRM, time_is_over);
  for (const int signal : {SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_IGN);  // the write fails and says why
  g_installed = true;
}

void detail::throw_interrupted() {
  if (const int signal = interrupting_signal.load())
    throw Error(ErrorKind::interrupted, fmt::format("stopped by signal {}", signal));
  throw Error(ErrorKind::interrupted, "cancelled");
}

Uninterrupted::~Uninterrupted() {
  if (--detail::uninterrupted == 0 && detail::interrupting_signal != 0 && g_installed) start_clock();
}

void wait_readable(int descriptor) {
  constexpr int kBetweenLooks = 100;  // milliseconds: a signal may have come just before the wait
  pollfd entry{descriptor, POLLIN, 0};
  do check_interrupted();
  while (::poll(&entry, 1, kBetweenLooks) <= 0);
}

}  // namespace groel
