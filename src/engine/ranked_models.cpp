// Keeps models by number.
#include "engine/ranked_models.h"

#include "engine/ranked_scans.h"
#include "engine/ranked_values.h"

namespace groel::engine {

RankedModels& RankedModels::here() {
  static RankedModels all;
  return all;
}

void RankedModels::add(std::uint64_t number, const models::Model& model, std::shared_ptr<const void> owner) {
  const std::lock_guard lock(mutex_);
  models_.insert_or_assign(number, Entry{&model, std::move(owner)});
}

void RankedModels::drop(std::uint64_t number) {
  std::shared_ptr<const void> last;  // goes when the lock has gone
  const std::lock_guard lock(mutex_);
  if (const auto found = models_.find(number); found != models_.end()) {
    last = std::move(found->second.owner);
    models_.erase(found);
  }
}

const models::Model& RankedModels::at(std::uint64_t number) const {
  const std::lock_guard lock(mutex_);
  const auto found = models_.find(number);
  GROEL_REQUIRE(found != models_.end());
  return *found->second.model;
}

ranks::Crew* crew_of(const models::Model& model) { return model.number() ? ranks::Crew::current() : nullptr; }

ranks::RankWorks engine_works() {
  return {{kValuesWork, ranked_values}, {kMaskedWork, ranked_masked}, {kCausalWork, ranked_causal}};
}

}  // namespace groel::engine
