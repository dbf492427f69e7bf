// Plans what fits into memory, before the run starts.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/pass_memory.h"

namespace groel::engine {

struct PlanOptions {
  std::optional<std::size_t> memory;       ///< bytes the whole process may use; none: most of what the machine has free
  std::optional<std::int64_t> max_tokens;  ///< tokens per batch; none: chosen here
  std::size_t held = 0;                    ///< bytes of `memory` that the run's records and their book-keeping take
};

/// Bytes that a forward pass takes with the threads there are now, and the batches that fit. The model must outlive it.
class MemoryPlan {
 public:
  /// Errors: memory, when not even the weights fit.
  MemoryPlan(const models::Model& model, const OutputRequest& request, const PlanOptions& options);

  /// Bytes that a sequence of n tokens adds to its batch, results included.
  std::size_t bytes_of(std::int64_t tokens) const;
  /// Bytes that the threads keep besides, from the first sequence of n tokens on.
  std::size_t working_bytes(std::int64_t tokens) const;
  /// What several sequences take that add up to `together` by bytes_of: as much as one of all their tokens, at least.
  std::size_t batch_bytes(std::size_t together, std::int64_t tokens) const;
  bool fits(std::int64_t tokens) const { return bytes_of(tokens) + working_bytes(tokens) <= batch_budget_; }
  /// The memory error of a sequence that does not fit, saying what would be needed.
  Error too_large(std::int64_t tokens) const;

  std::size_t weight_bytes() const noexcept { return weights_; }
  std::size_t batch_budget() const noexcept { return batch_budget_; }
  std::int64_t max_tokens() const noexcept { return max_tokens_; }
  /// For each token of a full batch in one sequence, maps left out.
  std::size_t bytes_per_token() const;
  /// To be called before a batch (token counts): gives what is cached of other batches' memory back to the system,
  /// where with this one's it would be more than planned.
  void make_room(std::span<const std::int64_t> token_counts) const;

 private:
  const models::Model& model_;
  std::shared_ptr<const PassMemory> memory_;
  std::shared_ptr<const PassMemory> without_maps_;
  bool squares_;  // something grows with the square of a sequence's length
  std::size_t weights_;
  std::size_t batch_budget_;
  std::int64_t max_tokens_;
};

/// Sequences gathered into batches, in order.
class BatchFilling {
 public:
  explicit BatchFilling(const MemoryPlan& plan) : plan_(plan) {}
  /// Adds a sequence of that many tokens. -> whether it begins a new batch, because it does not go with what is there.
  bool add(std::int64_t tokens);

 private:
  const MemoryPlan& plan_;
  std::size_t bytes_ = 0;     // of this batch
  std::int64_t tokens_ = 0;   // of this batch
  std::int64_t longest_ = 0;  // of all so far: threads keep their working memory
};

}  // namespace groel::engine
