// ESM3's generation: every draw of the reference is in the case, and every token has to come out.
#include "esm3/generate.h"

#include "base/error.h"
#include "golden/esm3_case.h"
#include "golden/kind.h"
#include "golden/model_case.h"

namespace groel::golden {
namespace {

using esm3::GenerationStep;
using esm3::StepDraws;
using nlohmann::json;

bool knows(const Case& golden) {
  return text_of(golden.config(), "model_type") == "esm3" && golden.inputs().is_object() &&
         golden.inputs().contains("generate");
}

Track track_of(const std::string& name) {
  for (const Track track : models::kTracks)
    if (models::track_name(track) == name) return track;
  throw Error(ErrorKind::bad_input, fmt::format("no track '{}'", name));
}

GenerationConfig config_of(const json& said, const std::string& order) {
  GenerationConfig out;
  out.track = said.at("track");
  out.num_steps = said.value("num_steps", out.num_steps);
  out.temperature = said.value("temperature", out.temperature);
  out.temperature_annealing = said.value("temperature_annealing", out.temperature_annealing);
  out.top_p = said.value("top_p", out.top_p);
  out.invalid_ids = said.value("invalid_ids", out.invalid_ids);
  out.condition_on_coordinates_only = said.value("condition_on_coordinates_only", true);
  out.schedule = said.value("schedule", "cosine") == "linear" ? UnmaskingSchedule::linear : UnmaskingSchedule::cosine;
  out.strategy = said.value("strategy", "random") == "entropy" ? UnmaskingStrategy::entropy : UnmaskingStrategy::random;
  out.order = order == "es" ? FilterOrder::evolutionary_scale : FilterOrder::biohub;
  return out;
}

class Generation {
 public:
  Generation(const Case& golden, const esm3::Client& model, Rows& rows) : golden_(golden), model_(model), rows_(rows) {}

  void check() {
    check_schedules();
    for (const auto& [name, run] : golden_.inputs()["generate"].items())
      if (name != "function_entropy_as_upstream") check_run(name, run);
    check_batch();
    check_codec();
    for (const auto& [name, run] : golden_.inputs()["forward_and_sample"].items()) check_sampling(name, run);
    check_logits();
    check_raw();
    worst_.write(rows_, {}, 1e-4);
    coordinates_.write(rows_, {}, 1e-3);
  }

 private:
  ESMProteinTensor prompt(const std::string& name) const {
    ESMProteinTensor out;
    for (const Track track : models::kTracks)
      if (const std::string array = fmt::format("prompt.{}.{}", name, models::track_name(track)); golden_.has(array))
        out.track(track) = whole_numbers(golden_.numbers(array));
    if (const std::string array = fmt::format("prompt.{}.coordinates", name); golden_.has(array))
      out.coordinates = golden_.values(array);
    return out;
  }

  // The numbers of a run, [steps, L]; none where none are used.
  StepDraws draws(const std::string& prefix) const {
    const auto numbers = [&](const std::string& name) -> std::function<double(std::int64_t, std::size_t)> {
      if (!golden_.has(name)) return [](std::int64_t, std::size_t) { return 0.5; };
      const auto width = static_cast<std::size_t>(golden_.shape(name).at(1));
      return [width, all = golden_.numbers(name)](std::int64_t step, std::size_t row) {
        return all.at(static_cast<std::size_t>(step) * width + row);
      };
    };
    return {numbers(prefix + ".uniforms"), numbers(prefix + ".choice_uniforms")};
  }

  std::vector<double> row(const std::string& name, std::int64_t step) const {
    const std::vector<double> all = golden_.numbers(name);
    const std::size_t width = all.size() / static_cast<std::size_t>(golden_.shape(name)[0]);
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(step) * width);
    return {begin, begin + static_cast<std::ptrdiff_t>(width)};
  }

  void check_schedules() {
    std::string problem;
    for (const json& one : golden_.inputs()["schedule_counts"]) {
      const auto schedule = one[0] == "linear" ? UnmaskingSchedule::linear : UnmaskingSchedule::cosine;
      const std::int64_t total = one[1], steps = one[2];
      std::int64_t left = total;
      std::vector<std::int64_t> counts;
      for (std::int64_t t = 0; t < steps; ++t) {
        const std::int64_t next = esm3::left_masked(schedule, t, steps, total);
        counts.push_back(left - next);
        left = next;
      }
      if (counts != one[3].get<std::vector<std::int64_t>>()) problem = one.dump();
    }
    rows_.exact("schedules", problem);
    double apart = 0;
    for (const json& one : golden_.inputs()["annealed_temperatures"])
      for (std::int64_t t = 0; t < one[1].get<std::int64_t>(); ++t)
        apart = std::max(
            apart, std::abs(esm3::annealed(one[0], t, one[1]) - one[2][static_cast<std::size_t>(t)].get<double>()));
    rows_.near("temperatures", apart, 1e-12);
  }

