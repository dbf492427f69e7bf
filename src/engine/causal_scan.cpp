// Runs sequences through a causal model and reads off the probability of each token.
#include "engine/causal_scan.h"

#include <algorithm>

#include "base/words.h"
#include "engine/finite.h"
#include "engine/log_softmax.h"
#include "engine/packed_run.h"
#include "engine/ranked_models.h"
#include "engine/ranked_scans.h"

namespace groel::engine {

CausalScan::CausalScan(const models::Model& model, const PlanOptions& plan)
    : model_(model),
      encoder_(models::require<models::Encoder>(model)),
      causal_(models::require<models::CausalLm>(model)),
      plan_(model, {}, plan) {}

void CausalScan::check_fits(std::int64_t tokens) const {
  if (const auto most = causal_.max_tokens(); most && tokens > *most)
    throw Error(ErrorKind::bad_input,
                {fmt::format("{} are more than this model's context of {}", counted(tokens, "token"), *most),
                 {},
                 "score a part of it"});
  if (!plan_.fits(tokens)) throw plan_.too_large(tokens);
}

// The head's rows are as wide as the vocabulary: some tokens at a time.
std::vector<CausalScan::Reading> CausalScan::read(const std::vector<CausalQuery>& batch) const {
  constexpr std::int64_t kNumbers = std::int64_t{1} << 24;  // of logits at a time
  const std::int64_t vocabulary = model_.info().vocabulary, step = std::max<std::int64_t>(1, kNumbers / vocabulary);
  std::vector<std::vector<std::int32_t>> sequences;
  for (const CausalQuery& query : batch) sequences.push_back(query.ids);
  const Tensor hidden = encoder_.encode(models::Batch::pack(sequences, model_.tokenizer()), {});
  std::vector<double> row(static_cast<std::size_t>(vocabulary));
  std::vector<Reading> out;
  std::int64_t start = 0;
  for (const CausalQuery& query : batch) {
    const auto tokens = static_cast<std::int64_t>(query.ids.size());
    auto& [said, failure] = out.emplace_back();
    for (std::int64_t at = 0; at + 1 < tokens && !failure; at += step) {
      const std::int64_t end = std::min(tokens - 1, at + step);
      const Tensor logits = causal_.logits(hidden.rows(start + at, start + end)).host_view();
      for (std::int64_t t = at; t < end && !failure; ++t) {
        const auto values = logits.values<float>().subspan(static_cast<std::size_t>((t - at) * vocabulary),
                                                           static_cast<std::size_t>(vocabulary));
        if (!all_finite(std::as_bytes(values), DType::f32)) {
          failure = not_finite(model_, query.ids, "the language-model head");
          break;
        }
        log_softmax(values, row);
        said.push_back(row[static_cast<std::size_t>(query.ids[static_cast<std::size_t>(t + 1)])]);
      }
    }
    if (failure) said.clear();
    start += tokens;
  }
  return out;
}

void CausalScan::run(const Source& source, const Receiver& receiver) const {
  const auto next = [&]() -> std::optional<CausalQuery> {
    CausalQuery query;
    if (!source(query)) return std::nullopt;
    check_fits(static_cast<std::int64_t>(query.ids.size()));
    return query;
  };
  const auto answer = [&](const std::vector<CausalQuery>& batch, const std::vector<Reading>& readings) {
    GROEL_REQUIRE(readings.size() == batch.size());
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const auto& [said, failure] = readings[i];
      receiver({batch[i].key, said, failure ? &*failure : nullptr});
    }
  };
  const auto tokens_of = [](const CausalQuery& query) { return static_cast<std::int64_t>(query.ids.size()); };
  if (ranks::Crew* const crew = crew_of(model_))
    return run_packed<CausalQuery>(
        *crew, plan_in_shards(model_, {}, {.max_tokens = plan_.max_tokens()}, {0, crew->size()}), next, tokens_of,
        {kCausalWork, ranks::MessageWriter().put(*RankedModels::here().number_of(model_)).take(), causal_bytes,
         [&](const std::vector<CausalQuery>& batch, ranks::BytesView result) {
           answer(batch, read_readings(result));
         }});
  run_packed<CausalQuery>(plan_, next, tokens_of,
                          [&](const std::vector<CausalQuery>& batch) { answer(batch, read(batch)); });
}

}  // namespace groel::engine
