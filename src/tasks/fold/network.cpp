// Runs a network on a job: seed by seed, with every sample written as soon as it is there.
#include "tasks/fold/network.h"

#include <fmt/chrono.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>

#include "base/error.h"
#include "base/options.h"
#include "base/sha256.h"
#include "base/system.h"
#include "base/text_file.h"
#include "base/version.h"
#include "base/words.h"
#include "engine/precision.h"
#include "folding/features.h"
#include "folding/job_layout.h"
#include "folding/job_write.h"
#include "folding/output_files.h"
#include "folding/result_files.h"

namespace groel::tasks {

namespace fs = std::filesystem;
using namespace structure_models;

namespace {

// What a run was made with is kept beside its results until all are there, so that no other one is taken for it.
constexpr const char* kUnfinished = ".groel-unfinished.json";

// The stages of a seed, told as progress.
class Stages {
 public:
  Stages(Sink& sink, std::string of) : sink_(sink), of_(std::move(of)) {}
  void operator()(const RunProgress& progress) {
    if (progress.stage != stage_) begin(progress.stage);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - began_;
    const char* unit = stage_ == "trunk" ? "blocks" : stage_ == "diffusion" ? "steps" : "samples";
    sink_.progress({.phase = phase_,
                    .done = progress.done,
                    .total = progress.total,
                    .tokens = progress.done,
                    .total_tokens = progress.total,
                    .seconds = seconds.count(),
                    .unit = unit,
                    .token_unit = unit});
    last_ = std::chrono::steady_clock::now();
    if (progress.done == progress.total) sink_.progress_done();
  }

 private:
  void begin(std::string_view stage) {
    stage_ = stage;
    phase_ = fmt::format("{}: {}", of_, stage);
    began_ = last_;  // its first step began when that before it ended
  }
  Sink& sink_;
  std::string of_, stage_, phase_;
  std::chrono::steady_clock::time_point began_, last_ = std::chrono::steady_clock::now();
};

folding::OutputSettings output_settings(const FoldJob& job, const FoldOptions& options,
                                        const StructureNetwork& network) {
  const std::time_t now = std::time(nullptr);
  return {.job = folding::file_name(job.job),
          .origin = network.origin({.program = fmt::format("GroEL {}", kVersion),
                                    .time = fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::localtime(now)),
                                    .terms = !options.no_terms}),
          .terms = options.no_terms ? std::string() : network.terms(),
          .compress = options.compress};
}

std::string job_digest(const folding::Job& job) {
  Sha256 text;
  text.update(folding::job_json(job));
  return text.finish();
}

// Of what was read of the job's components, from whichever file.
std::string component_digest(const FoldJob& job) {
  Sha256 text;
  for (const std::string& code : folding::codes_of(job.job)) {
    const folding::Component* one = job.components.find(code);
    if (one == nullptr) continue;
    text.update(fmt::format("{} {:?} {:?} {:?}\n", code, one->type, one->parent, one->letter));
    for (const io::ComponentAtom& atom : one->atoms)
      text.update(fmt::format("{:?} {:?} {} {} {} {} {}\n", atom.name, atom.element, atom.charge, atom.charged,
                              atom.leaving, atom.ideal, atom.model));
    for (const io::ComponentBond& bond : one->bonds)
      text.update(fmt::format("{:?} {:?} {:?} {}\n", bond.from, bond.to, bond.order, int{bond.aromatic}));
  }
  return text.finish();
}

// What has to be the same for samples to belong together: all that decides them and their files.
std::string run_identity(const FoldJob& job, const FoldOptions& options, const NetworkFacts& facts) {
  const RunSettings settings = options.run_settings(facts.usual);
  const folding::FeaturizeOptions features = options.feature_options();
  const nlohmann::ordered_json out{{"job", job_digest(job.job)},
                                   {"components", component_digest(job)},
                                   {"network", facts.title},
                                   {"weights", facts.identifier},
                                   {"passes", settings.passes},
                                   {"samples", settings.sampler.samples},
                                   {"steps", settings.sampler.steps},
                                   {"alignment_rows", settings.alignment_rows},
                                   {"dtype", options.dtype},
                                   {"buckets", features.buckets},
                                   {"resolve_overlaps", features.alignments.resolve_overlaps},
                                   {"newest_template", features.references.newest},
                                   {"conformers", features.references.conformers},
                                   {"conformer_iterations", features.references.iterations},
                                   {"standalone_glycans", options.keep_standalone_glycans},
                                   {"compressed", options.compress},
                                   {"terms", !options.no_terms}};
  return out.dump(2) + "\n";
}

// One job with everything that its seeds share.
class JobRun {
 public:
  JobRun(const FoldJob& job, fs::path folder, const FoldOptions& options, const StructureNetwork& network,
         Context& context)
      : job_(job),
        options_(options),
        network_(network),
        context_(context),
        settings_(options.run_settings(network.facts().usual)),
        tokens_(folding::lay_out(
            job.job, job.components,
            {.keep_standalone_glycans = options.keep_standalone_glycans, .rules = network.facts().tokens})),
        layout_(folding::atom_layout(tokens_, job.components, job.job)),
        files_(std::move(folder), output_settings(job, options, network)) {}

