// The groel program: reads the arguments, runs one task, and returns its exit status.
#include <fcntl.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <system_error>

#include "base/interrupt.h"
#include "base/mapped_file.h"
#include "cli/command_line.h"
#include "cli/question.h"
#include "cli/remedy.h"
#include "cli/standard_output.h"
#include "cli/terminal_sink.h"
#include "formats/cell.h"
#include "tasks/reading/settings.h"
#include "tasks/workers/run.h"

namespace {

using groel::Error;
using groel::ErrorKind;

// Where the caller closed a standard stream, the next file opened would take its place and get what is printed. What
// takes its place refuses, so that output that cannot be written is an error; messages may be lost.
void hold_standard_streams() {
  const std::pair<int, int> streams[] = {
      {STDIN_FILENO, O_WRONLY}, {STDOUT_FILENO, O_RDONLY}, {STDERR_FILENO, O_WRONLY}};
  for (const auto& [stream, flags] : streams)
    if (::fcntl(stream, F_GETFD) < 0 && ::open("/dev/null", flags) != stream)
      groel::throw_errno("/dev/null", "open", errno);
}

// Of a model that no word of the command line names: who does.
std::string set_by(const Error::Parts& parts, const std::vector<std::string>& arguments) {
  for (const groel::tasks::Setting& setting : groel::tasks::user_settings())
    if (setting.key == "model" && setting.value == parts.where &&
        std::find(arguments.begin(), arguments.end(), parts.where) == arguments.end())
      return fmt::format("{}it is the model of {}", parts.remedy.empty() ? "" : "\n  ", setting.source);
  return {};
}

// The error with a remedy that the command can follow.
Error fitting(const Error& error, const groel::tasks::Task& task, const std::vector<std::string>& arguments) {
  Error::Parts parts = error.parts();
  parts.remedy = groel::cli::fitting_remedy(parts.remedy, task, arguments);
  if (error.kind() == ErrorKind::usage && parts.what.ends_with(" is missing"))
    parts.remedy += fmt::format("{}for example: {}", parts.remedy.empty() ? "" : "\n  ", task.examples.front().command);
  if (error.kind() == ErrorKind::not_found) parts.remedy += set_by(parts, arguments);
  return Error(error.kind(), parts);
}

Error out_of_memory() {
  return Error(
      ErrorKind::memory,
      {"out of memory: the system gives no more",
       {},
       "raise its limit (ulimit -v), use a smaller model, or lower --max-tokens or --memory where there are such"});
}

int run_task(const groel::cli::Invocation& invocation, const std::vector<std::string>& arguments, std::ostream& out) {
  groel::cli::TerminalSink sink(invocation.quiet);
  groel::tasks::Context context{
      out, sink, nullptr, {invocation.pull, invocation.quiet ? nullptr : groel::cli::asker()}};
  const std::vector<groel::tasks::Setting>& settings = groel::tasks::user_settings();
  groel::tasks::set_cache(settings);
  try {
    const groel::Options options(invocation.task->options, invocation.given, groel::tasks::setting_values(settings));
    return groel::tasks::run_on_ranks(*invocation.task, options, context);
  } catch (const Error& error) {
    throw fitting(error, *invocation.task, arguments);
  } catch (const std::bad_alloc&) {
    throw fitting(out_of_memory(), *invocation.task, arguments);
  }
}

int run(const std::vector<std::string>& arguments, groel::cli::StandardOutput& output) {
  const groel::cli::Invocation invocation = groel::cli::parse(arguments);
  if (invocation.task == nullptr) {
    output.stream() << invocation.text;
    output.finish();
    return 0;
  }
  if (invocation.csv_guard) groel::formats::set_cell_guard(groel::formats::CellGuard::on);
  const int status = run_task(invocation, arguments, output.stream());
  output.finish();  // a write that failed late (full disk, closed pipe) must not look like success
  return status;
}

int report(const Error& error, const std::vector<std::string>& arguments) {
  if (error.kind() == ErrorKind::io && groel::cli::output_is_closed()) groel::cli::end_by_closed_pipe();
  const bool as_json = std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
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

// A shell's small limit on the stack is raised as far as it may be: the main thread's grows while it runs.
void raise_stack_limit() {
  constexpr rlim_t kWanted = rlim_t{8} << 20;
  rlimit limit{};
  if (::getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur >= kWanted) return;
  limit.rlim_cur = std::min(kWanted, limit.rlim_max);
  ::setrlimit(RLIMIT_STACK, &limit);
}

// Where address space is limited, threads share one heap: each of its own would reserve 64 MB.
void spare_address_space() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) ::mallopt(M_ARENA_MAX, 1);
}

// What the system refused outside our own calls: a thread, a file.
Error from_system(const std::system_error& error) {
  const int code = error.code().value();
  if (code == EAGAIN || code == ENOMEM) return out_of_memory();
  return Error(ErrorKind::io, {error.what(), {}, {}});
}

int run_and_report(const std::vector<std::string>& arguments) {
  try {
    hold_standard_streams();
    groel::cli::StandardOutput output;
    return run(arguments, output);
  } catch (const Error& error) {
    return report(error, arguments);
  } catch (const std::bad_alloc&) {
    return report(out_of_memory(), arguments);
  } catch (const std::system_error& error) {
    return report(from_system(error), arguments);
  } catch (const std::exception& error) {
    return report(Error(ErrorKind::internal, {error.what(), {}, "this is a defect of GroEL; please report it"}),
                  arguments);
  }
}

}  // namespace

int main(int argc, char** argv) {
  groel::install_interrupt_handlers();
  groel::install_mapped_file_guard();
  raise_stack_limit();
  spare_address_space();
  const int status = run_and_report({argv + std::min(argc, 1), argv + argc});
  if (!groel::tasks::leave_ranks(status)) {
    std::fflush(nullptr);
    std::_Exit(status);
  }
  return status;
}
