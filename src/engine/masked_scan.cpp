// Runs masked copies of sequences in batches.
#include "engine/masked_scan.h"

#include <algorithm>

#include "base/words.h"
#include "bio/alignment_tokenizer.h"
#include "engine/finite.h"
#include "engine/log_softmax.h"
#include "engine/packed_run.h"
#include "engine/ranked_models.h"
#include "engine/ranked_scans.h"

namespace groel::engine {
namespace {

// An alignment is seen as a whole: its columns are no more than the model reads.
std::optional<std::int64_t> effective_window(const models::Model& model, std::optional<std::int64_t> asked) {
  const auto residues = model.info().max_residues;
  if (bio::as_alignments(model.tokenizer()) != nullptr) {
    if (asked && residues && *asked <= *residues)
      throw Error(ErrorKind::unsupported, {"this model reads alignments, which are not cut into windows", "`window`",
                                           "leave it out, or cut the alignment to the columns that matter"});
    return std::nullopt;
  }
  if (!residues) return asked;
  const std::int64_t most = model.tokenizer().token_count(*residues);
  return asked ? std::min(*asked, most) : most;
}

}  // namespace

// A query's tokens as the model will see them.
struct MaskedScan::Pending {
  std::int64_t key = 0;
  std::int64_t begin = 0;  // of the window
  std::vector<std::int32_t> tokens;
  std::vector<std::int64_t> wanted;  // positions
  bio::ResidueMap map;               // of the whole sequence
  Tensor logits{};                   // of its whole batch, in the first: where another rank has computed them

  // Index in `tokens` of a position's token.
  std::int64_t token_at(std::int64_t position) const { return map[position - 1].begin - begin; }
};

Window optimal_window(std::int64_t at, std::int64_t tokens, std::int64_t window) {
  if (tokens <= window) return {0, tokens};
  const std::int64_t half = window / 2;
  if (at < half) return {0, window};
  if (at >= tokens - half) return {tokens - window, tokens};
  return {at - half, at - half + window};
}

MaskedScan::MaskedScan(const models::Model& model, const ScanOptions& options)
    : model_(model),
      encoder_(models::require<models::Encoder>(model)),
      head_(models::require<models::MaskedLm>(model)),
      plan_(model, {}, options.plan),
      window_(effective_window(model, options.window)) {
  models::require_residue_tokens(model, "masked residues");
  if (const std::int64_t least = model.tokenizer().token_count(1); window_ && *window_ < least)
    throw Error(ErrorKind::usage, {fmt::format("a window holds at least {}", counted(least, "token")), "`window`",
                                   "1024 is the usual one"});
}

void MaskedScan::check_fits(std::int64_t tokens) const {
  const std::int64_t seen = is_windowed(tokens) ? *window_ : tokens;
  if (plan_.fits(seen)) return;
  const Error error = plan_.too_large(seen);
  throw Error(error.kind(),
              {error.parts().what, {}, "raise `memory`, or let the model see less at once with `window`"});
}

Window MaskedScan::window_of(std::int64_t position, const bio::ResidueMap& of) const {
  if (!is_windowed(of.tokens())) return {0, of.tokens()};
  return optimal_window(of[position - 1].begin, of.tokens(), *window_);
}

std::span<const std::int64_t> MaskedScan::seen_together(std::span<const std::int64_t> positions,
                                                        const bio::ResidueMap& of) const {
  if (!is_windowed(of.tokens())) return positions;
  std::size_t count = 0;
  while (count < positions.size() && window_of(positions[count], of).begin == window_of(positions.front(), of).begin)
    ++count;
  return positions.first(count);
}

MaskedScan::Pending MaskedScan::prepare(const ScanQuery& query) const {
  const auto& [ids, map, counts] = *query.of;
  check_fits(map.tokens());
  GROEL_REQUIRE(seen_together(query.wanted, map).size() == query.wanted.size());
  const Window seen = window_of(query.wanted.front(), map);
  Pending out{query.key, seen.begin, {ids.begin() + seen.begin, ids.begin() + seen.end}, query.wanted, map};
  for (const std::int64_t position : query.masked)
    if (const std::int64_t at = out.token_at(position); at >= 0 && at < seen.end - seen.begin)
      out.tokens[static_cast<std::size_t>(at)] = model_.tokenizer().mask();
  return out;
}

namespace {

MaskedCopy copy_of(const auto& query) {
  MaskedCopy out{query.tokens, {}};
  for (const std::int64_t position : query.wanted)
    out.rows.push_back(static_cast<std::int32_t>(query.token_at(position)));
  return out;
}

std::vector<MaskedCopy> copies_of(const auto& batch) {
  std::vector<MaskedCopy> out;
  for (const auto& query : batch) out.push_back(copy_of(query));
  return out;
}

}  // namespace

// Of every wanted position of the batch, in order: [positions, V].
Tensor MaskedScan::logits_of(const std::vector<Pending>& batch) const {
  if (batch.front().logits.defined()) return batch.front().logits;
  return masked_logits({encoder_, head_, model_.tokenizer()}, copies_of(batch));
}

void MaskedScan::answer(const std::vector<Pending>& batch, const Receiver& receiver) const {
  const Tensor logits = logits_of(batch).host_view();
  const auto vocabulary = static_cast<std::size_t>(logits.size(1));
  std::vector<double> log_probabilities(vocabulary);
  std::optional<Error> failure;  // of the last query that failed: other positions of its sequence have the same
  std::int64_t failed = 0;
  auto rest = logits.values<float>();
  for (const Pending& query : batch)
    for (const std::int64_t position : query.wanted) {
      const auto row = rest.first(vocabulary);
      rest = rest.subspan(vocabulary);
      if (!all_finite(std::as_bytes(row), DType::f32)) {
        if (!failure || failed != query.key) failure = not_finite(model_, query.tokens, "the language-model head");
        failed = query.key;
        receiver({query.key, position, {}, &*failure});
        continue;
      }
      log_softmax(row, log_probabilities);
      receiver({query.key, position, log_probabilities});
    }
}

void MaskedScan::run(const Source& source, const Receiver& receiver) const {
  ScanQuery query;
  const auto next = [&]() -> std::optional<Pending> {
    do
      if (!source(query)) return std::nullopt;
    while (query.wanted.empty());
    return prepare(query);
  };
  const auto tokens_of = [](const Pending& pending) { return static_cast<std::int64_t>(pending.tokens.size()); };
  if (ranks::Crew* const crew = crew_of(model_))
    return run_packed<Pending>(*crew, plan_in_shards(model_, {}, {.max_tokens = plan_.max_tokens()}, {0, crew->size()}),
                               next, tokens_of,
                               {kMaskedWork, ranks::MessageWriter().put(*RankedModels::here().number_of(model_)).take(),
                                [](const std::vector<Pending>& batch) { return masked_bytes(copies_of(batch)); },
                                [&](std::vector<Pending> batch, ranks::BytesView result) {
                                  batch.front().logits = read_logits(result);
                                  answer(batch, receiver);
                                }});
  run_packed<Pending>(plan_, next, tokens_of, [&](const std::vector<Pending>& batch) { answer(batch, receiver); });
}

}  // namespace groel::engine
