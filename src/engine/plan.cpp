// Plans batches by counting the bytes that they need.
#include "engine/plan.h"

#include <algorithm>

#include "base/options.h"
#include "base/system.h"
#include "tensor/storage.h"

namespace groel::engine {
namespace {

// Large enough that products run at full speed, small enough that a batch's tensors stay near the cores.
constexpr std::int64_t kDefaultTokens = 4096;
// The program itself and its libraries.
constexpr std::size_t kFixed = std::size_t{64} << 20;

OutputRequest no_maps(OutputRequest request) {
  std::erase_if(request.outputs, [](Output output) { return OutputRequest{{}, {output}}.has_maps(); });
  return request;
}

// Results once more on the way out, and those of the batch before.
std::size_t with_results(const PassBytes& bytes) { return bytes.pass + 2 * bytes.results; }

}  // namespace

MemoryPlan::MemoryPlan(const models::Model& model, const OutputRequest& request, const PlanOptions& options)
    : model_(model),
      memory_(PassMemory::find(model, request)),
      without_maps_(request.has_maps() ? PassMemory::find(model, no_maps(request)) : memory_),
      squares_(request.has_maps()),
      weights_(model.weight_bytes()),
      max_tokens_(options.max_tokens.value_or(kDefaultTokens)) {
  models::require<models::Encoder>(model);
  if (max_tokens_ < 1) throw Error(ErrorKind::usage, {"a batch holds at least one token", "`max_tokens`", {}});
  const std::size_t free_now = static_cast<std::size_t>(static_cast<double>(available_memory()) * 0.8);
  const std::size_t whole = options.memory.value_or(free_now + weights_);  // the weights are loaded already
  const std::size_t held = options.memory ? options.held : 0;              // of what is free it is taken already
  if (whole < weights_ + kFixed + held)
    throw Error(ErrorKind::memory,
                {fmt::format("{} are not enough for this model's weights ({}), the program ({}) and the records ({})",
                             format_bytes(whole), format_bytes(weights_), format_bytes(kFixed), format_bytes(held)),
                 "`memory`",
                 held > weights_ ? "allow more, or give the records in several files and runs"
                                 : "allow more, or use `dtype=bf16`"});
  batch_budget_ = whole - weights_ - kFixed - held;
}

std::size_t MemoryPlan::bytes_of(std::int64_t tokens) const { return with_results(memory_->of(tokens)); }

std::size_t MemoryPlan::bytes_per_token() const {
  return with_results(without_maps_->of(max_tokens_)) / static_cast<std::size_t>(max_tokens_);
}

std::size_t MemoryPlan::batch_bytes(std::size_t together, std::int64_t tokens) const {
  return squares_ ? together : std::max(together, bytes_of(tokens));
}

std::size_t MemoryPlan::working_bytes(std::int64_t tokens) const { return memory_->of(tokens).kept; }

Error MemoryPlan::too_large(std::int64_t tokens) const {
  return Error(ErrorKind::memory,
               {fmt::format("{} residues need {} for one forward pass, {} are left beside the weights",
                            model_.tokenizer().residue_count(tokens),
                            format_bytes(bytes_of(tokens) + working_bytes(tokens)), format_bytes(batch_budget_)),
                {},
                "raise `memory`, or ask for less (`include` without contacts and attentions)"});
}

void MemoryPlan::make_room(std::span<const std::int64_t> token_counts) const {
  std::size_t wanted = 0;
  for (const std::int64_t tokens : token_counts) wanted += bytes_of(tokens);
  const MemoryStatistics now = memory_statistics();
  if (now.live + now.cached + wanted > weights_ + batch_budget_) release_cached_memory();
}

bool BatchFilling::add(std::int64_t tokens) {
  longest_ = std::max(longest_, tokens);
  const std::size_t more = plan_.bytes_of(tokens);
  const bool together =
      tokens_ + tokens <= plan_.max_tokens() &&
      plan_.batch_bytes(bytes_ + more, tokens_ + tokens) + plan_.working_bytes(longest_) <= plan_.batch_budget();
  const bool begins = tokens_ > 0 && !together;
  bytes_ = begins ? more : bytes_ + more;
  tokens_ = begins ? tokens : tokens_ + tokens;
  return begins;
}

}  // namespace groel::engine
