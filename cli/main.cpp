// The groel program: arguments in, one task run, exit status out.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <iostream>
#include <new>

#include "base/interrupt.h"
#include "cli/command_line.h"
#include "cli/remedy.h"
#include "cli/terminal_sink.h"

namespace {

using groel::Error;
using groel::ErrorKind;

// Where the caller closed a standard stream, the next file opened would take its place and get what is printed. What
// stands there instead refuses, so that output that nobody can get is an error; talk may be lost.
void hold_standard_streams() {
  const std::pair<int, int> streams[] = {
      {STDIN_FILENO, O_WRONLY}, {STDOUT_FILENO, O_RDONLY}, {STDERR_FILENO, O_WRONLY}};
  for (const auto& [stream, flags] : streams)
    if (::fcntl(stream, F_GETFD) < 0 && ::open("/dev/null", flags) != stream)
      groel::throw_errno("/dev/null", "open", errno);
}

// A buffered write that failed late (full disk, closed pipe) must not look like success.
void flush_stdout() {
  errno = 0;
  std::cout.flush();
  if (!std::cout) groel::throw_errno("stdout", "write", errno != 0 ? errno : EIO);
}

// The error with a remedy that the command can follow.
Error fitting(const Error& error, const groel::tasks::Task& task, const std::vector<std::string>& arguments) {
  Error::Parts parts = error.parts();
  parts.remedy = groel::cli::fitting_remedy(parts.remedy, task, arguments);
  return Error(error.kind(), parts);
}

int run_task(const groel::cli::Invocation& invocation, const std::vector<std::string>& arguments) {
  groel::cli::TerminalSink sink(invocation.quiet);
  groel::tasks::Context context{std::cout, sink};
  try {
    const groel::Options options(invocation.task->options, invocation.given);
    return invocation.task->run(options, context);
  } catch (const Error& error) {
    throw fitting(error, *invocation.task, arguments);
  } catch (const std::bad_alloc&) {
    throw fitting(Error(ErrorKind::memory, {"out of memory", {}, "lower --max-tokens, or lower --memory"}),
                  *invocation.task, arguments);
  }
}

int run(const std::vector<std::string>& arguments) {
  const groel::cli::Invocation invocation = groel::cli::parse(arguments);
  if (invocation.task == nullptr) {
    std::cout << invocation.text;
    flush_stdout();
    return 0;
  }
  const int status = run_task(invocation, arguments);
  flush_stdout();
  return status;
}

int report(const Error& error, const std::vector<std::string>& arguments) {
  const bool as_json = std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
  if (as_json) {
    const auto& parts = error.parts();
    const nlohmann::json json = {{"error",
                                  {{"kind", groel::name(error.kind())},
                                   {"message", parts.what},
                                   {"where", parts.where},
                                   {"remedy", parts.remedy}}}};
    std::cout << json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << std::endl;
  }
  groel::cli::say("groel: {}\n", error.what());
  return groel::exit_code(error.kind());
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  groel::install_interrupt_handlers();
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  try {
    hold_standard_streams();
    return run(arguments);
  } catch (const Error& error) {
    return report(error, arguments);
  } catch (const std::bad_alloc&) {
    return report(Error(ErrorKind::memory, "out of memory"), arguments);
  } catch (const std::exception& error) {
    return report(Error(ErrorKind::internal, {error.what(), {}, "this is a defect of GroEL; please report it"}),
                  arguments);
  }
}
