// Whether a launcher (mpirun, srun) started several copies of the program, and how these reach each other.
#pragma once

#include <memory>

#include "ranks/mailbox.h"

namespace groel::ranks {

/// What started the copies, as their environment says.
struct Launch {
  int copies = 1;        ///< 1: no launcher, or one copy
  std::string launcher;  ///< "mpirun", "srun"
  int copy = 0;          ///< which one this is, from 0
};

/// GROEL_MPI=off in the environment: every copy works for itself, however many there are.
Launch launched();

/// Reaches the other copies; null where there is one. Errors: unsupported, where the part with MPI is missing; usage,
/// where MPI knows of another number of copies than were started.
std::unique_ptr<Mailbox> join_ranks(const Launch& launch);

}  // namespace groel::ranks
