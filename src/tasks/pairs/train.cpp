// Trains on pairs, split by split.
#include "tasks/pairs/train.h"

#include <algorithm>
#include <cmath>

#include "base/folder_lock.h"
#include "base/version.h"
#include "checkpoints/model_folder.h"
#include "checkpoints/trunk.h"
#include "engine/precision.h"
#include "hub/content_hash.h"
#include "io/numbers.h"
#include "predictors/one_hot.h"
#include "predictors/pair_predictor.h"
#include "tasks/pairs/methods.h"
#include "tasks/pairs/report.h"
#include "tasks/pairs/scores.h"
#include "tasks/pairs/tune.h"
#include "tasks/reading/model.h"
#include "tasks/train/cards.h"
#include "train/duplicates.h"
#include "train/run_folder.h"

namespace groel::tasks {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

// One of the splits.
struct Round {
  std::string name;
  fs::path folder;
  std::uint64_t seed = 0;
  std::string index_file;  // empty: it is drawn
  interactions::PairSplit split{};
};

std::vector<std::string> methods_of(const TrainOptions& all) {
  const PairOptions& options = all.pairs;
  const std::vector<std::string>& known = pair_baselines();
  std::vector<std::string> out{kPairHead};
  if (tunes_model(all)) out.emplace_back(kFrozenHead);
  if (options.baselines == std::vector<std::string>{"none"}) return out;
  if (options.baselines == std::vector<std::string>{"all"}) {
    out.insert(out.end(), known.begin(), known.end());
    return out;
  }
  for (const std::string& name : options.baselines) {
    if (std::ranges::find(known, name) == known.end())
      throw Error(ErrorKind::usage, {fmt::format("there is no baseline '{}' of pairs", name), "--baselines",
                                     "all, none, or some of " + listed(known)});
    out.push_back(name);
  }
  return out;
}

std::vector<Round> rounds_of(const TrainOptions& options) {
  const fs::path output = *options.output;
  const auto seed = static_cast<std::uint64_t>(options.seed);
  std::vector<Round> out;
  for (const std::string& file : options.pairs.index_files)
    out.push_back({"split of " + fs::path(file).filename().string(), {}, seed, file});
  if (!out.empty() && options.repeats > 1)
    throw Error(ErrorKind::usage, {"each file of indices is a split, used once", "--repeats", "leave it away"});
  const std::int64_t drawn = out.empty() ? options.repeats : 0;
  for (std::int64_t repeat = 0; repeat < drawn; ++repeat) {
    const std::string name = fmt::format("{} split, seed {}", options.pairs.how, options.seed + repeat);
    out.push_back({name, {}, seed + static_cast<std::uint64_t>(repeat), {}});
  }
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i].folder = out.size() == 1 ? output : output / fmt::format("split-{}", i + 1);
  return out;
}

MethodSettings settings_of(const TrainOptions& options) {
  MethodSettings out;
  if (options.hidden.given) {
    const auto width =
        options.hidden.value.size() == 1 ? io::parse_whole_number(options.hidden.value[0]) : std::nullopt;
    if (!width || *width < 1)
      throw Error(ErrorKind::usage, {"a predictor of pairs has one hidden layer", "--hidden", "its width: 256"});
    out.hidden = *width;
  }
  if (options.head_dropout.given) out.dropout = options.head_dropout.value;
  if (options.batch.given) out.batch = options.batch.value;
  if (!tunes_model(options)) {  // else they are those of the model
    if (options.epochs) out.epochs = *options.epochs;
    if (options.learning_rate) out.rate = *options.learning_rate;
    out.patience = options.patience;
    out.weight_decay = options.weight_decay;
  }
  out.baseline_epochs = options.pairs.baseline_epochs;
  return out;
}

ordered_json file_facts(const std::vector<std::string>& files) {
  ordered_json out = ordered_json::array();
  for (const std::string& file : files) {
    ordered_json one{{"file", file}};
    std::error_code failed;
    if (fs::is_regular_file(file, failed)) one["sha256"] = hub::file_sha256(file);
    out.push_back(std::move(one));
  }
  return out;
}

// A fine-tuned model, in the folder of its split.
constexpr const char* kTunedModel = "model";

class PairTraining {
 public:
  PairTraining(const TrainOptions& options, Context& context)
      : options_(options),
        sink_(context.sink),
        pairs_(read_pairs_of_run({options.data, options.pairs.input, options.label_column, options.pairs.min_score},
                                 sink_)),
        trunk_(load_trunk()),
        methods_(methods_of(options)) {
    check_labels();
    layer_ = static_cast<int>(options.head_layer.value_or(trunk_.model->info().layers));
    if (layer_ < 0 || layer_ > trunk_.model->info().layers)
      throw Error(ErrorKind::usage, {fmt::format("there is no layer {}", layer_), "--head-layer",
                                     fmt::format("0 (embeddings) to {}", trunk_.model->info().layers)});
    most_ = options.max_length;
    if (const auto limit = trunk_.model->info().max_residues) most_ = std::min(most_, *limit);
  }

