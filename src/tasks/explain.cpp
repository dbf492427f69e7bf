// groel explain: which features of a sparse autoencoder fire in a protein, and where.
#include <algorithm>
#include <chrono>

#include "base/interrupt.h"
#include "checkpoints/model_cache.h"
#include "engine/embed.h"
#include "engine/plan.h"
#include "tasks/explain/autoencoder.h"
#include "tasks/explain/findings.h"
#include "tasks/reading/csv_text.h"
#include "tasks/reading/input.h"
#include "tasks/reading/model.h"
#include "tasks/task.h"

namespace groel::tasks {
namespace {

using Clock = std::chrono::steady_clock;

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
    to(record, record_option());
    to(gaps, gaps_option());
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

class ExplainRun {
 public:
  struct Setup {
    engine::EmbedRequest request;
    std::int64_t show;
    SummaryOrder order;
  };
  ExplainRun(const models::Model& model, const SparseEncoder& encoder, const engine::MemoryPlan& plan, Setup setup)
      : model_(model), encoder_(encoder), plan_(plan), setup_(std::move(setup)) {}

  void run(std::vector<ReadRecord>& records, Explanations& findings, Sink& sink) const {
    std::vector<std::size_t> todo;
    std::vector<std::int64_t> tokens;
    std::int64_t residues = 0, done_residues = 0;
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (!fits(records[i])) continue;
      todo.push_back(i);
      tokens.push_back(records[i].tokens());
      residues += records[i].residues();
    }
    findings.records.resize(records.size());
    const Clock::time_point started = Clock::now();
    std::size_t begin = 0;
    for (const std::size_t end : plan_.batches(tokens)) {
      check_interrupted();
      plan_.make_room(std::span(tokens).subspan(begin, end - begin));
      compute(records, std::span(todo).subspan(begin, end - begin), findings);
      for (; begin < end; ++begin) done_residues += records[todo[begin]].residues();
      sink.progress({.phase = "explaining",
                     .done = static_cast<std::int64_t>(end),
                     .total = static_cast<std::int64_t>(todo.size()),
                     .tokens = done_residues,
                     .total_tokens = residues,
                     .seconds = std::chrono::duration<double>(Clock::now() - started).count()});
    }
    sink.progress_done();
    for (std::size_t i = 0; i < records.size(); ++i) {
      findings.records[i].id = records[i].id;
      findings.records[i].error = records[i].error;
    }
  }

 private:
  bool fits(ReadRecord& record) const {
    if (record.error) return false;
    const auto limit = model_.info().max_residues;
    const std::int64_t tokens = record.tokens();
    if (limit && record.residues() > *limit)
      record.error = Error(ErrorKind::bad_input, {fmt::format("the sequence has {}, and the model reads {} at most",
                                                              counted(record.residues(), "residue"), *limit),
                                                  record.id,
                                                  {}});
    else if (!plan_.fits(tokens))
      record.error = Error(ErrorKind::memory, {plan_.too_large(tokens).parts().what, record.id, "raise --memory"});
    return !record.error;
  }

  void compute(std::vector<ReadRecord>& records, std::span<const std::size_t> batch, Explanations& findings) const {
    std::vector<std::vector<std::int32_t>> sequences;
    for (const std::size_t i : batch) sequences.push_back(records[i].encoded.ids);
    const auto embeddings = engine::embed_batch(model_, sequences, setup_.request);
    for (std::size_t b = 0; b < batch.size(); ++b) {
      ReadRecord& record = records[batch[b]];
      try {
        if (embeddings[b].failure) throw Error(*embeddings[b].failure);
        explain(record, embeddings[b].per_residue.at(findings.layer), findings, findings.records[batch[b]]);
      } catch (const Error& error) {
        if (error.kind() == ErrorKind::interrupted) throw;
        record.error = error.at(record.id);
      }
    }
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
  const engine::MemoryPlan& plan_;
  Setup setup_;
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
  const engine::EmbedRequest request{.layers = {findings.layer}, .per_residue = true};
  engine::PlanOptions how = options.plan();
  how.held = encoder.bytes();
  const engine::MemoryPlan plan(*loaded.model, request, how);
  ExplainRun(*loaded.model, encoder, plan, {request, options.show, order_of(options)})
      .run(records, findings, context.sink);
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
          .run = entry<ExplainOptions, run>};
}

}  // namespace groel::tasks
