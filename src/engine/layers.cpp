// Parses lists of layers: ranges, counting from the end, and each layer once.
#include "engine/layers.h"

#include <algorithm>
#include <set>

#include "base/error.h"

namespace groel::engine {
namespace {

int parse_layer(const std::string& word, std::int64_t layers, const std::string& text) {
  const auto bad = [&](const std::string& what) {
    return Error(ErrorKind::usage, {fmt::format("'{}': {}", text, what), "`layers`",
                                    fmt::format("this model has layers 0 (embeddings) to {}; -1 is the last", layers)});
  };
  std::size_t used = 0;
  long value = 0;
  try {
    value = std::stol(word, &used);
  } catch (const std::exception&) {
    throw bad(fmt::format("'{}' is not a layer", word));
  }
  if (used != word.size()) throw bad(fmt::format("'{}' is not a layer", word));
  if (value < 0) value += layers + 1;
  if (value < 0 || value > layers) throw bad(fmt::format("there is no layer {}", word));
  return static_cast<int>(value);
}

}  // namespace

std::vector<int> parse_layers(const std::string& text, std::int64_t model_layers) {
  std::set<int> layers;
  std::size_t at = 0;
  while (at <= text.size()) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const std::string word = text.substr(at, comma - at);
    const std::size_t dots = word.find("..");
    if (word == "all") {
      for (int i = 0; i <= model_layers; ++i) layers.insert(i);
    } else if (dots != std::string::npos) {
      const int first = parse_layer(word.substr(0, dots), model_layers, text);
      const int last = parse_layer(word.substr(dots + 2), model_layers, text);
      if (first > last) throw Error(ErrorKind::usage, {fmt::format("'{}' counts backwards", word), "`layers`", {}});
      for (int i = first; i <= last; ++i) layers.insert(i);
    } else {
      layers.insert(parse_layer(word, model_layers, text));
    }
    at = comma + 1;
  }
  return {layers.begin(), layers.end()};
}

}  // namespace groel::engine
