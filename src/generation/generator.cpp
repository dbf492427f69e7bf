// The loop of generation: first passes over prompts, then one token at a time for all.
#include "generation/generator.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <memory>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/random.h"
#include "base/threads.h"
#include "ops/embedding_grad.h"

namespace groel::generation {
namespace {

constexpr std::uint64_t kPurpose = 0x64726177;  // "draw"

models::Prefix copied(const models::Prefix& of) {
  models::Prefix out{of.blocks, of.tokens};
  for (ops::KeyValues& block : out.blocks)
    for (ops::KeyValues::Page& page : block.pages)
      for (Tensor* const held : {&page.keys, &page.values, &page.key_scales, &page.value_scales})
        if (held->defined()) *held = held->clone();
  return out;
}

}  // namespace

std::string_view name(Ending ending) noexcept {
  switch (ending) {
    case Ending::end_token: return "end";
    case Ending::max_new_tokens: return "tokens";
    case Ending::max_residues: return "residues";
    case Ending::full: break;
  }
  return "context";
}

double Written::perplexity() const {
  double sum = 0;
  for (const float one : log_probabilities) sum += one;
  return ids.empty() ? std::numeric_limits<double>::quiet_NaN() : std::exp(-sum / static_cast<double>(ids.size()));
}

// A sequence that is being written.
struct Generator::Active {
  Written out;
  std::vector<std::int32_t> ids;  // prompt and new tokens
  models::Prefix prefix;          // of all but the last token; of the last of them, where they went over the window
  std::int64_t residues = 0;
  std::optional<Error> failure;
  bool done = false;
};

Generator::Generator(const models::Model& model, GenerationSettings settings,
                     std::vector<std::int32_t> residues_of_token)
    : model_(model),
      causal_(models::require<models::CausalLm>(model)),
      settings_(std::move(settings)),
      residues_of_token_(std::move(residues_of_token)) {
  settings_.rules.check();
  const auto most = causal_.max_tokens();
  if (settings_.window && (*settings_.window < 2 || (most && *settings_.window > *most)))
    throw Error(ErrorKind::usage, {fmt::format("a window of {} tokens", *settings_.window), "`window`",
                                   most ? fmt::format("from 2 to {}, what the model can see", *most) : "2 or more"});
  if (settings_.batch < 1) throw Error(ErrorKind::usage, {"no sequence at a time", "`batch`", "1 or more"});
  if (settings_.max_new_tokens && *settings_.max_new_tokens < 1)
    throw Error(ErrorKind::usage, {"nothing is to be written", "`max_new_tokens`", "1 or more"});
  if (settings_.max_new_tokens && settings_.rules.min_new_tokens > *settings_.max_new_tokens)
    throw Error(ErrorKind::usage, {fmt::format("{} new tokens at least and {} at most", settings_.rules.min_new_tokens,
                                               *settings_.max_new_tokens),
                                   "`min_new_tokens`", "at most as many as `max_new_tokens`"});
  const bool limited = settings_.min_residues || settings_.max_residues;
  GROEL_REQUIRE(!limited || static_cast<std::int64_t>(residues_of_token_.size()) == model.info().vocabulary);
  if (settings_.min_residues && settings_.max_residues && *settings_.min_residues > *settings_.max_residues)
    throw Error(ErrorKind::usage, {"the shortest length is over the longest", "`length`", "give MIN:MAX"});
}

std::optional<std::int64_t> Generator::room() const {
  return settings_.window ? std::optional<std::int64_t>() : causal_.max_tokens();
}

void Generator::check(const Request& request) const {
  if (request.prompt.empty())
    throw Error(ErrorKind::bad_input, {"the prompt has no tokens", "`prompt`", "give at least one residue or token"});
  const auto tokens = static_cast<std::int64_t>(request.prompt.size());
  const auto most = room();
  const std::int64_t wanted = tokens + settings_.max_new_tokens.value_or(1);
  if (most && wanted > *most + 1)  // the last token is never read
    throw Error(ErrorKind::bad_input,
                {fmt::format("{} tokens of the prompt and {} new ones are more than this model's context of {}", tokens,
                             settings_.max_new_tokens.value_or(1), *most),
                 "`max_new_tokens`", "take fewer, or `window` tokens at a time"});
  check_residues(request.prompt);
}

// Limits in residues that no tokens could keep.
void Generator::check_residues(std::span<const std::int32_t> prompt) const {
  if (residues_of_token_.empty()) return;
  std::int64_t residues = 0;
  for (const std::int32_t id : prompt) residues += residues_of_token_[static_cast<std::size_t>(id)];
  if (settings_.max_residues && residues >= *settings_.max_residues)
    throw Error(ErrorKind::bad_input, {fmt::format("the prompt has {} residues, and {} are the most that are wanted",
                                                   residues, *settings_.max_residues),
                                       "`length`", "raise it, or take a shorter prompt"});
  const auto room = settings_.max_new_tokens;
  if (!settings_.min_residues || !room) return;
  const std::int64_t most = *std::max_element(residues_of_token_.begin(), residues_of_token_.end());
  if (residues + *room * most < *settings_.min_residues)
    throw Error(ErrorKind::usage,
                {fmt::format("{} new tokens of {} residues at most are never {}", *room, most, *settings_.min_residues),
                 "`max_new_tokens`", "raise it, or ask for less `length`"});
}

void Generator::run(const std::function<std::optional<Request>()>& next,
                    const std::function<void(const Written&)>& receive) const {
  std::deque<std::unique_ptr<Active>> all;  // in the order of their requests, from the first that is not given away
  Known known;
  while (true) {
    check_interrupted();
    std::vector<Active*> going, fresh;
    for (const auto& one : all)
      if (!one->done) going.push_back(one.get());
    while (static_cast<std::int64_t>(going.size() + fresh.size()) < settings_.batch) {
      std::optional<Request> request = next();
      if (!request) break;
      check(*request);
      all.push_back(std::make_unique<Active>());
      all.back()->ids = request->prompt;
      for (const std::int32_t id : request->prompt)
        if (!residues_of_token_.empty()) all.back()->residues += residues_of_token_[static_cast<std::size_t>(id)];
      all.back()->out.request = *std::move(request);
      fresh.push_back(all.back().get());
    }
    if (going.empty() && fresh.empty()) break;
    if (!fresh.empty()) begin(fresh, known);
    if (!going.empty()) step(going);
    if (settings_.watch && !all.front()->done) settings_.watch(all.front()->ids);
    for (; !all.empty() && all.front()->done; all.pop_front()) {
      if (all.front()->failure) throw Error(*all.front()->failure);
      receive(all.front()->out);
    }
  }
}

// Prompts of several sequences in one pass.
void Generator::read_prompts(std::span<const std::vector<std::int32_t>> prompts, Known& known) const {
  std::vector<std::vector<std::int32_t>> seen(prompts.begin(), prompts.end());
  std::vector<models::Prefix*> prefixes;
  std::vector<std::int32_t> last;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (settings_.window && static_cast<std::int64_t>(seen[i].size()) > *settings_.window)
      seen[i].erase(seen[i].begin(), seen[i].end() - static_cast<std::ptrdiff_t>(*settings_.window));
    last.push_back((last.empty() ? -1 : last.back()) + static_cast<std::int32_t>(seen[i].size()));
    prefixes.push_back(&known[prompts[i]].prefix);
  }
  const Tensor hidden = causal_.extend(models::Batch::pack(seen, model_.tokenizer()), prefixes, settings_.held);
  const auto count = static_cast<std::int64_t>(last.size());
  const Tensor logits = causal_.logits(ops::gather_rows(hidden, Tensor::of<std::int32_t>({count}, last)));
  for (std::int64_t i = 0; i < count; ++i)
    known[prompts[static_cast<std::size_t>(i)]].logits = logits.rows(i, i + 1).clone();
}

