// The options of groel fold about AlphaFold 3's network.
#pragma once

#include <optional>
#include <string>

#include "base/option_binder.h"
#include "structure_models/alphafold3_run.h"

namespace groel::tasks {

struct NetworkOptions {
  std::string model_dir;
  std::optional<std::int64_t> recycles;  ///< none: 10, of an ESMFold as it says itself
  std::int64_t samples = 5, steps = 200, alignment_rows = 1024;
  bool save_embeddings = false, save_distogram = false, compress = false, no_terms = false;
  std::string dtype;
  std::optional<std::size_t> memory;

  /// Of AlphaFold 3.
  std::int64_t recycles_or_usual() const { return recycles.value_or(10); }
  void declare_network(OptionBinder& to);
  /// Errors: usage, naming the option that makes no sense.
  structure_models::Alphafold3RunSettings run_settings() const;
};

}  // namespace groel::tasks