  // What each step gives, compared as it goes by.
  std::function<void(const GenerationStep&)> watcher(const std::string& prefix, std::string& problem) {
    return [this, prefix, &problem](const GenerationStep& step) {
      const auto note = [&](const std::string& found) {
        if (problem.empty() && !found.empty()) problem = fmt::format("step {}: {}", step.step, found);
      };
      std::vector<int> kept(step.kept.begin(), step.kept.end());
      note(differs(step.sample.tokens, row(prefix + ".sampled", step.step), prefix + ".sampled"));
      note(differs(kept, row(prefix + ".where", step.step), prefix + ".where"));
      note(differs(step.tokens, row(prefix + ".state", step.step + 1), prefix + ".state"));
      worst_.add("temperature", std::abs(step.temperature - row(prefix + ".temperature", step.step).at(0)), prefix);
      if (const std::string name = prefix + ".logits"; golden_.has(name) && step.step < golden_.shape(name)[0]) {
        const std::vector<double> expected = row(name, step.step);
        worst_.add("logits", furthest(values_of(step.logits), {expected.begin(), expected.end()}), name);
      }
      const std::vector<double> entropy = row(prefix + ".entropy", step.step);
      worst_.add("entropy", furthest(step.sample.entropy, {entropy.begin(), entropy.end()}), prefix + ".entropy");
    };
  }

  std::string final_differs(const std::string& prefix, const ESMProteinTensor& out) const {
    for (const Track track : models::kTracks) {
      const std::string array = fmt::format("{}.final.{}", prefix, models::track_name(track));
      const auto& tokens = out.track(track);
      if (golden_.has(array) != tokens.has_value()) return array + (tokens ? " is not there" : " is missing");
      if (!tokens) continue;
      if (std::string found = differs(*tokens, golden_.numbers(array), array); !found.empty()) return found;
    }
    return {};
  }

  // What the model was given for tracks that were not there.
  std::string input_differs(const std::string& prefix, ESMProteinTensor start, const GenerationConfig& config) const {
    if (config.condition_on_coordinates_only && !start.coordinates.empty()) start.structure.reset();
    const ESMProteinTensor whole = esm3::filled(start);
    for (const Track track : models::kTracks)
      if (const std::string array = fmt::format("{}.batch_input.{}", prefix, models::track_name(track));
          golden_.has(array))
        if (std::string found = differs(*whole.track(track), golden_.numbers(array), array); !found.empty())
          return found;
    return {};
  }

  void check_run(const std::string& name, const json& run) {
    const GenerationConfig config = config_of(run.at("config"), run.at("filter_order"));
    const ESMProteinTensor start = prompt(run.at("prompt"));
    const std::string prefix = "gen." + name;
    std::string problem;
    const auto out =
        esm3::batch_generate(model_, std::span(&start, 1), std::span(&config, 1),
                             {.draws = [&](std::size_t) { return draws(prefix); }, .watch = watcher(prefix, problem)});
    if (run.contains("error")) {
      const auto* error = std::get_if<ESMProteinError>(&out[0]);
      const bool same = error != nullptr && error->error_code == run["error"]["code"] &&
                        error->error_msg == run["error"]["message"].get<std::string>();
      return rows_.exact(name, same ? "" : "another error, or none");
    }
    if (const auto* error = std::get_if<ESMProteinError>(&out[0])) return rows_.miss(name, error->error_msg);
    if (problem.empty()) problem = final_differs(prefix, std::get<ESMProteinTensor>(out[0]));
    if (problem.empty()) problem = input_differs(prefix, start, config);
    rows_.exact(name, problem);
  }