// Equal prompts are read once, others together; the last stay known, as most runs have one.
void Generator::begin(std::vector<Active*>& fresh, Known& known) const {
  constexpr std::int64_t kTokens = 4096;  // of a pass
  std::vector<std::vector<std::int32_t>> unread;
  std::int64_t tokens = 0;
  const auto flush = [&] {
    check_interrupted();
    if (!unread.empty()) read_prompts(unread, known);
    unread.clear();
    tokens = 0;
  };
  std::erase_if(known, [&](const auto& entry) {
    return std::none_of(fresh.begin(), fresh.end(),
                        [&](const Active* one) { return one->out.request.prompt == entry.first; });
  });
  for (const Active* const one : fresh) {
    const std::vector<std::int32_t>& prompt = one->out.request.prompt;
    if (known.contains(prompt) || std::find(unread.begin(), unread.end(), prompt) != unread.end()) continue;
    tokens += static_cast<std::int64_t>(prompt.size());
    if (tokens > kTokens && !unread.empty()) flush();
    unread.push_back(prompt);
  }
  flush();
  for (Active* const one : fresh) {
    const auto& [prefix, logits] = known.at(one->out.request.prompt);
    one->prefix = copied(prefix);
    std::vector<Active*> alone{one};
    take_tokens(logits.clone(), alone);
  }
}

