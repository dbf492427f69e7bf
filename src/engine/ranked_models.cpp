// Keeps the models that this rank has loaded, by number.
#include "engine/ranked_models.h"

#include <algorithm>

#include "engine/ranked_scans.h"
#include "engine/ranked_values.h"

namespace groel::engine {

RankedModels& RankedModels::here() {
  static RankedModels all;
  return all;
}

void RankedModels::add(std::uint64_t number, const models::Model& model, std::shared_ptr<const void> owner) {
  const std::lock_guard lock(mutex_);
  models_.insert_or_assign(number, Entry{&model, model.shape_twin(), std::move(owner)});
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

std::optional<std::uint64_t> RankedModels::number_of(const models::Model& model) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [number, entry] : models_)
    if (entry.model == &model && entry.twin.lock() == model.shape_twin()) return number;
  return {};
}

std::vector<std::uint64_t> RankedModels::take_gone() {
  const std::lock_guard lock(mutex_);
  std::vector<std::uint64_t> out;
  for (const auto& [number, entry] : models_)
    if (entry.owner == nullptr && entry.twin.expired()) out.push_back(number);
  for (const std::uint64_t number : out) models_.erase(number);
  return out;
}

ranks::Crew* crew_of(const models::Model& model) {
  ranks::Crew* const crew = ranks::Crew::current();
  return crew != nullptr && RankedModels::here().number_of(model) ? crew : nullptr;
}

MemoryPlan plan_in_shards(const models::Model& model, const OutputRequest& request, PlanOptions options, ShardsOf of) {
  constexpr std::int64_t kLeast = 1024, kEach = 8;
  const std::int64_t most = std::max(kLeast, of.tokens / (kEach * of.ranks));
  options.max_tokens = std::min(options.max_tokens.value_or(MemoryPlan(model, request, options).max_tokens()), most);
  return {model, request, options};
}

ranks::RankWorks engine_works() {
  return {{kValuesWork, ranked_values}, {kMaskedWork, ranked_masked}, {kCausalWork, ranked_causal}};
}

}  // namespace groel::engine
