// Parses lists of a model's layers as people write them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace groel::engine {

/// The layers that "-1", "0..3", "0,6,-2", "all" name in a model of L layers, ascending. Errors: usage.
std::vector<int> parse_layers(const std::string& text, std::int64_t model_layers);

}  // namespace groel::engine