// The last token of each that was written: those whose window is full begin anew with its last half.
void Generator::step(std::vector<Active*>& going) const {
  std::vector<Active*> full, on;
  for (Active* const one : going)
    (settings_.window && one->prefix.tokens + 1 > *settings_.window ? full : on).push_back(one);
  for (Active* const one : full) {
    one->prefix = {};
    std::vector<std::int32_t> seen(one->ids.end() - static_cast<std::ptrdiff_t>((*settings_.window + 1) / 2),
                                   one->ids.end());
    const auto batch = models::Batch::pack(std::span(&seen, 1), model_.tokenizer());
    models::Prefix* const prefix = &one->prefix;
    const Tensor hidden = causal_.extend(batch, std::span(&prefix, 1), settings_.held);
    std::vector<Active*> alone{one};
    take_tokens(causal_.logits(hidden.rows(hidden.size(0) - 1, hidden.size(0))), alone);
  }
  if (on.empty()) return;
  std::vector<std::vector<std::int32_t>> last;
  std::vector<models::Prefix*> prefixes;
  for (Active* const one : on) {
    last.push_back({one->ids.back()});
    prefixes.push_back(&one->prefix);
  }
  const Tensor hidden = causal_.extend(models::Batch::pack(last, model_.tokenizer()), prefixes, settings_.held);
  take_tokens(causal_.logits(hidden), on);
}

void Generator::take_tokens(const Tensor& logits, std::vector<Active*>& of) const {
  Tensor mine = logits;
  float* const rows = mine.mutable_data<float>();
  parallel_for(static_cast<std::int64_t>(of.size()), [&](std::int64_t i) {
    Active& one = *of[static_cast<std::size_t>(i)];
    try {
      take_token({rows + i * mine.row_stride(), static_cast<std::size_t>(mine.size(1))}, one);
    } catch (const Error& error) {
      one.failure = error;
      one.done = true;
    }
  });
}

void Generator::take_token(std::span<float> logits, Active& to) const {
  for (const float x : logits)
    if (std::isnan(x)) throw Error(ErrorKind::bad_model, "the model said something that is no number");
  thread_local std::vector<float> said;
  said.assign(logits.begin(), logits.end());
  process_logits(logits, {to.ids, to.out.request.prompt.size()}, settings_.ends, settings_.rules);
  if (settings_.min_residues && to.residues < *settings_.min_residues)
    for (const std::int32_t end : settings_.ends)
      logits[static_cast<std::size_t>(end)] = -std::numeric_limits<float>::infinity();
  std::int32_t token = 0;
  if (settings_.greedy) {
    token = likeliest_token(logits);
  } else {
    warp_logits(logits, settings_.rules);
    const Request& request = to.out.request;
    auto key = derive_key(settings_.seed, kPurpose, static_cast<std::uint64_t>(request.index));
    if (request.stream != 0) key = derive_key(key, kPurpose, request.stream);
    const auto bits = philox(key, to.out.ids.size());
    token = draw_token(logits, unit_double(bits[0]) + unit_double(bits[1]) * 0x1p-32);
  }
  to.out.ids.push_back(token);
  to.out.log_probabilities.push_back(static_cast<float>(log_probability(said, token)));
  to.ids.push_back(token);
  if (!residues_of_token_.empty()) to.residues += residues_of_token_[static_cast<std::size_t>(token)];
  to.done = ended(to);
}

bool Generator::ended(Active& one) const {
  const auto end = [&](Ending why) {
    one.out.ending = why;
    one.prefix = {};
    return true;
  };
  if (std::find(settings_.ends.begin(), settings_.ends.end(), one.out.ids.back()) != settings_.ends.end())
    return end(Ending::end_token);
  if (settings_.max_residues && one.residues >= *settings_.max_residues) return end(Ending::max_residues);
  if (settings_.max_new_tokens && static_cast<std::int64_t>(one.out.ids.size()) >= *settings_.max_new_tokens)
    return end(Ending::max_new_tokens);
  const auto most = room();
  if (most && static_cast<std::int64_t>(one.ids.size()) > *most) return end(Ending::full);
  return false;
}

}  // namespace groel::generation
