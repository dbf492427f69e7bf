// The options of heads of their own: which head, of what shape, on which vectors.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tasks/reading/options.h"

namespace groel::tasks {

/// What a head of the model itself is called: Transformers' classes.
inline constexpr const char* kTransformersHead = "transformers";

struct HeadOptions {
  std::string head;
  Chosen<std::vector<std::string>> hidden;
  Chosen<std::string> activation;
  Chosen<double> head_dropout;
  bool batch_norm = false;
  Chosen<std::int64_t> kernel;
  std::optional<std::int64_t> head_layer;
  Chosen<std::int64_t> neighbours;
  Chosen<double> inverse_strength;
  Chosen<std::string> class_weights;
  Chosen<std::int64_t> batch;
  std::size_t vector_cache = 0;
  bool copy_trunk = false;

  void declare(OptionBinder& to);
};

/// Of vectors kept on disk at most; 0: none.
OptionSpec vector_cache_option();

}  // namespace groel::tasks
