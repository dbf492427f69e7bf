// Runs the loop of an embedding run.
#include "tasks/embed/run.h"

#include <map>
#include <new>

#include "base/cpu.h"
#include "base/interrupt.h"
#include "base/version.h"
#include "bio/alignment_tokenizer.h"
#include "checkpoints/model_cache.h"
#include "engine/log_softmax.h"
#include "engine/precision.h"
#include "engine/windows.h"
#include "formats/writers.h"
#include "tasks/reading/flags.h"
#include "tasks/reading/journal.h"

namespace groel::tasks {
namespace {

// In the order asked for, the layers of each ascending.
std::vector<formats::Item> to_items(const engine::OutputValues& values) {
  std::vector<formats::Item> items;
  for (const auto& [output, layer, tensor] : values.values) {
    const auto numbers = tensor.values<float>();
    items.push_back({output, layer, tensor.shape(), {numbers.begin(), numbers.end()}});
  }
  return items;
}

std::int64_t width_of(bio::Output output, const models::ModelInfo& info) {
  const auto width = engine::recipe(output).width;
  return width == nullptr ? 0 : width(info);
}

formats::ResultSchema schema_of(const checkpoints::LoadedModel& loaded, const EmbedInput& input,
                                const EmbedRunOptions& options) {
  const models::ModelInfo info = loaded.model->info();
  formats::ResultSchema schema;
  for (const bio::Output output : options.request.outputs)
    for (const int layer : engine::layers_of(output, options.request.layers, info.layers))
      schema.columns.push_back({output, layer, width_of(output, info)});
  schema.records = static_cast<std::int64_t>(input.records.size());
  for (const EmbedRecord& record : input.records)
    if (!record.error) {
      const std::int64_t tokens = input.tokens[static_cast<std::size_t>(record.distinct)];
      schema.residues += options.request.all_rows || options.request.ends ? tokens : record.length;
      schema.tokens += tokens;
    }
  schema.all_rows = options.request.all_rows;
  schema.run = describe_run(loaded, options);
  return schema;
}

engine::RunnerOptions runner_options(const EmbedInput& input, const EmbedRunOptions& options) {
  engine::RunnerOptions out{
      .plan = options.plan, .keeping = engine::Keeping::beside, .progress = {.phase = "embedding"}};
  out.plan.held = input.bytes;
  if (options.long_policy == LongPolicy::window) out.long_sequences = engine::LongSequences::window;
  if (options.log_softmax)
    out.finish = [](std::int64_t, engine::OutputValues& values) {
      for (auto& value : values.values)
        if (value.output == bio::Output::logits) engine::log_softmax_rows(value.tensor);
    };
  return out;
}

class EmbedRun final : public engine::RunStore {
 public:
  EmbedRun(const checkpoints::LoadedModel& loaded, const EmbedInput& input, const EmbedRunOptions& options, Sink& sink)
      : loaded_(loaded),
        model_(*loaded.model),
        input_(input),
        options_(options),
        sink_(sink),
        runner_(model_, options.request, runner_options(input, options)),
        journal_({options.output, options.resume, options.overwrite, format().folder}, identity()),
        spool_(journal_.spool()) {
    drop_unlike();
    summary_.records = static_cast<std::int64_t>(input.records.size());
    summary_.distinct = static_cast<std::int64_t>(input.sequences.size());
    summary_.resumed = spool_.count();
    summary_.bytes_per_token = runner_.plan().bytes_per_token();
    summary_.max_tokens = runner_.plan().max_tokens();
  }

  EmbedSummary run() {
    try {
      open_writer();
      compute();
      write_ready();  // what no batch was needed for
      writer_->finish();
      writer_.reset();
      journal_.publish();
    } catch (const Error& error) {
      writer_.reset();
      throw journal_.kept(error, summary_.distinct);
    } catch (const std::bad_alloc&) {
      writer_.reset();
      throw journal_.kept(Error(ErrorKind::memory, {"out of memory", {}, "lower --max-tokens, or lower --memory"}),
                          summary_.distinct);
    }
    journal_.remove();
    return summary_;
  }

  bool has(std::int64_t key) const override { return spool_.has(key); }
  // Not into the spool: with more memory a resumed run can compute it.
  void refuse(std::int64_t key, const Error& error) override { unfit_.emplace(key, error); }
  void keep(std::int64_t key, engine::OutputValues values) override {
    formats::Spool::Entry entry{{}, values.failure};
    if (!entry.error) entry.items = to_items(values);
    spool_.append(key, entry);
  }
  std::int64_t batch_kept() override {
    write_ready();
    return static_cast<std::int64_t>(next_record_);
  }

 private:
  const formats::Format& format() const {
    return formats::format_of(options_.format, options_.output, options_.layout);
  }

  nlohmann::json identity() const {
    nlohmann::json out = describe_run(loaded_, options_);
    out["input"] = input_.digest;
    out["model_identity"] = loaded_.identity;
    const char* const layouts[] = {"packed", "per-protein", "esm-extract"};
    out["layout"] = layouts[static_cast<int>(options_.layout)];
    return out;
  }

