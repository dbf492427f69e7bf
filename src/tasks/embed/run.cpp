// The loop of an embedding run.
#include "tasks/embed/run.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <new>

#include "base/cpu.h"
#include "base/interrupt.h"
#include "base/version.h"
#include "checkpoints/model_cache.h"
#include "engine/log_softmax.h"
#include "engine/precision.h"
#include "engine/windows.h"
#include "formats/writers.h"
#include "tasks/reading/journal.h"

namespace groel::tasks {
namespace {

using Clock = std::chrono::steady_clock;
using formats::ItemKind;

formats::Item to_item(ItemKind kind, int layer, const Tensor& tensor) {
  const auto values = tensor.values<float>();
  return {kind, layer, tensor.shape(), {values.begin(), values.end()}};
}

const std::map<int, Tensor>* by_layer(const engine::Embedding& embedding, ItemKind kind) {
  switch (kind) {
    case ItemKind::mean: return &embedding.mean;
    case ItemKind::max: return &embedding.max;
    case ItemKind::cls: return &embedding.cls;
    case ItemKind::per_residue: return &embedding.per_residue;
    case ItemKind::attentions: return &embedding.attentions;
    default: return nullptr;
  }
}

// In the order of the kinds asked for, layers ascending within each.
std::vector<formats::Item> to_items(const engine::Embedding& embedding, const std::vector<ItemKind>& kinds,
                                    int last_layer) {
  std::vector<formats::Item> items;
  for (const ItemKind kind : kinds) {
    if (const auto* layers = by_layer(embedding, kind))
      for (const auto& [layer, tensor] : *layers) items.push_back(to_item(kind, layer, tensor));
    else
      items.push_back(to_item(kind, last_layer, kind == ItemKind::logits ? embedding.logits : embedding.contacts));
  }
  return items;
}

std::int64_t width_of(ItemKind kind, const models::ModelInfo& info) {
  if (kind == ItemKind::logits) return info.vocabulary;
  if (kind == ItemKind::attentions) return info.heads;
  return kind == ItemKind::contacts ? 0 : info.width;
}

formats::ResultSchema schema_of(const checkpoints::LoadedModel& loaded, const EmbedInput& input,
                                const EmbedRunOptions& options) {
  const models::ModelInfo info = loaded.model->info();
  formats::ResultSchema schema;
  for (const ItemKind kind : options.kinds) {
    const bool whole_model = kind == ItemKind::logits || kind == ItemKind::contacts;
    for (const int layer : whole_model ? std::vector{static_cast<int>(info.layers)} : options.request.layers)
      if (kind != ItemKind::attentions || layer > 0) schema.columns.push_back({kind, layer, width_of(kind, info)});
  }
  schema.records = static_cast<std::int64_t>(input.records.size());
  for (const EmbedRecord& record : input.records)
    if (!record.error) {
      schema.residues += record.length;
      schema.tokens += input.tokens[static_cast<std::size_t>(record.distinct)];
    }
  schema.run = describe_run(loaded, options);
  return schema;
}

engine::PlanOptions with_input(engine::PlanOptions plan, const EmbedInput& input) {
  plan.held = input.bytes;
  return plan;
}

/// A distinct sequence and what came of it.
struct Computed {
  std::int64_t key;
  engine::Embedding embedding;
};

class EmbedRun {
 public:
  EmbedRun(const checkpoints::LoadedModel& loaded, const EmbedInput& input, const EmbedRunOptions& options, Sink& sink)
      : loaded_(loaded),
        model_(*loaded.model),
        input_(input),
        options_(options),
        sink_(sink),
        plan_(model_, options.request, with_input(options.plan, input)),
        journal_({options.output, options.resume, options.overwrite}, identity()),
        spool_(journal_.spool()) {
    drop_unlike();
    summary_.records = static_cast<std::int64_t>(input.records.size());
    summary_.distinct = static_cast<std::int64_t>(input.sequences.size());
    summary_.resumed = spool_.count();
    summary_.bytes_per_token = plan_.bytes_per_token();
    summary_.max_tokens = plan_.max_tokens();
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

 private:
  nlohmann::json identity() const {
    nlohmann::json out = describe_run(loaded_, options_);
    out["input"] = input_.digest;
    out["model_fingerprint"] = loaded_.fingerprint;
    out["layout"] = options_.layout == formats::FileLayout::packed ? "packed" : "per-protein";
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
        const auto at = static_cast<std::size_t>(key);
        if (item.kind != column.kind || item.layer != column.layer ||
            item.shape != formats::item_shape(column, {input_.residues[at], input_.tokens[at]}))
          return false;
      }
      return true;
    });
    tell_lost(spool_, unlike, sink_);
  }

