// The one loop that collects sequences into batches.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "base/interrupt.h"
#include "engine/plan.h"

namespace groel::engine {

/// Takes items from `next` until it has none, and gives them to `run` in order, as many at a time as fit the plan:
/// `tokens_of` says how many an item has. Memory is made free before each batch. Errors: interrupted, between two
/// batches; those of the functions.
template <class Item, class Next, class TokensOf, class Run>
void run_packed(const MemoryPlan& plan, const Next& next, const TokensOf& tokens_of, const Run& run) {
  std::vector<Item> batch;
  std::vector<std::int64_t> lengths;
  BatchFilling filling(plan);
  const auto flush = [&] {
    if (batch.empty()) return;
    check_interrupted();
    plan.make_room(lengths);
    run(std::exchange(batch, {}));
    lengths.clear();
  };
  while (std::optional<Item> item = next()) {
    const std::int64_t tokens = tokens_of(*item);
    if (filling.add(tokens)) flush();
    batch.push_back(*std::move(item));
    lengths.push_back(tokens);
  }
  flush();
}

}  // namespace groel::engine
