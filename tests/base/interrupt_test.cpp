// Signals that ask to stop: on which stack, and to which thread.
#include "base/interrupt.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "base/threads.h"

namespace groel {
namespace {

TEST(Interrupt, HandlersHaveAStackOfTheirOwn) {
  const auto looks_right = [] {
    install_interrupt_handlers();
    stack_t stack{};
    ::sigaltstack(nullptr, &stack);
    bool right = stack.ss_flags == 0 && stack.ss_size >= 32768;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGALRM}) {
      struct sigaction action {};
      ::sigaction(signal, nullptr, &action);
      right = right && (action.sa_handler == SIG_IGN || (action.sa_flags & SA_ONSTACK) != 0);
    }
    return right;
  };
  EXPECT_EXIT(std::_Exit(looks_right() ? 0 : 1), ::testing::ExitedWithCode(0), "");
}

TEST(Interrupt, ThreadsThatComputeAreNotSentThem) {
  const int before = num_threads();
  set_num_threads(2);
  const std::thread::id here = std::this_thread::get_id();
  std::atomic<int> others{0}, wrong{0};
  for (int tries = 0; tries < 1000 && others == 0; ++tries)
    parallel_for(64, [&](std::int64_t) {
      std::this_thread::sleep_for(std::chrono::microseconds(10));
      sigset_t blocked;
      ::pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
      const bool refuses = ::sigismember(&blocked, SIGINT) == 1 && ::sigismember(&blocked, SIGALRM) == 1;
      const bool other = std::this_thread::get_id() != here;
      if (other) ++others;
      if (refuses != other) ++wrong;
    });
  set_num_threads(before);
  EXPECT_GT(others, 0);
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace groel
