// The baseline of homology: what is known of the nearest training protein.
#include <fmt/format.h>

#include <algorithm>

#include "analysis/sequence_neighbours.h"
#include "baselines/parts.h"

namespace groel::baselines {
namespace {

using Neighbour = analysis::SequenceNeighbour;

// The neighbour's labels weigh half, and up to 0.99 the more identical it is; frequencies weigh the rest. So its class
// has the highest probability and its labels more than a half, and none is certain.
void take_over(const BaselineTask& task, const Neighbour& neighbour, double* row) {
  const double weight = 0.5 + 0.49 * neighbour.identity;
  const auto index = static_cast<std::size_t>(neighbour.index);
  for (std::size_t k = 0; k < task.columns(); ++k) {
    const bool of_class = task.kind == Kind::one_class;
    const double known = of_class ? (task.train.classes[index] == static_cast<std::int64_t>(k) ? 1 : 0)
                                  : task.train.values[index * task.columns() + k];
    row[k] = task.kind == Kind::numbers ? known : weight * known + (1 - weight) * row[k];
  }
}

}  // namespace

Baseline nearest_neighbour(const BaselineTask& task) {
  Baseline out;
  out.words = "what the most identical training protein is";
  out.scores = repeated(frequencies(task), task.judged.size());
  const auto found = analysis::nearest_sequences(task.train.sequences, task.judged);
  for (std::size_t row = 0; row < found.size(); ++row)
    if (found[row]) take_over(task, *found[row], out.scores.data() + row * task.columns());
  const auto alone = std::count(found.begin(), found.end(), std::nullopt);
  if (alone > 0)
    out.note = fmt::format("{} of {} proteins have no training protein near them and got {}", alone, found.size(),
                           task.kind == Kind::numbers ? "the mean" : "the frequencies");
  return out;
}

}  // namespace groel::baselines
