// Models that every rank of a run has loaded: by a number that is the same everywhere.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "engine/plan.h"
#include "models/model.h"
#include "ranks/crew.h"

namespace groel::engine {

/// Of this process, as ranks are.
class RankedModels {
 public:
  static RankedModels& here();

  /// `owner`: what keeps the model alive; null, where somebody else does.
  void add(std::uint64_t number, const models::Model& model, std::shared_ptr<const void> owner);
  void drop(std::uint64_t number);
  /// Errors: internal, for a number without a model.
  const models::Model& at(std::uint64_t number) const;
  /// None: this process alone has it.
  std::optional<std::uint64_t> number_of(const models::Model& model) const;
  /// Numbers of models without an owner here that are no more; they are forgotten.
  std::vector<std::uint64_t> take_gone();

 private:
  struct Entry {
    const models::Model* model;
    std::weak_ptr<models::ShapeTwin> twin;  // which lives as long as the model: another may come to the same address
    std::shared_ptr<const void> owner;
  };
  mutable std::mutex mutex_;
  std::map<std::uint64_t, Entry> models_;
};

/// The ranks that share the work on a model: those of this process, where all of them have loaded it; else null.
ranks::Crew* crew_of(const models::Model& model);

struct ShardsOf {
  std::int64_t tokens = 0;  ///< of the run; 0: not known
  int ranks = 1;
};
/// Batches that any rank may get: small enough that every rank has several to do, and large enough that products run at
/// full speed. Errors: as MemoryPlan.
MemoryPlan plan_in_shards(const models::Model& model, const OutputRequest& request, PlanOptions options, ShardsOf of);

/// What the ranks know of the engine's work: "values", "masked", "causal".
ranks::RankWorks engine_works();

}  // namespace groel::engine
