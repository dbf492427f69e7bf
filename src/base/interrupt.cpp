// The signal flag.
#include "base/interrupt.h"

#include <csignal>

#include "base/error.h"

namespace groel {
namespace {

volatile std::sig_atomic_t g_signal = 0;

void remember(int signal) {
  g_signal = signal;
  std::signal(signal, SIG_DFL);
}

}  // namespace

void install_interrupt_handlers() {
  std::signal(SIGINT, remember);
  std::signal(SIGTERM, remember);
  std::signal(SIGHUP, remember);
  std::signal(SIGPIPE, SIG_IGN);
}

void check_interrupted() {
  if (g_signal != 0)
    throw Error(ErrorKind::interrupted, fmt::format("stopped by signal {}", static_cast<int>(g_signal)));
}

}  // namespace groel