  void open_writer() {
    writer_ = formats::find_format(options_.format, options_.output)
                  .open({.path = journal_.unfinished(),
                         .layout = options_.layout,
                         .schema = schema_of(loaded_, input_, options_)});
  }

  void compute() {
    const std::vector<std::int64_t> todo = outstanding();
    std::vector<std::int64_t> tokens;
    for (const std::int64_t key : todo) tokens.push_back(token_count(key));
    for (const std::int64_t key : todo) total_residues_ += input_.residues[static_cast<std::size_t>(key)];
    started_ = Clock::now();
    std::size_t begin = 0;
    std::future<void> writing;  // of the batch before, while this one is computed
    for (const std::size_t end : plan_.batches(tokens)) {
      check_interrupted();
      plan_.make_room(std::span(tokens).subspan(begin, end - begin));
      std::vector<Computed> batch = compute_batch({todo.data() + begin, end - begin});
      begin = end;
      if (writing.valid()) writing.get();
      // deferred: here, where the system has no more threads to give
      writing =
          std::async(std::launch::async | std::launch::deferred, [this, batch = std::move(batch)] { write(batch); });
    }
    if (writing.valid()) writing.get();
    summary_.seconds = seconds();
    sink_.progress_done();
  }

  // Sequences not in the spool; those that cannot fit are failed here, before the run.
  std::vector<std::int64_t> outstanding() {
    std::vector<std::int64_t> out;
    for (std::int64_t key = 0; key < summary_.distinct; ++key) {
      if (spool_.has(key)) continue;
      if (plan_.fits(token_count(key)))
        out.push_back(key);
      else  // not into the spool: with more memory a resumed run can compute it
        unfit_.emplace(key, plan_.too_large(token_count(key)));
    }
    return out;
  }

  std::int64_t token_count(std::int64_t key) const { return input_.tokens[static_cast<std::size_t>(key)]; }

  bio::Encoded encoded(std::int64_t key) const {
    return model_.tokenizer().encode(input_.sequences[static_cast<std::size_t>(key)]);
  }

  bool needs_windows(std::int64_t key) const {
    const auto limit = model_.info().max_residues;
    return limit && input_.residues[static_cast<std::size_t>(key)] > *limit;
  }

  std::vector<Computed> compute_batch(std::span<const std::int64_t> keys) const {
    std::vector<Computed> out;
    std::vector<std::int64_t> whole;
    std::vector<std::vector<std::int32_t>> sequences;
    for (const std::int64_t key : keys) {
      if (needs_windows(key)) {
        out.push_back({key, embed_windows(encoded(key))});
      } else {
        whole.push_back(key);
        sequences.push_back(encoded(key).ids);
      }
    }
    std::vector<engine::Embedding> embeddings = engine::embed_batch(model_, sequences, options_.request);
    for (std::size_t i = 0; i < whole.size(); ++i) out.push_back({whole[i], std::move(embeddings[i])});
    if (options_.log_softmax)
      for (Computed& one : out)
        if (!one.embedding.failure) engine::log_softmax_rows(one.embedding.logits);
    return out;
  }

  void write(const std::vector<Computed>& batch) {
    for (const Computed& one : batch) keep(one.key, one.embedding);
    write_ready();
    report();
  }

