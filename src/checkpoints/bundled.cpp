// The table of bundled models.
#include "checkpoints/bundled.h"

#include "base/resources.h"

namespace groel::checkpoints {

const std::vector<BundledModel>& bundled_models() {
  static const std::vector<BundledModel> all{
      {"groel-5m", "models/groel-5m",
       "ESM-2 shape, 6 layers of width 256, 4.8 million parameters, trained with GroEL on 19 million residues: small, "
       "quick and weak",
       "Apache-2.0", ""},
      {"groel-writer", "models/groel-writer",
       "GPT-2 shape, 4 layers of width 128, a token per residue, trained with GroEL for minutes: what `groel generate` "
       "uses when none is named, to try it out",
       "Apache-2.0", "it has learned little: what it writes is protein-like in composition alone"},
      {"esm2-tiny-random", "tests/data/esm2-tiny",
       "ESM-2 shape, 3 layers of width 64, RANDOM weights: for trying commands out; its numbers mean nothing",
       "Apache-2.0", "its weights are random, and its numbers mean nothing"},
  };
  return all;
}

std::optional<std::filesystem::path> find_bundled(const BundledModel& model) {
  const auto installed = find_resource(std::filesystem::path("models") / model.name);
  return installed ? installed : find_resource(model.folder);
}

}  // namespace groel::checkpoints
