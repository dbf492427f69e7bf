// Models that every rank of a run has loaded: by a number that is the same everywhere.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

#include "models/model.h"
#include "ranks/crew.h"

namespace groel::engine {

/// Of this process, as ranks are.
class RankedModels {
 public:
  static RankedModels& here();

  /// `owner`: what keeps the model alive; null, where it lives longer than its number.
  void add(std::uint64_t number, const models::Model& model, std::shared_ptr<const void> owner);
  void drop(std::uint64_t number);
  /// Errors: internal, for a number without a model.
  const models::Model& at(std::uint64_t number) const;

 private:
  struct Entry {
    const models::Model* model;
    std::shared_ptr<const void> owner;
  };
  mutable std::mutex mutex_;
  std::map<std::uint64_t, Entry> models_;
};

/// The ranks that share the work on a model: those of this process, where all of them have loaded it; else null.
ranks::Crew* crew_of(const models::Model& model);

/// Tokens of a shard: few enough that every rank has several to do, and enough that products run at full speed.
/// `total`: of the run; 0: not known.
inline std::int64_t shard_tokens(std::int64_t total, int ranks) {
  constexpr std::int64_t kLeast = 1024, kEach = 8;
  return std::max(kLeast, total / (kEach * ranks));
}

/// What the ranks know of the engine's work: "values", "masked", "causal".
ranks::RankWorks engine_works();

}  // namespace groel::engine
