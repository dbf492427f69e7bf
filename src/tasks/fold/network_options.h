// The options of groel fold about the networks of jobs.
#pragma once

#include <optional>
#include <string>

#include "base/option_binder.h"
#include "structure_models/structure_run.h"

namespace groel::tasks {

struct NetworkOptions {
  std::string model_dir;
  std::optional<std::int64_t> recycles;               ///< none: as the network's authors run it
  std::optional<std::int64_t> steps, alignment_rows;  ///< likewise
  std::int64_t samples = 5;
  bool save_embeddings = false, save_distogram = false, compress = false, no_terms = false;
  std::string dtype;
  std::optional<std::size_t> memory;

  void declare_network(OptionBinder& to);
  /// What a network is usually run with, and what the options say otherwise.
  structure_models::RunSettings run_settings(structure_models::RunSettings usual) const;
};

}  // namespace groel::tasks
