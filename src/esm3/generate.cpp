// The loop of iterative sampling: in each step it decides which positions keep the tokens drawn for them.
#include "esm3/generate.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/random.h"

namespace groel {

void GenerationConfig::check() const {
  if (num_steps < 1) throw Error(ErrorKind::usage, {fmt::format("{} steps", num_steps), "num_steps", "at least 1"});
  SamplingTrackConfig{.temperature = temperature, .top_p = top_p, .invalid_ids = {}}.check();
}

namespace esm3 {
namespace {

// A prompt on its way.
struct Going {
  std::size_t prompt;
  ESMProteinTensor tokens;  // every track, those without a word masked
  Track track;
  std::int64_t steps, total;
  StepDraws draws;
};

std::optional<Track> track_named(std::string_view name) {
  for (const Track track : models::kTracks)
    if (models::track_name(track) == name && track != Track::residue_annotations) return track;
  return std::nullopt;
}

// Rows of a track that is not there: those of the sequence that are residues.
std::int64_t residues_of(const ESMProteinTensor& prompt) {
  if (!prompt.sequence) return prompt.residues();
  const TrackTokens tokens = tokens_of(Track::sequence);
  return std::count_if(prompt.sequence->begin(), prompt.sequence->end(),
                       [&](std::int32_t id) { return id == tokens.mask || (id >= tokens.first && id < tokens.last); });
}

std::int64_t rows_to_fill(const ESMProteinTensor& prompt, Track track) {
  if (!prompt.track(track)) return residues_of(prompt);
  const std::vector<bool> masked = masked_rows(track, *prompt.track(track));
  return std::count(masked.begin(), masked.end(), true);
}

SamplingTrackConfig config_of_step(const GenerationConfig& config, double temperature) {
  return {.temperature = temperature, .top_p = config.top_p, .invalid_ids = config.invalid_ids, .order = config.order};
}

// Which of the masked rows are kept: the first `count` by a number each.
std::vector<bool> chosen(const std::vector<bool>& masked, std::int64_t count,
                         const std::function<double(std::size_t)>& number) {
  std::vector<std::pair<double, std::size_t>> rows;
  for (std::size_t t = 0; t < masked.size(); ++t)
    if (masked[t]) rows.emplace_back(number(t), t);
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<bool> out(masked.size());
  for (std::int64_t i = 0; i < std::min(count, static_cast<std::int64_t>(rows.size())); ++i)
    out[rows[static_cast<std::size_t>(i)].second] = true;
  return out;
}

void take_step(Going& going, const GenerationConfig& config, std::int64_t step, const Tensor& logits,
               const GenerationRun& run) {
  std::vector<std::int32_t>& tokens = *going.tokens.track(going.track);
  const double temperature =
      config.temperature_annealing ? annealed(config.temperature, step, going.steps) : config.temperature;
  const SamplingTrackConfig sampling = config_of_step(config, temperature);
  const TrackSample sample = going.track == Track::function
                                 ? sample_function(logits, tokens, sampling)
                                 : sample_track(going.track, logits, tokens, sampling,
                                                [&](std::size_t row) { return going.draws.token(step, row); });
  const std::vector<bool> masked = masked_rows(going.track, tokens);
  const std::int64_t now = std::count(masked.begin(), masked.end(), true);
  const std::int64_t keep = now - left_masked(config.schedule, step, going.steps, going.total);
  const std::vector<bool> kept = chosen(masked, keep, [&](std::size_t row) {
    return config.strategy == UnmaskingStrategy::entropy ? sample.entropy[row] : going.draws.choice(step, row);
  });
  const auto depth = static_cast<std::size_t>(models::track_depth(going.track));
  for (std::size_t t = 0; t < kept.size(); ++t)
    if (kept[t])
      std::copy_n(sample.tokens.begin() + static_cast<std::ptrdiff_t>(t * depth), depth,
                  tokens.begin() + static_cast<std::ptrdiff_t>(t * depth));
  if (run.watch) run.watch({going.prompt, step, temperature, logits, sample, kept, tokens});
}

LogitsConfig wanted_of(Track track) {
  LogitsConfig out;
  out.sequence = track == Track::sequence;
  out.structure = track == Track::structure;
  out.secondary_structure = track == Track::secondary_structure;
  out.sasa = track == Track::sasa;
  out.function = track == Track::function;
  return out;
}

LogitsConfig wanted_of(std::span<Going* const> going) {
  LogitsConfig out;
  for (const Going* one : going) {
    const LogitsConfig each = wanted_of(one->track);
    out.sequence |= each.sequence;
    out.structure |= each.structure;
    out.secondary_structure |= each.secondary_structure;
    out.sasa |= each.sasa;
    out.function |= each.function;
  }
  return out;
}

// One step of prompts that go into a pass together.
void pass(const Client& model, std::span<Going* const> together, std::span<const GenerationConfig> configs,
          std::int64_t step, const GenerationRun& run, std::vector<TensorOrError>& out) {
  std::vector<ESMProteinTensor> tokens;
  for (const Going* going : together) tokens.push_back(going->tokens);
  const std::vector<TrackLogits> said = model.logits(tokens, wanted_of(together));
  for (std::size_t i = 0; i < together.size(); ++i) {
    Going& going = *together[i];
    try {
      take_step(going, configs[going.prompt], step, said[i].logits.at(going.track), run);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::bad_input) throw;
      out[going.prompt] = ESMProteinError{500, error.what()};
      going.steps = 0;
    }
  }
}

// A prompt ready to go, or why not.
std::variant<Going, ESMProteinError> started(const ESMProteinTensor& prompt, std::size_t index,
                                             const GenerationConfig& config, const GenerationRun& run) {
  const std::optional<Track> track = track_named(config.track);
  if (!track) return ESMProteinError{500, fmt::format("Iterative sampling {} is not supported.", config.track)};
  ESMProteinTensor tokens = prompt;
  if (config.condition_on_coordinates_only && !tokens.coordinates.empty()) tokens.structure.reset();
  const std::int64_t total = rows_to_fill(tokens, *track);
  if (total == 0) return ESMProteinError{500, fmt::format("Cannot sample {} when input has no masks.", config.track)};
  return Going{index,  filled(std::move(tokens)),
               *track, std::min(config.num_steps, total),
               total,  run.draws ? run.draws(index) : step_draws(config.seed)};
}

// What comes back is the prompt with its track filled. As upstream, annotations of residues are padding where there
// were none.
ESMProteinTensor finished(const ESMProteinTensor& prompt, Going going) {
  ESMProteinTensor out = prompt;
  out.track(going.track) = std::move(going.tokens.track(going.track));
  if (!out.residue_annotations) out.residue_annotations = masked_track(Track::residue_annotations, prompt.residues());
  return out;
}

}  // namespace

StepDraws step_draws(std::uint64_t seed) {
  const auto number = [seed](std::uint64_t purpose, std::int64_t step, std::size_t row) {
    return unit_double(philox(derive_key(seed, purpose, static_cast<std::uint64_t>(step)), row)[0]);
  };
  return {[number](std::int64_t step, std::size_t row) { return number(0x746f6b, step, row); },
          [number](std::int64_t step, std::size_t row) { return number(0x726f77, step, row); }};
}

std::int64_t left_masked(UnmaskingSchedule schedule, std::int64_t step, std::int64_t steps, std::int64_t total) {
  const double done = static_cast<double>(step + 1) / static_cast<double>(steps);
  const double share = schedule == UnmaskingSchedule::linear ? 1 - done : std::cos(std::numbers::pi / 2 * done);
  return static_cast<std::int64_t>(share * static_cast<double>(total) + 0.1);
}

double annealed(double temperature, std::int64_t step, std::int64_t steps) {
  const double ratio = static_cast<double>(step) / static_cast<double>(std::max<std::int64_t>(1, steps - 1));
  const double out = std::max(temperature - ratio, 0.001);
  return out * out;
}

std::vector<TensorOrError> batch_generate(const Client& model, std::span<const ESMProteinTensor> prompts,
                                          std::span<const GenerationConfig> configs, const GenerationRun& run) {
  GROEL_REQUIRE(prompts.size() == configs.size());
  for (const GenerationConfig& config : configs) config.check();
  std::vector<TensorOrError> out(prompts.size(), ESMProteinError{});
  std::vector<Going> going;
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    auto one = started(prompts[i], i, configs[i], run);
    if (auto* error = std::get_if<ESMProteinError>(&one))
      out[i] = *error;
    else
      going.push_back(std::move(std::get<Going>(one)));
  }
  std::int64_t most = 0, all = 0, done = 0;
  for (const Going& one : going) {
    most = std::max(most, one.steps);
    all += one.steps;
  }
  for (std::int64_t step = 0; step < most; ++step) {
    std::vector<Going*> together;
    std::int64_t tokens = 0;
    const auto flush = [&] {
      if (together.empty()) return;
      check_interrupted();
      pass(model, together, configs, step, run, out);
      done += static_cast<std::int64_t>(together.size());
      if (run.progress) run.progress(done, all);
      together.clear();
      tokens = 0;
    };
    for (Going& one : going) {
      if (step >= one.steps) continue;
      const std::int64_t length = one.tokens.length();
      if (tokens + length > run.max_tokens) flush();
      together.push_back(&one);
      tokens += length;
    }
    flush();
  }
  for (Going& one : going)
    if (one.steps > 0) out[one.prompt] = finished(prompts[one.prompt], std::move(one));
  return out;
}