  void run() {
    begin();
    choose_memory();
    if (!network_.facts().templates && has_templates())
      context_.sink.warning(
          fmt::format("{}: this network reads no templates: those of the job are left out", job_.job.name));
    for (const std::uint32_t seed : job_.job.seeds) run_seed(seed);
    files_.finish();
    std::error_code ignored;
    fs::remove(files_.folder() / kUnfinished, ignored);
    say_result();
  }

  nlohmann::ordered_json result() const {
    nlohmann::ordered_json out{{"structures", nlohmann::ordered_json::array()}, {"best", nullptr}};
    for (const folding::RankedSample& one : files_.samples()) out["structures"].push_back(json_of(one));
    if (const auto best = files_.best()) out["best"] = json_of(*best);
    return out;
  }

 private:
  void begin() {
    const fs::path file = files_.folder() / kUnfinished;
    const std::string own = run_identity(job_, options_, network_.facts());
    resumes_ = !options_.overwrite && fs::exists(file) && read_text(file) == own;
    if (resumes_)
      for (const folding::WrittenScore& one : folding::read_ranking_scores(files_.folder()))
        scores_[one.name] = one.ranking_score;
    write_text(file, own);
  }

  // Refuses what does not fit before anything is computed; keeps less where that is enough.
  void choose_memory() {
    NetworkCost cost = this->cost();
    // The weights are in memory already.
    const std::size_t most = options_.memory ? *options_.memory - std::min(*options_.memory, cost.weights)
                                             : static_cast<std::size_t>(static_cast<double>(available_memory()) * 0.8);
    if (cost.beside() > most) {
      settings_.kept = KeptLogits::none;
      cost = this->cost();
    }
    if (cost.beside() > most)
      throw Error(
          ErrorKind::memory,
          {fmt::format("the network needs {} beside its weights for {} tokens, and there is {}",
                       format_bytes(cost.beside()), tokens_.tokens.size(), format_bytes(most)),
           fmt::format("job '{}'", job_.job.name),
           "run fewer samples at a time (--num-diffusion-samples), a smaller job, or on a machine with more memory"});
    context_.sink.note(fmt::format("{}: {}; up to {} beside the weights", job_.job.name,
                                   counted(tokens_.tokens.size(), "token"), format_bytes(cost.beside())));
  }
  NetworkCost cost() const { return fold_cost(tokens_, network_.facts(), settings_); }
  bool has_templates() const {
    return std::ranges::any_of(
        tokens_.chains, [](const folding::JobChain& chain) { return chain.templates && !chain.templates->empty(); });
  }

  // Samples that are not there yet; the others are ranked with them.
  std::vector<std::int64_t> missing(std::uint32_t seed) {
    std::vector<std::int64_t> out;
    for (std::int64_t s = 0; s < settings_.sampler.samples; ++s) {
      const auto score = scores_.find(fmt::format("seed-{}_sample-{}", seed, s));
      if (resumes_ && score != scores_.end() && files_.has_sample({seed, s}))
        files_.keep_sample({{seed, s}, score->second});
      else
        out.push_back(s);
    }
    return out;
  }

  void run_seed(std::uint32_t seed) {
    const std::vector<std::int64_t> wanted = missing(seed);
    const std::string of = fmt::format("{}, seed {}", job_.job.name, seed);
    const bool lacks = lacks_arrays(seed);
    if (wanted.empty() && !lacks) return context_.sink.note(of + ": is there already");
    const auto began = std::chrono::steady_clock::now();
    const std::size_t padded = folding::padded_tokens(tokens_.tokens.size(), options_.feature_options().buckets);
    const auto run = network_.begin(features(seed), seed, static_cast<std::int64_t>(padded), settings_);
    say(run->notes());
    Stages stages(context_.sink, of);
    run->embed(std::ref(stages));
    if (lacks) save_arrays(seed, *run);
    if (wanted.empty())
      return context_.sink.note(of + ": samples are there already; the arrays that they came without are written");
    const std::vector<float> contacts = run->contacts();
    run->sample(
        wanted, [&](const PredictedSample& sample) { write(seed, sample, contacts); }, std::ref(stages));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    context_.sink.note(fmt::format("{}: {} in {}", of, counted(wanted.size(), "sample"), time_text(took.count())));
  }