  // Splits the pairs, and makes room for what will be written; what could be wrong with data and options is known by
  // then.
  void begin(std::vector<Round>& rounds) {
    for (Round& round : rounds)
      round.split = round.index_file.empty()
                        ? interactions::split_pairs(pairs_.table, split_options(round))
                        : interactions::read_split(round.index_file, pairs_.table, split_options(round));
    train::prepare_run_folder(*options_.output, train::Start::replace);
    for (const Round& round : rounds) train::prepare_run_folder(round.folder, train::Start::replace);
    vectors_ = vectors_by(trunk_, *options_.from, *options_.output);
    std::vector<std::string> starts;
    for (const std::string& sequence : pairs_.sequences) starts.push_back(sequence.substr(0, kResiduesRead));
    residues_ = train::one_hot_residues(std::move(starts));
  }

  ordered_json run(const Round& round) {
    const interactions::PairSplit& split = round.split;
    interactions::write_split(round.folder / "split.json", split, split_options(round));
    const train::PairSet learned = pair_set(pairs_.table, split.train), valid = pair_set(pairs_.table, split.valid),
                         test = pair_set(pairs_.table, split.test);
    const auto seen = interactions::seen_ends(pairs_.table, split.train, split.test);
    const bool tunes = tunes_model(options_);
    if (tunes) tune(round, split);
    const MethodInput input{pairs_,     split,   *vectors_, tunes ? *tuned_vectors_ : *vectors_,
                            *residues_, learned, valid,     test};
    MethodSettings settings = settings_of(options_);
    settings.seed = round.seed;
    ordered_json out{{"name", round.name},
                     {"seed", round.seed},
                     {"split", {{"train", learned.size()}, {"valid", valid.size()}, {"test", test.size()}}},
                     {"methods", ordered_json::array()}};
    for (const std::string& name : methods_) {
      const MethodResult result = run_method(name, input, settings, sink_);
      ordered_json json = to_json(result, pair_scores({test, result.test, pairs_.table.labels, seen}, round.seed));
      tell(round, json);
      if (name == kPairHead) write_predictor(round, result, split, json);
      out["methods"].push_back(std::move(json));
    }
    return out;
  }

  ordered_json facts() const {
    return {{"pairs", pairs_.table.pairs.size()},    {"proteins", pairs_.table.proteins.size()},
            {"labels", pairs_.table.labels},         {"rows", pairs_.counts.rows},
            {"left_out", pairs_.counts.sentences()}, {"model", *options_.from}};
  }

 private:
  interactions::PairSplitOptions split_options(const Round& round) const {
    return options_.pairs.split(static_cast<std::int64_t>(round.seed));
  }

  checkpoints::LoadedModel load_trunk() const {
    if (*options_.from == checkpoints::kOneHot) return predictors::one_hot_model();
    return load_named(*options_.from, options_.dtype, sink_, "exact", options_.prompt);
  }

  std::unique_ptr<train::VectorSource> vectors_by(const checkpoints::LoadedModel& model, const std::string& name,
                                                  const fs::path& folder) const {
    return protein_vectors(pairs_, {model, name, bio::Output::mean, layer_}, most_,
                           {options_.cache_limit, folder, options_.vector_cache, "proteins"}, sink_);
  }

  // The model of a split, fine-tuned on its pairs, and its vectors.
  void tune(const Round& round, const interactions::PairSplit& split) {
    const fs::path folder = round.folder / kTunedModel;
    tune_model(options_, pairs_, split, folder, round.seed, sink_);
    tuned_ = load_named(folder.string(), options_.dtype, sink_);
    tuned_vectors_ = vectors_by(*tuned_, folder.string(), round.folder);
  }

  // Something that can be learned: labels that some pairs have and others have not.
  void check_labels() const {
    const interactions::PairTable& table = pairs_.table;
    if (table.labels.empty())
      throw Error(ErrorKind::bad_input, {"nothing is said of the pairs", listed(options_.data),
                                         "a column of labels is called label or labels, or named by --label-column"});
    bool differ = false;
    for (const interactions::Pair& pair : table.pairs) differ = differ || pair.labels != table.pairs.front().labels;
    if (!differ)
      throw Error(ErrorKind::bad_input,
                  {"all pairs have the same labels: there is nothing to tell apart", listed(options_.data),
                   table.binary() ? "add pairs that do not interact (label 0)" : "is it the right column?"});
  }

  static ordered_json to_json(const MethodResult& result, ordered_json scores) {
    ordered_json out{{"name", result.name}, {"words", result.words}};
    if (!result.epochs.empty()) {
      out["epoch"] = result.epoch + 1;
      out["epochs"] = result.epochs.size();
    }
    out["valid_f1"] = result.valid_f1;
    out["test_f1_of_best_epoch_on_test"] = result.test_f1_of_best;
    out["seconds"] = result.seconds;
    out["scores"] = std::move(scores);
    return out;
  }