  // All prompts together: each as it is alone.
  void check_batch() {
    const json& batch = golden_.inputs()["batch"];
    std::vector<ESMProteinTensor> prompts;
    std::vector<GenerationConfig> configs;
    for (const json& one : batch) {
      prompts.push_back(prompt(one.at("prompt")));
      configs.push_back(config_of(one.at("config"), "es"));
    }
    const auto prefix = [](std::size_t i) { return fmt::format("batch.alone.{}", i); };
    std::vector<std::string> problems(prompts.size());
    std::vector<std::function<void(const GenerationStep&)>> watchers;
    for (std::size_t i = 0; i < prompts.size(); ++i) watchers.push_back(watcher(prefix(i), problems[i]));
    const auto out = esm3::batch_generate(model_, prompts, configs,
                                          {.draws = [&](std::size_t i) { return draws(prefix(i)); },
                                           .watch = [&](const GenerationStep& step) { watchers[step.prompt](step); }});
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (!std::holds_alternative<ESMProteinTensor>(out[i])) problems[i] = "an error";
      rows_.exact(fmt::format("batch of {}, prompt {}", out.size(), i), problems[i]);
    }
  }

  void check_protein(const std::string& prefix, const ESMProtein& protein) {
    coordinates_.add("coordinates", furthest(protein.coordinates, golden_.values(prefix + ".coordinates")), prefix);
    worst_.add("plddt", furthest(protein.plddt, golden_.values(prefix + ".plddt")), prefix);
    worst_.add("ptm", furthest({*protein.ptm}, golden_.values(prefix + ".ptm")), prefix);
    coordinates_.add("pae", furthest(protein.pae, golden_.values(prefix + ".pae")), prefix);
  }

  void check_codec() {
    for (const auto& [name, said] : golden_.inputs()["encode"]["structure"].items()) {
      const std::string prefix = "codec." + name;
      ESMProtein protein;
      if (said["sequence"].is_string()) protein.sequence = said["sequence"];
      protein.coordinates = golden_.values(prefix + ".coordinates_in");
      const ESMProteinTensor encoded = model_.encode(protein);
      rows_.exact(prefix, differs(*encoded.structure, golden_.numbers(prefix + ".structure"), "structure"));
      coordinates_.add("encoded", furthest(encoded.coordinates, golden_.values(prefix + ".coordinates_encoded")),
                       prefix);
      check_protein(prefix + ".decoded", model_.decode(encoded));
    }
  }

  void check_sample(const std::string& prefix, Track track, const esm3::SampledTracks& out) {
    const std::string name(models::track_name(track));
    const auto near = [&](const char* what, const std::vector<float>& ours) {
      if (const std::string array = fmt::format("{}.{}.{}", prefix, what, name); golden_.has(array))
        worst_.add(what, furthest(ours, golden_.values(array)), array);
    };
    if (track == Track::sasa) {
      near("tokens", out.sasa->values);
      return near("entropy", out.sasa->entropy);
    }
    const TrackSample& sample = out.samples.at(track);
    near("entropy", sample.entropy);
    near("prob", sample.prob);
    near("logprob", sample.logprob);
    near("top_prob", sample.top_prob);
    near("topk_logprob", sample.topk_logprob);
    if (const std::string array = fmt::format("{}.topk_tokens.{}", prefix, name); golden_.has(array))
      check_top(array, sample);
  }

  // Where several are ruled out alike their order means nothing.
  void check_top(const std::string& array, const TrackSample& sample) {
    const std::vector<double> expected = golden_.numbers(array);
    std::string problem;
    for (std::size_t i = 0; i < expected.size(); ++i)
      if (std::isfinite(sample.topk_logprob[i]) && sample.topk_logprob[i] > -1e30F &&
          sample.topk_tokens[i] != expected[i])
        problem = fmt::format("{}: {}, not {}", i, sample.topk_tokens[i], expected[i]);
    rows_.exact(array, problem);
  }

