// Notes about a structure in which contacts are measured.
#pragma once

#include <string>
#include <vector>

#include "base/progress.h"
#include "bio/structure.h"

namespace groel::tasks {

/// Notes on the file and on the chains taken of it, among them which were not asked for. Errors: bad_input when a chain
/// has no residue that contacts can be measured from.
std::vector<std::string> structure_notes(const bio::Structure& structure, const std::vector<const bio::Chain*>& chains,
                                         const std::vector<std::string>& asked);

/// The same to the sink, then returned.
std::vector<std::string> tell_structure_notes(const bio::Structure& structure,
                                              const std::vector<const bio::Chain*>& chains,
                                              const std::vector<std::string>& asked, Sink& sink);

}  // namespace groel::tasks