  folding::Features features(std::uint32_t seed) {
    folding::FeaturizeOptions with = options_.feature_options();
    with.references.seed = seed;
    std::vector<std::string> notes;
    folding::Features out = folding::featurize(tokens_, job_.components, with, &notes);
    say(tokens_.notes);
    say(notes);
    return out;
  }

  // Each once.
  void say(const std::vector<std::string>& notes) {
    for (const std::string& note : notes)
      if (std::ranges::find(said_, note) == said_.end()) {
        said_.push_back(note);
        context_.sink.warning(fmt::format("{}: {}", job_.job.name, note));
      }
  }

  // Arrays that are asked for, of a run that began without them too.
  bool lacks_arrays(std::uint32_t seed) const {
    return (options_.save_embeddings && !(resumes_ && files_.has_embeddings(seed))) ||
           (options_.save_distogram && !(resumes_ && files_.has_distogram(seed)));
  }

  void save_arrays(std::uint32_t seed, const StructureRun& run) {
    const auto n = static_cast<std::int64_t>(tokens_.tokens.size());
    const Tensor &single = run.single(), &pair = run.pair();
    if (options_.save_embeddings)
      files_.add_embeddings(
          seed,
          {n, single.size(1), pair.size(1), [&](std::int64_t row) { return single.rows(row, row + 1).values<float>(); },
           [&](std::int64_t row) { return pair.rows(row * n, (row + 1) * n).values<float>(); }});
    std::vector<float> logits;
    if (options_.save_distogram)
      files_.add_distogram(seed, n, [&](std::int64_t row) -> std::span<const float> {
        logits = run.distogram_row(row);
        return logits;
      });
  }

  void write(std::uint32_t seed, const PredictedSample& sample, const std::vector<float>& contacts) {
    const std::vector<float> positions = folding::values_of_atoms(layout_, sample.positions, 3),
                             lddt = folding::values_of_atoms(layout_, sample.lddt, 1);
    folding::require_finite(layout_, positions);
    files_.add_sample({seed, sample.sample}, layout_,
                      {positions, lddt, sample.errors.pae, contacts, sample.summary(layout_, positions)});
    files_.finish();
  }

  static nlohmann::ordered_json json_of(const folding::RankedSample& one) {
    return {{"seed", one.name.seed},
            {"sample", one.name.sample},
            {"ranking_score", std::isfinite(one.ranking_score) ? nlohmann::ordered_json(one.ranking_score) : nullptr}};
  }

  void say_result() const {
    const auto best = files_.best();
    if (best)
      context_.sink.note(fmt::format("{}: {} in {}, the best seed-{}_sample-{} (ranking score {:.2f})", job_.job.name,
                                     counted(files_.samples().size(), "structure"), files_.folder().string(),
                                     best->name.seed, best->name.sample, best->ranking_score));
  }

  const FoldJob& job_;
  const FoldOptions& options_;
  const StructureNetwork& network_;
  Context& context_;
  RunSettings settings_;
  folding::TokenLayout tokens_;
  folding::AtomLayout layout_;
  folding::OutputFiles files_;
  std::map<std::string, double> scores_;  // of an earlier run, by sample
  std::vector<std::string> said_;
  bool resumes_ = false;
};

std::unique_ptr<StructureNetwork> load_weights(const FoldOptions& options, Context& context) {
  const std::string path = fold_weights(options);
  if (path.empty())
    throw Error(ErrorKind::usage, {"a prediction needs weights: those of AlphaFold 3 or of a network of its kind",
                                   {},
                                   "give --model-dir DIR, or get some by `groel pull` (`groel models` lists them); "
                                   "--no-inference ends before the network, --features writes what it is given"});
  auto out = load_structure_network(path, engine::parse_precision(options.dtype));
  context.sink.note(
      fmt::format("weights of {} ({} parameters) from {}", out->facts().title, out->facts().parameters, path));
  return out;
}

}  // namespace

FoldNetwork::FoldNetwork(const FoldOptions& options, Context& context)
    : options_(options), context_(context), network_(load_weights(options, context)) {}

bool FoldNetwork::began(const FoldJob& job, const fs::path& folder) const {
  const fs::path file = folder / kUnfinished;
  return fs::exists(file) && read_text(file) == run_identity(job, options_, network_->facts());
}

nlohmann::ordered_json FoldNetwork::run(const FoldJob& job, const fs::path& folder) {
  JobRun run(job, folder, options_, *network_, context_);
  run.run();
  return run.result();
}

}  // namespace groel::tasks