  void check_sampling(const std::string& name, const json& run) {
    const std::string prefix = "fs." + name;
    SamplingConfig config;
    config.return_mean_embedding = run.at("return_mean_embedding");
    config.return_per_residue_embeddings = run.at("return_per_residue_embeddings");
    const bool newer = name.ends_with("_bh");
    for (const auto& [track, said] : run.at("config").items()) {
      if (said.is_null()) continue;
      config.tracks[track_of(track)] = {said.at("temperature"),
                                        said.at("top_p"),
                                        said.at("only_sample_masked_tokens"),
                                        said.at("invalid_ids"),
                                        said.at("topk_logprobs"),
                                        newer ? FilterOrder::biohub : FilterOrder::evolutionary_scale};
    }
    const esm3::TrackDraws numbers = [&](Track track, std::size_t row) {
      const std::string array = fmt::format("{}.uniforms.{}", prefix, models::track_name(track));
      return golden_.has(array) ? golden_.numbers(array).at(row) : 0.5;
    };
    const esm3::SampledTracks out = model_.forward_and_sample(prompt(run.at("prompt")), config, numbers);
    std::string problem;
    for (const Track track : models::kTracks) {
      const std::string array = fmt::format("{}.tokens.{}", prefix, models::track_name(track));
      if (!golden_.has(array) || (track == Track::sasa && out.sasa)) continue;
      if (problem.empty()) problem = differs(*out.protein_tensor.track(track), golden_.numbers(array), array);
    }
    rows_.exact(prefix, problem);
    for (const auto& [track, each] : config.tracks) check_sample(prefix, track, out);
    if (config.return_mean_embedding)
      worst_.add("mean embedding", furthest(values_of(out.mean_embedding), golden_.values(prefix + ".mean_embedding")),
                 prefix);
    if (config.return_per_residue_embeddings)
      worst_.add("embeddings",
                 furthest(values_of(out.per_residue_embedding), golden_.values(prefix + ".per_residue_embedding")),
                 prefix);
  }

  void check_logits() {
    const LogitsConfig all{true, true, true, true, true, true, true};
    for (const auto& [name, start] : {std::pair{"all", "masked_seq_coords"},
                                      {"coords_only_no_sequence", "coords_only"},
                                      {"only_sequence_flag", "partial"}}) {
      const esm3::TrackLogits out = model_.logits(prompt(start), all);
      for (const Track track : models::kTracks)
        for (const char* part : {"", "_first4"}) {
          const std::string array = fmt::format("logits.{}.{}{}", name, models::track_name(track), part);
          if (!golden_.has(array)) continue;
          const std::vector<float> expected = golden_.values(array);
          std::vector<float> ours = values_of(out.logits.at(track));
          ours.resize(expected.size());
          worst_.add("logits", furthest(ours, expected), array);
        }
      if (const std::string array = fmt::format("logits.{}.embeddings", name); golden_.has(array))
        worst_.add("embeddings", furthest(values_of(out.embeddings), golden_.values(array)), array);
    }
  }

  // Proteins in, proteins out.
  void check_raw() {
    for (const auto& [name, run] : golden_.inputs()["raw"].items()) {
      const json& said = golden_.inputs()["prompts"].at(run.at("prompt").get<std::string>());
      const ESMProteinTensor tokens = prompt(run.at("prompt"));
      ESMProtein protein;
      if (said.contains("sequence")) protein.sequence = said["sequence"];
      if (said.contains("secondary_structure")) protein.secondary_structure = said["secondary_structure"];
      if (!tokens.coordinates.empty())
        protein.coordinates.assign(tokens.coordinates.begin() + 111, tokens.coordinates.end() - 111);
      const GenerationConfig config = config_of(run.at("config"), "es");
      const std::string prefix = "raw." + name;
      const auto out = esm3::batch_generate(model_, std::span(&protein, 1), std::span(&config, 1),
                                            {.draws = [&](std::size_t) { return draws(prefix); }});
      if (const auto* error = std::get_if<ESMProteinError>(&out[0])) {
        rows_.miss(prefix, error->error_msg);
        continue;
      }
      const auto& made = std::get<ESMProtein>(out[0]);
      rows_.exact(prefix, made.sequence == run["out"]["sequence"].get<std::string>() ? "" : "another sequence");
      if (golden_.has(prefix + ".out.coordinates")) check_protein(prefix + ".out", made);
      if (!run["out"]["sasa"].is_array()) continue;
      std::vector<float> ours;
      for (const auto& value : *made.sasa) ours.push_back(value.value_or(std::numeric_limits<float>::quiet_NaN()));
      worst_.add("sasa", furthest(ours, flat(run["out"]["sasa"])), prefix);
    }
  }

  const Case& golden_;
  const esm3::Client& model_;
  Rows& rows_;
  Worst worst_, coordinates_;
};

void check(const Case& golden, Rows& rows) {
  const esm3::Client model(golden.folder());
  Generation(golden, model, rows).check();
}

}  // namespace

Kind esm3_generate_kind() { return {"ESM3 generation", knows, check}; }

}  // namespace groel::golden
