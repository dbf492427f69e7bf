// Reads the environment that launchers give, and loads the part with MPI.
#include "ranks/launched.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <utility>

#include "base/loaded_part.h"
#include "ranks/mpi_module.h"

namespace groel::ranks {
namespace {

constexpr const char* kAlone =
    "GROEL_MPI=off in the environment lets each copy work for itself, with outputs of its own";

// Nothing, where it is not set.
std::optional<int> number_of(const char* name) {
  const char* const text = std::getenv(name);
  if (text == nullptr) return {};
  int out = 0;
  const std::string_view digits = text;
  std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return out;
}

const MpiModule* module() {
  const auto entry = reinterpret_cast<const MpiModule* (*)()>(loaded_part("groel-mpi.so", kMpiEntry));
  return entry == nullptr || entry()->version != kMpiModule ? nullptr : entry();
}

}  // namespace

Launch launched() {
  if (const char* const word = std::getenv("GROEL_MPI"); word != nullptr && std::string_view(word) == "off") return {};
  // The first that is set decides: mpirun itself may have been started by srun, once on each machine.
  struct Kind {
    const char *copies, *copy, *launcher;
  };
  constexpr Kind kKinds[] = {{"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", "mpirun"},
                             {"PMI_SIZE", "PMI_RANK", "mpirun"},
                             {"SLURM_STEP_NUM_TASKS", "SLURM_PROCID", "srun"}};
  for (const Kind& kind : kKinds)
    if (const auto copies = number_of(kind.copies))
      return *copies > 1 ? Launch{*copies, kind.launcher, number_of(kind.copy).value_or(0)} : Launch{};
  return {};
}

std::unique_ptr<Mailbox> join_ranks(const Launch& launch) {
  if (launch.copies <= 1) return nullptr;
  const std::string started = fmt::format("{} started {} copies", launch.launcher, launch.copies);
  const MpiModule* const part = module();
  if (part == nullptr)
    throw Error(
        ErrorKind::unsupported,
        {started + ", and this program was built without MPI, or does not find it", "groel-mpi.so",
         std::string("install libopenmpi-dev and build again (./run does both), or start one copy; ") + kAlone});
  std::unique_ptr<Mailbox> out;
  try {
    out = part->begin();
  } catch (const std::runtime_error& error) {
    throw Error(ErrorKind::unsupported, {fmt::format("{}, and {}", started, error.what()), launch.launcher, kAlone});
  }
  if (const int known = out->size(); known != launch.copies) {
    out->finish();
    throw Error(ErrorKind::usage,
                {fmt::format("{}, of which MPI knows {}", started, known), launch.launcher,
                 std::string(launch.launcher == "srun"
                                 ? "give srun its option mpi=pmix, if it knows of it, or start by mpirun; "
                                 : "start by the mpirun of the MPI that GroEL was built with; ") +
                     kAlone});
  }
  return out;
}

}  // namespace groel::ranks
