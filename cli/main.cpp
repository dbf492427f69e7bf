// The groel program: arguments in, one task run, exit status out.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <new>

#include "base/interrupt.h"
#include "cli/command_line.h"
#include "cli/standard_output.h"
#include "cli/terminal_sink.h"
#include "formats/cell.h"

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

int run(const std::vector<std::string>& arguments, groel::cli::StandardOutput& output) {
  const groel::cli::Invocation invocation = groel::cli::parse(arguments);
  if (invocation.task == nullptr) {
    output.stream() << invocation.text;
    output.finish();
    return 0;
  }
  groel::cli::TerminalSink sink(invocation.quiet);
  groel::tasks::Context context{output.stream(), sink};
  if (invocation.csv_guard) groel::formats::set_cell_guard(groel::formats::CellGuard::on);
  const groel::Options options(invocation.task->options, invocation.given);
  const int status = groel::tasks::run_task(*invocation.task, options, context);
  output.finish();  // a write that failed late (full disk, closed pipe) must not look like success
  return status;
}

int report(const Error& error, bool as_json) {
  if (error.kind() == ErrorKind::io && groel::cli::output_is_closed()) groel::cli::end_by_closed_pipe();
  if (as_json) {
    const auto& parts = error.parts();
    const nlohmann::json json = {{"error",
                                  {{"kind", groel::name(error.kind())},
                                   {"message", parts.what},
                                   {"where", parts.where},
                                   {"remedy", parts.remedy}}}};
    groel::cli::StandardOutput output;
    output.stream() << json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << std::endl;
  }
  groel::cli::say("groel: {}\n", error.what());
  return groel::exit_code(error.kind());
}

}  // namespace

int main(int argc, char** argv) {
  groel::install_interrupt_handlers();
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  const bool as_json = std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
  try {
    hold_standard_streams();
    groel::cli::StandardOutput output;
    return run(arguments, output);
  } catch (const Error& error) {
    return report(error, as_json);
  } catch (const std::bad_alloc&) {
    return report(Error(ErrorKind::memory, {"out of memory", {}, "lower --max-tokens or --memory"}), as_json);
  } catch (const std::exception& error) {
    return report(Error(ErrorKind::internal, {error.what(), {}, "this is a defect of GroEL; please report it"}),
                  as_json);
  }
}