  void tell(const Round& round, const ordered_json& method) const {
    sink_.note(fmt::format("{}, {}: F1 {:.3f}, average precision {:.3f} on {} test pairs ({:.1f} s)", round.name,
                           method["name"].get<std::string>(), method["scores"]["f1_micro"]["value"].get<double>(),
                           method["scores"]["average_precision"]["value"].is_null()
                               ? std::nan("")
                               : method["scores"]["average_precision"]["value"].get<double>(),
                           method["scores"]["pairs"].dump(), method["seconds"].get<double>()));
  }

  void write_predictor(const Round& round, const MethodResult& result, const interactions::PairSplit& split,
                       const ordered_json& judged) const {
    predictors::write_pair_network(round.folder, result.network->shape(), result.tensors);
    predictors::Card card;
    card.pairs = true;
    card.classes.problem = models::Problem::multi_label;
    card.classes.labels = pairs_.table.labels;
    card.max_residues = most_;
    card.trunk = trunk_under(round);
    card.head = {{"kind", result.network->shape().kind}, {"hidden", result.network->shape().hidden}};
    card.facts = {{"groel", kVersion},
                  {"recipe", options_.all},
                  {"data", file_facts(options_.data)},
                  {"sequences", file_facts(options_.pairs.input.sequences)},
                  {"dtype", engine::name(trunk_.precision)},
                  {"split", round.name},
                  {"judged", judged}};
    write_card_from(round.folder, card);
    write_learned_proteins(round.folder, split);
  }

  // The fine-tuned model of the split, or the one that was named, with its prompts.
  checkpoints::Trunk trunk_under(const Round& round) const {
    if (tuned_) return {(round.folder / kTunedModel).string(), tuned_->fingerprint, layer_};
    const bool behind = *options_.from != checkpoints::kOneHot && has_own_head(*options_.from);
    checkpoints::Trunk out{behind ? trunk_.path.string() : *options_.from, trunk_.fingerprint, layer_};
    if (!options_.prompt.empty())
      checkpoints::keep_prompts(options_.prompt, find_model(*options_.from, sink_), round.folder, false, out);
    return out;
  }

  void write_learned_proteins(const fs::path& folder, const interactions::PairSplit& split) const {
    std::vector<bool> learned(pairs_.sequences.size());
    for (const std::int64_t pair : split.train) {
      learned[pairs_.table.pairs[static_cast<std::size_t>(pair)].first] = true;
      learned[pairs_.table.pairs[static_cast<std::size_t>(pair)].second] = true;
    }
    std::vector<std::uint64_t> keys;
    for (std::size_t protein = 0; protein < learned.size(); ++protein)
      if (learned[protein]) keys.push_back(train::text_key(pairs_.sequences[protein]));
    train::write_learned(folder, keys);
  }

  const TrainOptions& options_;
  Sink& sink_;
  PairsOfRun pairs_;
  checkpoints::LoadedModel trunk_;
  std::vector<std::string> methods_;
  int layer_ = 0;
  std::int64_t most_ = 0;
  std::unique_ptr<train::VectorSource> vectors_, residues_;
  std::optional<checkpoints::LoadedModel> tuned_;  // of the last split
  std::unique_ptr<train::VectorSource> tuned_vectors_;
};

void check(const TrainOptions& options) {
  if (!options.output) throw Error(ErrorKind::usage, {"DIR is missing", "--output", "the folder of the predictor"});
  if (!options.from)
    throw Error(ErrorKind::usage,
                {"pairs are learned on top of a model: name it", "--from", "`groel models` lists some"});
  if (options.repeats < 1) throw Error(ErrorKind::usage, {"it is a number of runs", "--repeats", "1 or more"});
}

// Of this command or any other.
void refuse_other_run(const fs::path& folder) {
  if (train::holds_run(folder))
    throw Error(ErrorKind::usage,
                {"the folder holds a run already", folder.string(), "choose another folder, or add --overwrite"});
}

}  // namespace

ordered_json judged_pairs(const TrainOptions& options, Context& context) {
  check(options);
  std::vector<Round> rounds = rounds_of(options);
  methods_of(options);  // a wrong name is said before anything is computed
  const FolderLock lock(*options.output);
  if (!options.overwrite) {
    refuse_other_run(*options.output);
    for (const Round& round : rounds) refuse_other_run(round.folder);
  }
  PairTraining training(options, context);
  training.begin(rounds);
  ordered_json found = training.facts();
  found["runs"] = ordered_json::array();
  for (const Round& round : rounds) found["runs"].push_back(training.run(round));
  sum_up_pairs(found);
  write_pairs_report(found, fs::path(*options.output) / "report", fs::path(*options.output).filename().string());
  const auto verdict = found["verdict"].get<std::string>();
  verdict.starts_with("Beats") ? context.sink.note(verdict) : context.sink.warning(verdict);
  context.sink.note(fmt::format("the report is {}", (fs::path(*options.output) / "report" / "report.html").string()));
  return found;
}

int train_pairs(const TrainOptions& options, Context& context) {
  const ordered_json found = judged_pairs(options, context);
  context.out << (options.json ? found.dump(2) + "\n" : pairs_table(found));
  return 0;
}

}  // namespace groel::tasks
