// The layout of a job's prediction, as its output files are written of.
#pragma once

#include "folding/components.h"
#include "folding/layout.h"
#include "folding/tokens.h"

namespace groel::folding {

/// Chains, residues, atoms, bonds and components of `tokens`, in its order. `job`: that it was laid out of.
AtomLayout atom_layout(const TokenLayout& tokens, const ComponentTable& components, const Job& job);

}  // namespace groel::folding
