// Proteins written by any rank of several.
#pragma once

#include "generation/generator.h"
#include "ranks/crew.h"

namespace groel::tasks {

struct RankedGeneration {
  const models::Model& model;
  const generation::Generator& generator;
  const std::vector<std::int32_t>& residues_of_token;
  std::int64_t wanted = 0;  ///< proteins, about
};

/// As Generator::run; where several ranks have the model, all of them write.
void generate_shared(const RankedGeneration& of, const std::function<std::optional<generation::Request>()>& next,
                     const std::function<void(const generation::Written&)>& receive);

/// The work: requests -> what was written, in their order.
ranks::RankWorks generation_works();

}  // namespace groel::tasks
