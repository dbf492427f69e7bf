// Heads that are fitted at once: logistic regression in closed loop, and nearest neighbours.
#pragma once

#include <filesystem>

#include "tasks/train/head_material.h"

namespace groel::tasks {

/// Writes its files into `folder` (those of a linear head, or of the neighbours), which is there. -> what to say of it.
/// Errors: as analysis::fit_linear and NeighbourHead; io.
std::string fit_at_once(const HeadPlan& plan, const LabelledVectors& learned, const models::Classification& classes,
                        const std::filesystem::path& folder);

}  // namespace groel::tasks
