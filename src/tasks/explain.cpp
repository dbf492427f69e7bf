// groel explain: which features of a sparse autoencoder are active in a protein, and where.
#include <algorithm>

#include "base/interrupt.h"
#include "checkpoints/model_cache.h"
#include "engine/plan.h"
#include "engine/runner.h"
#include "tasks/explain/autoencoder.h"
#include "tasks/explain/findings.h"
#include "tasks/reading/csv_text.h"
#include "tasks/reading/input.h"
#include "tasks/reading/model.h"
#include "tasks/task.h"

namespace groel::tasks {
namespace {

constexpr std::int64_t kUsualTop = 64;

struct ExplainOptions : SequenceOptions, ModelOptions, OutputOptions, BatchOptions, ThreadOptions {
  std::string features;
  std::optional<std::string> descriptions;
  std::optional<std::int64_t> layer;
  std::string by;
  std::int64_t show = 0;
  Chosen<std::string> sort;
  std::optional<std::int64_t> top;
  bool json = false;

  void declare(OptionBinder& to) {
    to(input, sequences_option());
    to(model, model_option());
    to(features,
       {.name = "features",
        .help =
            "The autoencoder: a safetensors or .pt file with the encoder's weights, or the folder it was published as",
        .value_name = "FILE",
        .required = true});
    to(descriptions,
       {.name = "descriptions",
        .help = "CSV or TSV table of what features mean: columns feature (or id) and description (or text)",
        .value_name = "FILE"});
    to(layer,
       {.name = "layer",
        .letter = 'l',
        .help = "Layer that the autoencoder was trained on: 0 (embeddings) to L, -1 is the last (default: as its file "
                "says)",
        .value_name = "N",
        .group = "Autoencoder"});
    to(by, {.name = "by",
            .help = "What to list: the features of each protein, or of each of its residues",
            .otherwise = "protein",
            .choices = {"protein", "residue"}});
    to(show, {.name = "show",
              .letter = 'n',
              .help = "Features to list of each protein or residue",
              .otherwise = 10,
              .value_name = "N",
              .group = "What is listed"});
    to(sort,
       {.name = "sort",
        .help = "Which features of a protein come first: of the highest maximum or mean, or those on most residues",
        .otherwise = "maximum",
        .choices = {"maximum", "mean", "residues"},
        .group = "What is listed"});
    to(output, table_option("File to write: .csv, .tsv or .json; - is CSV to stdout"));
    to(overwrite, overwrite_option());
    to(top, {.name = "top",
             .help = "Features that a residue keeps, the largest (default: as the autoencoder was trained, else 64)",
             .value_name = "K",
             .group = "Autoencoder"});
    declare_records(to);
    BatchOptions::declare(to);
    to(dtype, dtype_option());
    to(threads, threads_option());
    to(json, json_option());
  }
};

void check_values(const ExplainOptions& options) {
  const auto check = [](std::int64_t value, const char* flag) {
    if (value < 1) throw Error(ErrorKind::usage, {"a number from 1 on", flag, {}});
  };
  check(options.show, "--show");
  check(options.top.value_or(1), "--top");
  if (options.by == "residue" && options.sort.given)
    throw Error(ErrorKind::usage, {"the features of a residue are in the order of their activations", "--sort",
                                   "it goes with --by protein"});
}

// --layer, or what the autoencoder's file says.
int layer_of(const ExplainOptions& options, const AutoencoderFile& file, std::int64_t layers) {
  const bool given = options.layer.has_value();
  if (!given && !file.layer)
    throw Error(ErrorKind::usage, {"the file does not say which layer it was trained on", file.path.string(),
                                   fmt::format("say it with --layer, 0 to {}", layers)});
  std::int64_t layer = given ? *options.layer : *file.layer;
  if (given && layer < 0) layer += layers + 1;
  if (layer < 0 || layer > layers)
    throw Error(
        given ? ErrorKind::usage : ErrorKind::bad_model,
        {fmt::format("there is no layer {}: the model has layers 0 to {}", given ? *options.layer : layer, layers),
         given ? "--layer" : file.path.string(), given ? "" : "an autoencoder goes with the model it was trained on"});
  return static_cast<int>(layer);
}

std::int64_t top_of(const ExplainOptions& options, const AutoencoderFile& file, std::int64_t features, Sink& sink) {
  if (options.top) return std::min(*options.top, features);
  if (file.top) return std::min(*file.top, features);
  if (!file.threshold.empty()) return features;  // the thresholds choose
  if (features > kUsualTop)
    sink.note(fmt::format("{} does not say how many features it was trained to keep: each residue keeps {} (--top)",
                          file.path.filename().string(), kUsualTop));
  return std::min(kUsualTop, features);
}

// How the file was understood.
void tell_reading(const AutoencoderFile& file, const Explanations& findings, std::int64_t width, Sink& sink) {
  std::string how =
      fmt::format("{}: {} features of {} wide states of layer {}, {} kept per residue; weight {}",
                  file.path.filename().string(), findings.features, width, findings.layer, findings.top, file.weight);
  if (!file.bias.empty()) how += ", bias " + file.bias;
  if (!file.pre_bias.empty()) how += ", " + file.pre_bias + " subtracted before";
  if (!file.threshold.empty()) how += ", thresholds " + file.threshold;
  if (file.scale == StateScale::z_score) how += ", states z-scored";
  if (!file.unused.empty()) how += "; not used: " + listed(file.unused, 8);
  sink.note(how);
}

class ExplainRun final : public engine::RunStore {
 public:
  struct Setup {
    std::int64_t show;
    SummaryOrder order;
    engine::PlanOptions plan;
  };
  ExplainRun(const models::Model& model, const SparseEncoder& encoder, std::vector<ReadRecord>& records,
             Explanations& findings, Setup setup)
      : model_(model), encoder_(encoder), records_(records), findings_(findings), setup_(setup) {
    findings.records.resize(records.size());
  }

