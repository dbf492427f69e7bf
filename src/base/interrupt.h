// Ctrl-C and termination, asked for politely.
#pragma once

namespace groel {

/// From now on SIGINT, SIGTERM and SIGHUP set a flag (a second SIGINT ends the process), and SIGPIPE is ignored so that
/// a closed pipe is an ordinary write error.
void install_interrupt_handlers();
/// Throws Error(interrupted) when the flag is set.
void check_interrupted();

}  // namespace groel
