// The options of groel fold about AlphaFold 3's network.
#pragma once

#include <optional>
#include <string>

#include "base/option_binder.h"
#include "structure_models/alphafold3_run.h"

namespace groel::tasks {

struct NetworkOptions {
  std::string model_dir;
  std::int64_t samples = 5, steps = 200, alignment_rows = 1024;
  bool save_embeddings = false, save_distogram = false, compress = false, no_terms = false;

  void declare_network(OptionBinder& to);
  /// `recycles`: passes of the trunk after the first; none: 10. Errors: usage, naming the option that makes no sense.
  structure_models::Alphafold3RunSettings network_settings(std::optional<std::int64_t> recycles) const;
};

}  // namespace groel::tasks
