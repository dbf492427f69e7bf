// The program under mpirun, where there is one and the program has its part for it.
#pragma once

#include <filesystem>

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

inline Outcome on_ranks(int ranks, const std::vector<std::string>& arguments) {
  return Process(ranked_command(ranks, arguments), ranked_setup()).wait();
}

}  // namespace groel::testing