  void run(Sink& sink) {
    const engine::Runner runner(
        model_, {{findings_.layer}, {bio::Output::per_residue}},
        {.plan = setup_.plan,
         .progress = {.phase = "explaining"},
         .finish = [this](std::int64_t key, engine::OutputValues& values) { explain(key, values); }});
    runner.run(jobs_of(records_), *this, sink);
    for (std::size_t i = 0; i < records_.size(); ++i) {
      findings_.records[i].id = records_[i].id;
      findings_.records[i].error = records_[i].error;
    }
  }

  bool has(std::int64_t key) const override { return record(key).error.has_value(); }
  void refuse(std::int64_t key, const Error& error) override { record(key).error = error.at(record(key).id); }
  void keep(std::int64_t key, engine::OutputValues values) override {
    if (values.failure) refuse(key, *values.failure);
    ++done_;
  }
  std::int64_t batch_kept() override { return done_; }

 private:
  ReadRecord& record(std::int64_t key) const { return records_[static_cast<std::size_t>(key)]; }

  void explain(std::int64_t key, engine::OutputValues& values) {
    try {
      explain(record(key), values.of(bio::Output::per_residue), findings_,
              findings_.records[static_cast<std::size_t>(key)]);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted) throw;
      values.failure = error;
    }
    values.values.clear();
  }

  void explain(const ReadRecord& record, const Tensor& states, const Explanations& findings, Explained& out) const {
    for (std::int64_t p = 1; p <= record.residues(); ++p)
      out.residues.push_back(model_.tokenizer().token(record.encoded.residue(p)));
    std::vector<std::vector<Fired>> fired =
        encoder_.encode(states, findings.by_residue ? std::min(setup_.show, findings.top) : findings.top);
    if (findings.by_residue)
      out.features = std::move(fired);
    else
      out.protein = summarise(fired, setup_.order, setup_.show);
  }

  const models::Model& model_;
  const SparseEncoder& encoder_;
  std::vector<ReadRecord>& records_;
  Explanations& findings_;
  Setup setup_;
  std::int64_t done_ = 0;
};

SummaryOrder order_of(const ExplainOptions& options) {
  const std::string& name = options.sort.value;
  if (name == "mean") return SummaryOrder::mean;
  return name == "residues" ? SummaryOrder::residues : SummaryOrder::maximum;
}

void write(const Explanations& findings, const ExplainOptions& options, Context& context) {
  const std::string path = options.output.value_or("");
  if (!path.empty() && path != "-")
    write_table(options, {[&] { return to_csv(findings); }, [&] { return to_json(findings); }});
  if (options.json)
    context.out << to_json(findings).dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
  else if (path == "-")
    context.out << to_csv(findings);
  else if (path.empty())
    print(findings, context.out);
}

AutoencoderFile read_file(const ExplainOptions& options, std::int64_t layers) {
  std::optional<std::int64_t> layer;
  if (options.layer) layer = *options.layer + (*options.layer < 0 ? layers + 1 : 0);
  return read_autoencoder(options.features, layer);
}

int run(const ExplainOptions& options, Context& context) {
  check_table_output(options);
  check_values(options);
  const checkpoints::LoadedModel loaded = load_model_of(options, context.sink);
  const models::ModelInfo info = loaded.model->info();
  AutoencoderFile file = read_file(options, info.layers);
  Explanations findings{.model = checkpoints::model_label(options.model.value),
                        .layer = layer_of(options, file, info.layers),
                        .by_residue = options.by == "residue"};
  const SparseEncoder encoder(file, info.width);
  file.arrays.clear();
  findings.features = encoder.features();
  findings.top = top_of(options, file, encoder.features(), context.sink);
  tell_reading(file, findings, info.width, context.sink);
  if (options.descriptions)
    findings.descriptions = Descriptions(*options.descriptions, encoder.features(), context.sink);
  std::vector<ReadRecord> records = read_records(options, loaded.model->tokenizer(), context.sink);
  engine::PlanOptions how = options.plan();
  how.held = encoder.bytes();
  ExplainRun(*loaded.model, encoder, records, findings, {options.show, order_of(options), how}).run(context.sink);
  Failures failures(context.sink);
  for (const Explained& record : findings.records)
    if (record.error) failures.add(record.id, *record.error);
  write(findings, options, context);
  return failures.exit_status();
}

}  // namespace

Task explain_task() {
  return {.name = "explain",
          .summary = "Show which features of a sparse autoencoder fire in a protein, and where",
          .description =
              "A sparse autoencoder turns the hidden states of one layer into many features, few of which fire on a "
              "residue. Only its encoder is run: for each protein the features with the highest maximum, their mean "
              "over all residues, on how many they fire and where most; or, with --by residue, those of each residue. "
              "A table of descriptions says what they mean.",
          .examples = {{"groel explain examples/proteins.fasta --record P01542 "
                        "--features examples/residue_features.safetensors --descriptions examples/residue_features.csv",
                        "what fires in crambin"},
                       {"groel explain examples/proteins.fasta --features examples/residue_features.safetensors "
                        "--by residue --show 3 -o features.csv",
                        "the three strongest features of every residue, as a table"}},
          .options = option_table<ExplainOptions>(),
          .run = entry<ExplainOptions, run>,
          .shared = always_shared};
}

}  // namespace groel::tasks