std::vector<ProteinOrError> batch_generate(const Client& model, std::span<const ESMProtein> prompts,
                                           std::span<const GenerationConfig> configs, const GenerationRun& run) {
  GROEL_REQUIRE(prompts.size() == configs.size());
  std::vector<ProteinOrError> out(prompts.size(), ESMProteinError{});
  std::vector<ESMProteinTensor> tensors;
  std::vector<GenerationConfig> of;
  std::vector<std::size_t> at;
  const auto guarded = [&](std::size_t i, const auto& body) {
    try {
      body();
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted || error.kind() == ErrorKind::memory) throw;
      out[i] = ESMProteinError{500, error.what()};
    }
  };
  for (std::size_t i = 0; i < prompts.size(); ++i)
    guarded(i, [&] {
      tensors.push_back(model.encode(prompts[i]));
      of.push_back(configs[i]);
      at.push_back(i);
    });
  GenerationRun inner = run;
  if (run.draws) inner.draws = [&](std::size_t i) { return run.draws(at[i]); };
  const std::vector<TensorOrError> results = batch_generate(model, tensors, of, inner);
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (const auto* error = std::get_if<ESMProteinError>(&results[i])) {
      out[at[i]] = *error;
      continue;
    }
    guarded(at[i], [&] {
      ESMProtein protein = model.decode(std::get<ESMProteinTensor>(results[i]));
      protein.function_annotations = prompts[at[i]].function_annotations;
      out[at[i]] = std::move(protein);
    });
  }
  return out;
}

}  // namespace esm3
}  // namespace groel
