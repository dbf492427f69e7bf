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
  for (const int signal : {SIGINT, SIGTERM, SIGHUP})
    if (std::signal(signal, remember) == SIG_IGN) std::signal(signal, SIG_IGN);  // nohup, a job in the background
  for (const int signal : {SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_IGN);      // the write fails and says why
}

void check_interrupted() {
  if (g_signal != 0)
    throw Error(ErrorKind::interrupted, fmt::format("stopped by signal {}", static_cast<int>(g_signal)));
}

}  // namespace groel
