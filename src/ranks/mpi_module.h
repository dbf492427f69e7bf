// What the part with MPI hands to the program.
#pragma once

#include <memory>

#include "ranks/mailbox.h"

namespace groel::ranks {

struct MpiModule {
  int version;  ///< kMpiModule of the program that it belongs to
  /// Begins MPI. Throws std::runtime_error, where that fails.
  std::unique_ptr<Mailbox> (*begin)();
};

inline constexpr int kMpiModule = 1;
inline constexpr const char* kMpiEntry = "groel_mpi_module";

}  // namespace groel::ranks
