// The program under mpirun, where there is one and the program has its part for it.
#pragma once

#include <chrono>
#include <filesystem>
#include <iterator>
#include <optional>
#include <sstream>
#include <thread>

#include "support/program.h"

namespace groel::testing {

/// Why ranks cannot be tried here; empty: they can.
inline std::string no_ranks() {
  if (!std::filesystem::exists(std::filesystem::path(GROEL_PROGRAM).parent_path() / "groel-mpi.so"))
    return "the program was built without MPI";
  return bash("command -v mpirun").exit == 0 ? "" : "mpirun is not installed";
}

#define GROEL_NEEDS_RANKS() \
  if (const std::string why = no_ranks(); !why.empty()) GTEST_SKIP() << why

inline std::vector<std::string> ranked_command(int ranks, const std::vector<std::string>& arguments) {
  std::vector<std::string> command{"mpirun", "--allow-run-as-root", "--oversubscribe",
                                   "-n",     std::to_string(ranks), GROEL_PROGRAM};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

/// Of one machine, and without a network that a test's machine may lack.
inline Process::Setup ranked_setup() {
  return {.environment = {{"OMPI_MCA_btl", "self,vader"},
                          {"OMPI_MCA_btl_vader_single_copy_mechanism", "none"},
                          {"OMPI_MCA_rmaps_base_oversubscribe", "1"}}};
}

/// The greatest exit status of a launcher's ranks where all of them have ended; none where there are others, or none.
inline std::optional<int> status_of_ended_ranks(pid_t launcher) {
  std::optional<int> status;
  const std::filesystem::path threads = "/proc/" + std::to_string(launcher) + "/task";
  std::error_code gone;
  for (const auto& thread : std::filesystem::directory_iterator(threads, gone)) {
    std::istringstream children(read_file(thread.path() / "children"));
    for (std::string child; children >> child;) {
      const std::string stat = read_file("/proc/" + child + "/stat");
      std::istringstream fields(stat.substr(std::min(stat.size(), stat.rfind(')') + 1)));
      const std::vector<std::string> all{std::istream_iterator<std::string>(fields), {}};
      constexpr std::size_t kExitCode = 49;  // of those after the name; the state is the first
      if (all.size() <= kExitCode || all[0] != "Z") return std::nullopt;
      status = std::max(status.value_or(0), std::stoi(all[kExitCode]) >> 8);
    }
  }
  return status;
}

/// Debian 12's mpirun stands still now and then when all of its ranks have ended: two threads of PMIx lock one another
/// out. Then the ranks' own status is what came of the run. Ranks that do not end are waited for.
inline Outcome wait_for_ranks(Process& run) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::seconds kLongest(20);  // for tidying up
  Clock::time_point since = Clock::now();
  while (!run.ended()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const std::optional<int> status = status_of_ended_ranks(run.pid());
    if (!status) since = Clock::now();
    if (!status || Clock::now() - since < kLongest) continue;
    run.kill(SIGKILL);
    Outcome out = run.wait();
    out.exit = *status, out.signal = 0;
    return out;
  }
  return run.wait();
}

inline Outcome on_ranks(int ranks, const std::vector<std::string>& arguments) {
  Process run(ranked_command(ranks, arguments), ranked_setup());
  return wait_for_ranks(run);
}

}  // namespace groel::testing
