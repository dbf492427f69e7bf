// Batches of masked copies.
#include "engine/masked_scan.h"

#include <algorithm>

#include "autograd/functions.h"
#include "base/interrupt.h"
#include "engine/finite.h"
#include "engine/log_softmax.h"

namespace groel::engine {
namespace {

std::optional<std::int64_t> effective_window(const models::Model& model, std::optional<std::int64_t> asked) {
  const auto residues = model.info().max_residues;
  if (!residues) return asked;
  const std::int64_t most = *residues + 2;  // <cls> and <eos>
  return asked ? std::min(*asked, most) : most;
}

}  // namespace

// A query's tokens as the model will see them.
struct MaskedScan::Pending {
  std::int64_t key = 0;
  std::int64_t begin = 0;  // of the window
  std::vector<std::int32_t> tokens;
  std::vector<std::int64_t> wanted;  // in the whole sequence
};

Window optimal_window(std::int64_t position, std::int64_t tokens, std::int64_t window) {
  if (tokens <= window) return {0, tokens};
  const std::int64_t half = window / 2;
  if (position < half) return {0, window};
  if (position >= tokens - half) return {tokens - window, tokens};
  return {position - half, position - half + window};
}

MaskedScan::MaskedScan(const models::Model& model, const ScanOptions& options)
    : model_(model),
      encoder_(models::require<models::Encoder>(model)),
      head_(models::require<models::MaskedLm>(model)),
      plan_(model, {}, options.plan),
      window_(effective_window(model, options.window)) {
  if (window_ && *window_ < 3)
    throw Error(ErrorKind::usage, {"a window holds at least three tokens", "--window", "1024 is the usual one"});
}

void MaskedScan::check_fits(std::int64_t tokens) const {
  const std::int64_t seen = is_windowed(tokens) ? *window_ : tokens;
  if (plan_.fits(seen)) return;
  const Error error = plan_.too_large(seen);
  throw Error(error.kind(),
              {error.parts().what, {}, "raise --memory, or let the model see less at once with --window"});
}

Window MaskedScan::window_of(std::int64_t position, std::int64_t tokens) const {
  return is_windowed(tokens) ? optimal_window(position, tokens, *window_) : Window{0, tokens};
}

std::span<const std::int64_t> MaskedScan::seen_together(std::span<const std::int64_t> positions,
                                                        std::int64_t tokens) const {
  if (!is_windowed(tokens)) return positions;
  std::size_t count = 0;
  while (count < positions.size() &&
         window_of(positions[count], tokens).begin == window_of(positions.front(), tokens).begin)
    ++count;
  return positions.first(count);
}

MaskedScan::Pending MaskedScan::prepare(const ScanQuery& query) const {
  const auto length = static_cast<std::int64_t>(query.tokens.size());
  check_fits(length);
  GROEL_REQUIRE(seen_together(query.wanted, length).size() == query.wanted.size());
  const Window seen = window_of(query.wanted.front(), length);
  const auto visible =
      query.tokens.subspan(static_cast<std::size_t>(seen.begin), static_cast<std::size_t>(seen.end - seen.begin));
  Pending out{query.key, seen.begin, {visible.begin(), visible.end()}, query.wanted};
  for (const std::int64_t position : query.masked)
    if (position >= seen.begin && position < seen.end)
      out.tokens[static_cast<std::size_t>(position - seen.begin)] = model_.tokenizer().mask();
  return out;
}

// Of every wanted position of the batch, in order: [positions, V].
Tensor MaskedScan::logits_of(const std::vector<Pending>& batch) const {
  std::vector<std::vector<std::int32_t>> sequences;
  std::vector<std::int64_t> lengths;
  std::vector<std::int32_t> rows;
  std::int64_t start = 0;
  for (const Pending& query : batch) {
    sequences.push_back(query.tokens);
    for (const std::int64_t position : query.wanted)
      rows.push_back(static_cast<std::int32_t>(start + position - query.begin));
    lengths.push_back(static_cast<std::int64_t>(query.tokens.size()));
    start += lengths.back();
  }
  plan_.make_room(lengths);
  const Tensor hidden = encoder_.encode(models::Batch::pack(sequences), {});
  const Tensor index = Tensor::of<std::int32_t>({static_cast<std::int64_t>(rows.size())}, rows);
  return head_.logits(autograd::gather_rows(hidden, index));
}

void MaskedScan::answer(const std::vector<Pending>& batch, const Receiver& receiver) const {
  check_interrupted();
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
  std::vector<Pending> batch;
  BatchFilling filling(plan_);
  ScanQuery query;
  while (source(query)) {
    if (query.wanted.empty()) continue;
    Pending next = prepare(query);
    if (filling.add(static_cast<std::int64_t>(next.tokens.size()))) {
      answer(batch, receiver);
      batch.clear();
    }
    batch.push_back(std::move(next));
  }
  if (!batch.empty()) answer(batch, receiver);
}

}  // namespace groel::engine