  // What a journal holds that this run would not have written there is computed again, and said.
  void drop_unlike() {
    const auto schema = schema_of(loaded_, input_, options_);
    const std::int64_t unlike = spool_.drop_unlike([&](std::int64_t key, const formats::Spool::Entry& entry) {
      if (key < 0 || key >= static_cast<std::int64_t>(input_.sequences.size())) return false;
      if (entry.error) return entry.items.empty();
      if (entry.items.size() != schema.columns.size()) return false;
      for (std::size_t i = 0; i < entry.items.size(); ++i) {
        const formats::Item& item = entry.items[i];
        const auto& column = schema.columns[i];
        if (item.output != column.output || item.layer != column.layer ||
            item.shape != formats::item_shape(column, lengths(key)))
          return false;
      }
      return true;
    });
    tell_lost(spool_, unlike, sink_);
  }

  void open_writer() {
    writer_ = format().open(
        {.path = journal_.unfinished(), .layout = options_.layout, .schema = schema_of(loaded_, input_, options_)});
  }

  void compute() {
    engine::RunJobs jobs = jobs_of(input_, model_.tokenizer());
    jobs.total = summary_.records;
    const engine::RunSummary done = runner_.run(jobs, *this, sink_);
    summary_.residues_computed = done.residues;
    summary_.tokens_computed = done.tokens;
    summary_.seconds = done.seconds;
  }

  // As they are shown: maps of an alignment are over the columns of one row.
  bio::Lengths lengths(std::int64_t key) const {
    const auto at = static_cast<std::size_t>(key);
    const std::int64_t residues = input_.residues[at], tokens = input_.tokens[at];
    if (options_.request.ends) return {tokens, tokens};
    if (bio::as_alignments(model_.tokenizer()) == nullptr) return {residues, tokens};
    return {residues, residues + 1, options_.request.all_rows ? tokens / (residues + 1) : 1};
  }

  // Records whose results are there, up to the first whose are not.
  void write_ready() {
    for (; next_record_ < input_.records.size(); ++next_record_) {
      check_interrupted();
      const EmbedRecord& record = input_.records[next_record_];
      formats::Result result{record.id, record.header, record.length, record.sha256, {}, std::nullopt};
      if (record.distinct >= 0) {
        result.tokens = lengths(record.distinct).tokens;
        result.rows = lengths(record.distinct).rows;
        if (options_.request.ends) result.length = result.tokens;
      }
      if (record.error) result.error = *record.error;
      if (const auto unfit = unfit_.find(record.distinct); unfit != unfit_.end()) {
        result.error = unfit->second;
      } else if (!record.error) {
        if (!spool_.has(record.distinct)) return;
        formats::Spool::Entry entry = spool_.read(record.distinct);
        result.items = std::move(entry.items);
        result.error = std::move(entry.error);
      }
      if (result.error) {
        result.error = with_flags(*result.error);
        fail(result);
      }
      writer_->write(result);
    }
  }

  void fail(const formats::Result& result) {
    constexpr std::int64_t kShown = 10;
    ++summary_.failed;
    if (summary_.failed <= kShown)
      sink_.warning(fmt::format("record '{}' failed: {}", result.id, result.error->what()));
    if (summary_.failed == kShown + 1) sink_.warning("further failed records are only counted; the output names each");
  }

  const checkpoints::LoadedModel& loaded_;
  const models::Model& model_;
  const EmbedInput& input_;
  const EmbedRunOptions& options_;
  Sink& sink_;
  engine::Runner runner_;
  RunJournal journal_;
  formats::Spool& spool_;
  std::unique_ptr<formats::ResultWriter> writer_;
  std::map<std::int64_t, Error> unfit_;  // sequences that the memory allowed cannot hold
  EmbedSummary summary_;
  std::size_t next_record_ = 0;
};

}  // namespace

nlohmann::json describe_run(const checkpoints::LoadedModel& loaded, const EmbedRunOptions& options) {
  nlohmann::json include = nlohmann::json::array();
  for (const bio::Output output : options.request.outputs) include.push_back(bio::name(output));
  const char* const policies[] = {"error", "truncate", "window"};
  nlohmann::json out = {{"program", "groel"},
                        {"version", kVersion},
                        {"model", checkpoints::model_label(loaded.path)},
                        {"fingerprint", loaded.fingerprint},
                        {"family", loaded.family->name},
                        {"dtype", engine::name(loaded.precision)},
                        {"isa", name(active_isa())},
                        {"layers", options.request.layers},
                        {"include", include},
                        {"long", policies[static_cast<int>(options.long_policy)]}};
  if (options.log_softmax) out["logits"] = "log_softmax";
  if (options.request.all_rows) out["rows"] = "all";
  if (options.request.ends) out["ends"] = true;
  const auto* const taker = dynamic_cast<const models::PromptTaker*>(loaded.model.get());
  if (taker != nullptr && taker->prompts() != nullptr)
    for (const nn::PromptSpec& prompt : taker->prompts()->shape().prompts) out["prompts"].push_back(prompt.name);
  return out;
}

EmbedSummary run_embed(const checkpoints::LoadedModel& loaded, const EmbedInput& input, const EmbedRunOptions& options,
                       Sink& sink) {
  formats::check_options(
      formats::format_of(options.format, options.output, options.layout),
      {.path = options.output, .layout = options.layout, .schema = schema_of(loaded, input, options)});
  return EmbedRun(loaded, input, options, sink).run();
}

}  // namespace groel::tasks
