// generate, fold, inverse-fold and sample: masked tracks filled in.
#include <chrono>

#include "base/random.h"
#include "tasks/esm3/verbs.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

std::string settings_of(const Esm3Options& options, const GenerationConfig& config) {
  return fmt::format("esm3 track={} steps={} schedule={} strategy={} temperature={:g}{} top_p={:g} seed={}",
                     config.track, config.num_steps, options.schedule, options.strategy, config.temperature,
                     config.temperature_annealing ? " annealed" : "", config.top_p, config.seed);
}

// All proteins that are to be made, and which prompt each is of.
struct Wanted {
  std::vector<std::string> ids;
  std::vector<ESMProteinTensor> prompts;
  std::vector<GenerationConfig> configs;
  std::vector<std::optional<std::vector<FunctionAnnotation>>> annotations;
};

Track named(const std::string& name) {
  for (const Track track : models::kTracks)
    if (models::track_name(track) == name) return track;
  throw Error(ErrorKind::usage, {fmt::format("there is no track '{}'", name), "--tracks", {}});
}

template <class T>
ordered_json numbers(const std::vector<T>& values) {
  ordered_json out = ordered_json::array();
  for (const T& value : values)
    out.push_back(std::isfinite(static_cast<double>(value)) ? ordered_json(value) : ordered_json(nullptr));
  return out;
}

ordered_json json_of(const TrackSample& sample) {
  ordered_json out{{"tokens", sample.tokens},
                   {"entropy", numbers(sample.entropy)},
                   {"prob", numbers(sample.prob)},
                   {"logprob", numbers(sample.logprob)},
                   {"top_prob", numbers(sample.top_prob)}};
  if (sample.topk_tokens.empty()) return out;
  out["topk_tokens"] = sample.topk_tokens;
  out["topk_logprob"] = numbers(sample.topk_logprob);
  return out;
}

}  // namespace

int generate_proteins(const Esm3Call& call) {
  const Esm3Options& options = call.options;
  if (options.number < 1) throw Error(ErrorKind::usage, {"it is a number of proteins", "--number", "1 or more"});
  const GenerationConfig config = options.generation(call.model.tokenizer());
  config.check();
  const Esm3Form form = form_of(options, config.track);
  Wanted wanted;
  int status = for_each_prompt(call, [&](const esm3::Prompt& prompt) {
    refuse_raw_fields(prompt);
    const ESMProteinTensor tokens = tokens_of_prompt(call.model, prompt);
    for (std::int64_t n = 0; n < options.number; ++n) {
      wanted.ids.push_back(options.number > 1 ? fmt::format("{}_{}", prompt.id, n + 1) : prompt.id);
      wanted.prompts.push_back(tokens);
      wanted.configs.push_back(config);
      // The first of a prompt has the seed itself; a prompt's proteins do not depend on the other prompts.
      if (n > 0) wanted.configs.back().seed = derive_key(config.seed, static_cast<std::uint64_t>(n));
      wanted.annotations.push_back(prompt.protein.function_annotations);
    }
  });
  const auto begun = std::chrono::steady_clock::now();
  esm3::GenerationRun run;
  run.max_tokens = options.batch_tokens;
  run.progress = [&](std::int64_t done, std::int64_t of) {
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begun;
    call.context.sink.progress(
        {.phase = "generating", .done = done, .total = of, .seconds = seconds.count(), .unit = "steps"});
  };
  const auto made = esm3::batch_generate(call.model, wanted.prompts, wanted.configs, run);
  call.context.sink.progress_done();
  Failures failures(call.context.sink);
  std::vector<Esm3Result> results;
  for (std::size_t i = 0; i < made.size(); ++i) {
    Esm3Result result{wanted.ids[i], ESMProteinError{}};
    if (const auto* error = std::get_if<ESMProteinError>(&made[i])) {
      failures.add(result.id, Error(ErrorKind::bad_input, error->error_msg));
      result.protein = *error;
    } else {
      // What the track itself is written as needs no decoder of structure.
      ESMProteinTensor tokens = std::get<ESMProteinTensor>(made[i]);
      const bool places = form == Esm3Form::pdb || form == Esm3Form::mmcif || config.track == "structure";
      if (!places) tokens.structure.reset();
      if (!places) tokens.coordinates.clear();
      ESMProtein protein = call.model.decode(tokens);
      protein.function_annotations = wanted.annotations[i];
      result.protein = std::move(protein);
    }
    results.push_back(std::move(result));
  }
  if (failures.exit_status() != 0) status = 1;
  if (write_proteins(results, settings_of(options, config), form, options, call.context) > 0) status = 1;
  return status;
}

int sample_prompts(const Esm3Call& call) {
  const Esm3Options& options = call.options;
  std::vector<ordered_json> records;
  const int status = for_each_prompt(call, [&](const esm3::Prompt& prompt) {
    refuse_raw_fields(prompt);
    SamplingConfig config;
    for (const std::string& name : options.tracks.empty() ? std::vector<std::string>{"sequence"} : options.tracks) {
      const Track track = named(name);
      config.tracks[track] = options.sampling(track, call.model.tokenizer());
    }
    const esm3::SampledTracks out = call.model.forward_and_sample(
        tokens_of_prompt(call.model, prompt), config, esm3::draws_of(static_cast<std::uint64_t>(options.seed)));
    ordered_json record{{"id", prompt.id}, {"tokens", esm3::json_of(out.protein_tensor)}};
    for (const auto& [track, sample] : out.samples)
      record["samples"][std::string(models::track_name(track))] = json_of(sample);
    if (out.sasa)
      record["samples"]["sasa"] = {{"values", numbers(out.sasa->values)}, {"entropy", numbers(out.sasa->entropy)}};
    records.push_back(std::move(record));
  });
  write_records(records, options, call.context);
  return status;
}

}  // namespace groel::tasks
