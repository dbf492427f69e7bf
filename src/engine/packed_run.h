// The one loop that collects sequences into batches.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/interrupt.h"
#include "engine/plan.h"
#include "ranks/crew.h"

namespace groel::engine {

/// Collects items into batches that fit the plan, in their order.
template <class Item, class Next, class TokensOf>
class Packer {
 public:
  Packer(const MemoryPlan& plan, const Next& next, const TokensOf& tokens_of)
      : next_(next), tokens_of_(tokens_of), filling_(plan) {}

  /// The next batch; empty at the end.
  std::vector<Item> batch() {
    while (std::optional<Item> item = next_()) {
      if (filling_.add(tokens_of_(*item))) {
        std::vector<Item> full = std::exchange(waiting_, {});
        waiting_.push_back(*std::move(item));
        return full;
      }
      waiting_.push_back(*std::move(item));
    }
    return std::exchange(waiting_, {});
  }

 private:
  const Next& next_;
  const TokensOf& tokens_of_;
  BatchFilling filling_;
  std::vector<Item> waiting_;  // of the batch that is being filled
};

/// Takes items from `next` until it has none, and gives them to `run` in order, as many at a time as fit the plan:
/// `tokens_of` says how many an item has. Memory is made free before each batch. Errors: interrupted, between two
/// batches; those of the functions.
template <class Item, class Next, class TokensOf, class Run>
void run_packed(const MemoryPlan& plan, const Next& next, const TokensOf& tokens_of, const Run& run) {
  Packer<Item, Next, TokensOf> packer(plan, next, tokens_of);
  for (std::vector<Item> batch = packer.batch(); !batch.empty(); batch = packer.batch()) {
    check_interrupted();
    std::vector<std::int64_t> lengths;
    for (const Item& item : batch) lengths.push_back(tokens_of(item));
    plan.make_room(lengths);
    run(std::move(batch));
  }
}

/// What the ranks do with batches.
template <class Item>
struct RankedPacking {
  std::string work;
  ranks::Bytes setup;
  std::function<ranks::Bytes(const std::vector<Item>& batch)> bytes;
  std::function<void(std::vector<Item> batch, ranks::BytesView result)> take;  ///< in order
};

/// run_packed on all ranks: each computes batches, and this one takes what comes of them.
template <class Item, class Next, class TokensOf>
void run_packed(ranks::Crew& crew, const MemoryPlan& plan, const Next& next, const TokensOf& tokens_of,
                const RankedPacking<Item>& of) {
  Packer<Item, Next, TokensOf> packer(plan, next, tokens_of);
  std::deque<std::vector<Item>> open;
  const auto shard = [&]() -> std::optional<ranks::Bytes> {
    std::vector<Item> batch = packer.batch();
    if (batch.empty()) return {};
    ranks::Bytes bytes = of.bytes(batch);
    open.push_back(std::move(batch));
    return bytes;
  };
  crew.run({of.work, of.setup, shard, [&](ranks::BytesView result) {
              std::vector<Item> batch = std::move(open.front());
              open.pop_front();
              of.take(std::move(batch), result);
            }});
}

}  // namespace groel::engine
