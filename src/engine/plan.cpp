// Counting bytes.
#include "engine/plan.h"

#include <algorithm>

#include "base/options.h"
#include "base/system.h"

namespace groel::engine {
namespace {

// Large enough that products run at full speed, small enough that a batch's tensors stay near the cores.
constexpr std::int64_t kDefaultTokens = 4096;
// The program itself, its libraries, scratch of the kernels and the pool's rounding (at most 1/8).
constexpr std::size_t kFixed = std::size_t{64} << 20;
constexpr double kRounding = 1.125;

std::size_t linear_bytes(const models::Model& model, const EmbedRequest& request) {
  const models::ModelInfo info = model.info();
  const auto width = static_cast<std::size_t>(info.width);
  std::size_t bytes = models::require<models::Encoder>(model).activation_bytes_per_token();
  if (request.per_residue)
    bytes += request.layers.size() * width * sizeof(float) * 3;  // once more on the way out, and the batch before
  if (request.logits) bytes += static_cast<std::size_t>(info.vocabulary) * sizeof(float) * 4;
  return static_cast<std::size_t>(static_cast<double>(bytes) * kRounding);
}

std::size_t square_bytes(const models::Model& model, const EmbedRequest& request) {
  const auto heads = static_cast<std::size_t>(model.info().heads);
  std::size_t floats = 0;
  if (request.contacts || request.attentions) floats += heads;  // one layer's maps
  if (request.contacts) floats += 2;
  if (request.attentions) floats += heads * request.layers.size() * 3;
  return static_cast<std::size_t>(static_cast<double>(floats * sizeof(float)) * kRounding);
}

}  // namespace

MemoryPlan::MemoryPlan(const models::Model& model, const EmbedRequest& request, const PlanOptions& options)
    : weights_(model.weight_bytes()),
      per_token_(linear_bytes(model, request)),
      per_square_(square_bytes(model, request)),
      max_tokens_(options.max_tokens.value_or(kDefaultTokens)) {
  if (max_tokens_ < 1) throw Error(ErrorKind::usage, {"a batch holds at least one token", "--max-tokens", {}});
  const std::size_t free_now = static_cast<std::size_t>(static_cast<double>(available_memory()) * 0.8);
  const std::size_t whole = options.memory.value_or(free_now + weights_);  // the weights are loaded already
  if (whole < weights_ + kFixed)
    throw Error(ErrorKind::memory, {fmt::format("{} are not enough for this model's weights ({}) and the program ({})",
                                                format_bytes(whole), format_bytes(weights_), format_bytes(kFixed)),
                                    "--memory", "allow more, or use --dtype bf16"});
  batch_budget_ = whole - weights_ - kFixed;
}

std::size_t MemoryPlan::bytes_of(std::int64_t tokens) const {
  const auto n = static_cast<double>(tokens);
  return static_cast<std::size_t>(n * static_cast<double>(per_token_) + n * n * static_cast<double>(per_square_));
}

Error MemoryPlan::too_large(std::int64_t tokens) const {
  return Error(ErrorKind::memory,
               {fmt::format("{} residues need {} for one forward pass, {} are left beside the weights", tokens - 2,
                            format_bytes(bytes_of(tokens)), format_bytes(batch_budget_)),
                {},
                "raise --memory, or ask for less (--include without contacts and attentions)"});
}

std::vector<std::size_t> MemoryPlan::batches(std::span<const std::int64_t> token_counts) const {
  std::vector<std::size_t> ends;
  std::size_t begin = 0;
  std::size_t bytes = 0;
  std::int64_t tokens = 0;
  for (std::size_t i = 0; i < token_counts.size(); ++i) {
    const std::size_t more = bytes_of(token_counts[i]);
    if (i > begin && (bytes + more > batch_budget_ || tokens + token_counts[i] > max_tokens_)) {
      ends.push_back(i);
      begin = i;
      bytes = 0;
      tokens = 0;
    }
    bytes += more;
    tokens += token_counts[i];
  }
  if (begin < token_counts.size()) ends.push_back(token_counts.size());
  return ends;
}

}  // namespace groel::engine
