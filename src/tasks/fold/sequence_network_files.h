// Finds the network that a run of sequences names.
#pragma once

#include <filesystem>
#include <string>

namespace groel::tasks {

struct FoundSequenceNetwork {
  std::filesystem::path path;
  std::string note;  ///< where it was found; empty for a path of the user's own
};

/// A path of an ESMFold or a MiniFold; a name of ESMFold (find_esmfold.h; nothing is that, too), or of a MiniFold that
/// `groel pull` downloaded (minifold-48L, minifold, minifold-12L). Errors: not_found, with the line that gets it;
/// unsupported, for a path that is neither.
FoundSequenceNetwork find_sequence_network(const std::string& name);
/// Whether a name is one of a network that folds sequences, here or not.
bool names_sequence_network(const std::string& name);

}  // namespace groel::tasks
