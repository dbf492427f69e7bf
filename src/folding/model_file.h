// Reads the model of a prediction back: its layout, positions and B factors.
#pragma once

#include <string>
#include <vector>

#include "folding/layout.h"

namespace groel::folding {

/// Without tokens, components and bonds, which are not read of the file; of alternative locations all.
struct ModelFile {
  AtomLayout layout;
  std::vector<float> positions;  ///< [A, 3], Å
  std::vector<float> b_factors;  ///< [A]: pLDDT
};

/// The first model of an mmCIF file, plain or compressed. Errors: not_found, io; bad_input naming the file, when it is
/// malformed or has no atoms.
ModelFile read_model_file(const std::string& path);

}  // namespace groel::folding
