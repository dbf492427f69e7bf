// Counts the memory of a forward pass by running it on tensors without data.
#include "engine/pass_memory.h"

#include <algorithm>
#include <bit>
#include <string>

#include "base/threads.h"
#include "bio/alignment_tokenizer.h"

namespace groel::engine {
namespace {

constexpr std::int64_t kLongest = std::int64_t{1} << 17;  // beyond that memory grows evenly
using Sequences = std::vector<std::vector<std::int32_t>>;

Sequences sequences_of(const models::Model& model, std::span<const std::int64_t> tokens) {
  Sequences out;
  for (const std::int64_t count : tokens) out.push_back(model.tokenizer().example(count));
  return out;
}

PassBytes run(models::ShapeTwin& twin, const Sequences& sequences, const OutputRequest& request) {
  twin.pool->restart();
  const ShapeRun counting(*twin.pool);
  PassBytes out;
  {
    const auto results = outputs_of(*twin.model, sequences, request);
    out.pass = twin.pool->held();
    out.results = twin.pool->statistics().live;
  }
  out.kept = twin.pool->statistics().live;
  out.pass -= out.kept;
  out.results -= out.kept;
  return out;
}

// The next length that is measured.
std::int64_t class_of(std::int64_t tokens) {
  const auto step = static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(tokens))) / 16;
  return step > 1 ? (tokens + step - 1) / step * step : tokens;
}

std::string name_of(const OutputRequest& request) {
  std::string out;
  for (const int layer : request.layers) out += fmt::format("{},", layer);
  for (const Output output : request.outputs) out += fmt::format(" {}", bio::name(output));
  return out + fmt::format("{}{} on {} threads", request.all_rows ? " of all rows" : "",
                           request.ends ? " with ends" : "", num_threads());
}

}  // namespace

PassBytes pass_bytes(const models::Model& model, const OutputRequest& request, std::span<const std::int64_t> tokens) {
  const auto twin = model.shape_twin();
  const std::scoped_lock lock(twin->in_use);
  const Sequences sequences = sequences_of(*twin->model, tokens);
  const std::size_t tables = twin->pool->statistics().live;
  const PassBytes out = run(*twin, sequences, request);
  twin->pool->restart();
  // What was made anew took the place of a table of another length, which the first pass of a process does not have.
  return twin->pool->statistics().live == tables ? out : run(*twin, sequences, request);
}

std::shared_ptr<const PassMemory> PassMemory::find(const models::Model& model, const OutputRequest& request) {
  const auto twin = model.shape_twin();
  const std::scoped_lock lock(twin->in_use);
  std::shared_ptr<const void>& known = twin->found[name_of(request)];
  if (known == nullptr) known = std::make_shared<const PassMemory>(model, request);
  return std::static_pointer_cast<const PassMemory>(known);
}

PassMemory::PassMemory(const models::Model& model, OutputRequest request)
    : model_(model), request_(std::move(request)), shortest_(model.tokenizer().token_count(1)), longest_(kLongest) {
  // An alignment is longer than its rows, which alone are limited.
  if (bio::as_alignments(model.tokenizer()) != nullptr) return;
  if (const auto most = model.info().max_residues) longest_ = std::min(longest_, model.tokenizer().token_count(*most));
}

const PassBytes& PassMemory::measured(std::int64_t tokens) const {
  const auto [at, added] = known_.try_emplace(tokens);
  if (added) at->second = pass_bytes(model_, request_, std::span(&tokens, 1));
  return at->second;
}

PassBytes PassMemory::of(std::int64_t tokens) const {
  const std::scoped_lock lock(mutex_);
  const std::int64_t seen = std::clamp(tokens, shortest_, longest_);
  PassBytes out = measured(std::min(class_of(seen), longest_));
  if (tokens <= seen) return out;
  const double more = static_cast<double>(tokens) / static_cast<double>(seen);
  const bool squares = request_.has_maps() && bio::as_alignments(model_.tokenizer()) == nullptr;
  const double squared = squares ? more * more : more;
  const auto times = [](std::size_t bytes, double factor) {
    return static_cast<std::size_t>(static_cast<double>(bytes) * factor);
  };
  return {times(out.pass, squared), times(out.results, squared), times(out.kept, more)};
}

}  // namespace groel::engine