  engine::Embedding embed_windows(const bio::Encoded& sequence) const {
    const engine::EmbedRequest request = engine::window_request(options_.request);
    const auto cut = engine::windows(sequence.residues(), *model_.info().max_residues);
    std::vector<engine::Embedding> parts;
    for (const engine::Window& window : cut) {
      const auto piece = model_.tokenizer().with_ends(sequence.ids_of(window.begin, window.end));
      parts.push_back(std::move(engine::embed_batch(model_, std::span(&piece, 1), request).front()));
    }
    return engine::join_windows(parts, cut, options_.request);
  }

  void keep(std::int64_t key, const engine::Embedding& embedding) {
    formats::Spool::Entry entry{{}, embedding.failure};
    if (!entry.error) entry.items = to_items(embedding, options_.kinds, static_cast<int>(model_.info().layers));
    spool_.append(key, entry);
    summary_.residues_computed += input_.residues[static_cast<std::size_t>(key)];
    summary_.tokens_computed += token_count(key);
  }

  // Records whose results are there, up to the first whose are not.
  void write_ready() {
    for (; next_record_ < input_.records.size(); ++next_record_) {
      check_interrupted();
      const EmbedRecord& record = input_.records[next_record_];
      formats::Result result{record.id, record.header, record.length, record.sha256, {}, std::nullopt};
      if (record.distinct >= 0) result.tokens = token_count(record.distinct);
      if (record.error) result.error = *record.error;
      if (const auto unfit = unfit_.find(record.distinct); unfit != unfit_.end()) {
        result.error = unfit->second;
      } else if (!record.error) {
        if (!spool_.has(record.distinct)) return;
        formats::Spool::Entry entry = spool_.read(record.distinct);
        result.items = std::move(entry.items);
        result.error = std::move(entry.error);
      }
      if (result.error) fail(result);
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

  double seconds() const { return std::chrono::duration<double>(Clock::now() - started_).count(); }

  void report() {
    sink_.progress({.phase = "embedding",
                    .done = static_cast<std::int64_t>(next_record_),
                    .total = summary_.records,
                    .tokens = summary_.residues_computed,
                    .total_tokens = total_residues_,
                    .seconds = seconds()});
  }

  const checkpoints::LoadedModel& loaded_;
  const models::Model& model_;
  const EmbedInput& input_;
  const EmbedRunOptions& options_;
  Sink& sink_;
  engine::MemoryPlan plan_;
  RunJournal journal_;
  formats::Spool& spool_;
  std::unique_ptr<formats::ResultWriter> writer_;
  std::map<std::int64_t, Error> unfit_;  // sequences that the memory allowed cannot hold
  EmbedSummary summary_;
  std::size_t next_record_ = 0;
  std::int64_t total_residues_ = 0;
  Clock::time_point started_;
};

}  // namespace

nlohmann::json describe_run(const checkpoints::LoadedModel& loaded, const EmbedRunOptions& options) {
  nlohmann::json include = nlohmann::json::array();
  for (const ItemKind kind : options.kinds) include.push_back(formats::name(kind));
  const char* const policies[] = {"error", "truncate", "window"};
  nlohmann::json out = {{"program", "groel"},
                        {"version", kVersion},
                        {"model", checkpoints::model_label(loaded.path)},
                        {"family", loaded.family->name},
                        {"dtype", engine::name(loaded.precision)},
                        {"isa", name(active_isa())},
                        {"layers", options.request.layers},
                        {"include", include},
                        {"long", policies[static_cast<int>(options.long_policy)]}};
  if (options.log_softmax) out["logits"] = "log_softmax";
  return out;
}

EmbedSummary run_embed(const checkpoints::LoadedModel& loaded, const EmbedInput& input, const EmbedRunOptions& options,
                       Sink& sink) {
  formats::check_options(
      formats::find_format(options.format, options.output),
      {.path = options.output, .layout = options.layout, .schema = schema_of(loaded, input, options)});
  return EmbedRun(loaded, input, options, sink).run();
}

}  // namespace groel::tasks
