// groel embed: turns protein sequences into vectors.
#include <algorithm>

#include "base/cpu.h"
#include "base/output_place.h"
#include "bio/alignment_tokenizer.h"
#include "engine/layers.h"
#include "engine/windows.h"
#include "formats/extension.h"
#include "ops/limits.h"
#include "tasks/embed/options.h"
#include "tasks/embed/run.h"
#include "tasks/reading/input.h"
#include "tasks/reading/journal.h"
#include "tasks/reading/model.h"
#include "tasks/reading/written_out.h"
#include "tasks/task.h"

namespace groel::tasks {
namespace {

io::SequenceFormat input_format(const std::string& text) {
  if (text == "fasta") return io::SequenceFormat::fasta;
  if (text == "fastq") return io::SequenceFormat::fastq;
  if (text == "csv") return io::SequenceFormat::csv;
  if (text == "tsv") return io::SequenceFormat::tsv;
  if (text == "pir") return io::SequenceFormat::pir;
  return io::SequenceFormat::automatic;
}

LongPolicy long_policy(const std::string& text) {
  if (text == "truncate") return LongPolicy::truncate;
  return text == "window" ? LongPolicy::window : LongPolicy::error;
}

formats::FileLayout file_layout(const std::string& text) {
  if (text == "esm-extract") return formats::FileLayout::esm_extract;
  return text == "packed" ? formats::FileLayout::packed : formats::FileLayout::per_protein;
}

std::vector<bio::Output> outputs_of(const std::vector<std::string>& words) {
  std::vector<bio::Output> outputs;
  for (const std::string& word : words) {
    const bio::Output output = *bio::parse_output(word);
    if (std::find(outputs.begin(), outputs.end(), output) == outputs.end()) outputs.push_back(output);
  }
  if (outputs.empty())
    throw Error(ErrorKind::usage, {"nothing to write", "--include", "for example --include mean,per-residue"});
  return outputs;
}

// Refused before anything is computed.
void check_capabilities(const models::Model& model, const EmbedRunOptions& run) {
  engine::check_request(model, run.request);
  if (run.long_policy == LongPolicy::window && model.info().max_residues) {
    const engine::OutputRequest windows = engine::window_request(run.request);
    try {
      engine::check_request(model, windows);
    } catch (const Error& error) {
      throw Error(error.kind(), {error.parts().what, "`long=window`",
                                 "use `long=truncate`: windows are put together from vectors of residues"});
    }
  }
  if (run.request.asks_for(bio::Output::attentions) && run.request.layers == std::vector{0})
    throw Error(ErrorKind::usage, {"layer 0 (the embeddings) has no attention maps", "--layers", {}});
}

void check_output(const EmbedRunOptions& run, const formats::Format& format) {
  if (run.output != "-") return check_run_output({run.output, run.resume, run.overwrite, format.folder});
  if (!format.streams)
    throw Error(ErrorKind::usage,
                {fmt::format("{} cannot be written to stdout", format.name), "--output",
                 format.folder ? "name a folder" : "name a file (-o out.h5), or use --format jsonl or csv"});
}

// Where the name does not say what the file will be.
void tell_format(const EmbedRunOptions& run, const formats::Format& format, Sink& sink) {
  if (run.output == "-" || format.folder || output_place(run.output).special) return;
  const std::string extension = formats::format_extension(run.output);
  const auto& own = format.extensions;
  const std::string title = formats::format_title(std::string(own.front()));
  if (extension.empty() && run.format.empty())
    sink.note(fmt::format("{}: {}, as the name has no extension", run.output.string(), title));
  if (!extension.empty() && std::find(own.begin(), own.end(), extension) == own.end())
    sink.warning(fmt::format("{} will be {}, as --format says, whatever its name says", run.output.string(), title));
}

// Rows of tokens are told from those of residues by nothing but their number.
void check_ends(const EmbedOptions& options, const models::Model& model) {
  const auto refuse = [](const std::string& what, const char* remedy) {
    throw Error(ErrorKind::usage, {what, "--ends", remedy});
  };
  if (bio::as_alignments(model.tokenizer()) != nullptr)
    refuse("this model reads alignments", "`--rows all` shows rows");
  if (options.longer == "window")
    refuse("sequences that are cut into windows have ends in their middle", "--long error");
  for (const bio::Output output : outputs_of(options.include))
    if (bio::per(output) == bio::Per::residue_pair)
      refuse("contacts are between residues", "ask for them in a run of their own");
}

EmbedRunOptions run_options(const EmbedOptions& options, const models::Model& model, Sink& sink) {
  EmbedRunOptions run;
  run.request = {engine::parse_layers(options.layers, model.info().layers), outputs_of(options.include)};
  run.request.all_rows = options.rows == "all";
  if (run.request.all_rows && bio::as_alignments(model.tokenizer()) == nullptr)
    throw Error(ErrorKind::unsupported, {"this model reads no alignments, so that there are no rows", "--rows", {}});
  run.request.ends = options.ends;
  if (options.ends) check_ends(options, model);
  run.log_softmax = options.log_softmax;
  if (run.log_softmax && !run.request.asks_for(bio::Output::logits))
    throw Error(ErrorKind::usage, {"no logits are asked for", "--log-softmax", "add --include logits"});
  run.plan = options.plan();
  run.long_policy = long_policy(options.longer);
  run.layout = file_layout(options.layout);
  run.resume = options.resume;
  run.overwrite = options.overwrite;
  run.format = options.format;
  const bool streamed = !options.output;
  if (streamed && run.format.empty())
    throw Error(ErrorKind::usage, {"no output named", "--output", "write -o out.h5, or --format jsonl for stdout"});
  run.output = options.output.value_or("-");
  const formats::Format& format = formats::format_of(run.format, run.output, run.layout);
  if (format.folder && !run.output.has_filename()) run.output = run.output.parent_path();
  check_output(run, format);
  tell_format(run, format, sink);
  check_capabilities(model, run);
  return run;
}

void describe_input(const EmbedInput& input, Sink& sink) {
  sink.note(fmt::format("{}, {}", counted(input.records.size(), "record"),
                        counted(input.sequences.size(), "distinct sequence")));
  input.summary.tell(sink);
  if (input.truncated > 0) sink.note(counted(input.truncated, "sequence") + " truncated to the model's limit");
}

nlohmann::json summary_json(const EmbedSummary& summary, const EmbedInput& input, const EmbedRunOptions& run) {
  const auto rate = [&](std::int64_t count) {
    return summary.seconds > 0 ? static_cast<double>(count) / summary.seconds : 0.0;
  };
  nlohmann::json out = {{"records", summary.records},
                        {"failed", summary.failed},
                        {"distinct_sequences", summary.distinct},
                        {"resumed_sequences", summary.resumed},
                        {"residues", summary.residues_computed},
                        {"seconds", summary.seconds},
                        {"residues_per_second", rate(summary.residues_computed)},
                        {"tokens", summary.tokens_computed},
                        {"tokens_per_second", rate(summary.tokens_computed)},
                        {"truncated", input.truncated},
                        {"output", run.output.string()}};
  out.update(input.summary.to_json());
  return out;
}

// Worth a measurement (a quarter of a second) where there was much to wait for.
void advise_bf16(const checkpoints::LoadedModel& loaded, const EmbedSummary& summary, Sink& sink) {
  constexpr double kLong = 10;  // seconds
  if (loaded.precision != ops::Precision::f32 || active_isa() < Isa::avx512_bf16 || summary.seconds < kLong) return;
  const models::ModelInfo info = loaded.model->info();
  const ops::ProductShape shape{info.width, info.ffn};
  const double gain =
      ops::measure_product_rate(shape, ops::Precision::bf16) / ops::measure_product_rate(shape, ops::Precision::f32);
  sink.note(fmt::format(
      "this processor's bf16 products are {:.1f} times as fast as its f32 ones (measured now): --dtype bf16 "
      "would gain up to that, and cost accuracy (vectors differ by about 1 part in 100)",
      gain));
}

}  // namespace

int embed(const EmbedOptions& options, Context& context) {
  if (options.output)
    formats::format_of(options.format, *options.output, file_layout(options.layout));  // before the model
  const checkpoints::LoadedModel loaded = load_model_of(options, context.sink);
  const EmbedRunOptions run = run_options(options, *loaded.model, context.sink);
  const EmbedInput input =
      read_embed_input({options.input,
                        {input_format(options.input_format), options.id_column, options.sequence_column},
                        run.long_policy,
                        parse_gaps(options.gaps),
                        options},
                       *loaded.model);
  note_written_out(options.input, context.sink);
  describe_input(input, context.sink);
  const EmbedSummary summary = run_embed(loaded, input, run, context.sink);
  const nlohmann::json json = summary_json(summary, input, run);
  if (summary.resumed > 0)
    context.sink.note(
        fmt::format("{} of {} are of an earlier run", summary.resumed, counted(summary.distinct, "distinct sequence")));
  if (options.json && run.output != "-") {
    context.out << json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
  } else {
    context.sink.note(
        fmt::format("wrote {}{} to {} ({} in {:.1f} s, {:.0f} residues/s)", counted(summary.records, "record"),
                    summary.failed ? fmt::format(", {} of them failed,", summary.failed) : "",
                    run.output == "-" ? "stdout" : run.output.string(), counted(summary.residues_computed, "residue"),
                    summary.seconds, json["residues_per_second"].get<double>()));
    advise_bf16(loaded, summary, context.sink);
  }
  return summary.failed > 0 ? 1 : 0;
}

Task embed_task() {
  return {
      .name = "embed",
      .summary = "Embed protein sequences: one vector per protein, one per residue, logits, contacts, attention maps",
      .description =
          "Reads every record of the inputs, computes each distinct sequence once, and writes one file in the input's "
          "order. Special tokens never enter mean or max. A record that cannot be read or does not fit fails "
          "alone: it is written with its error, and the exit status is 1.",
      .examples = {{"groel embed examples/proteins.fasta -o proteins.h5", "mean vectors to HDF5"},
                   {"groel embed examples/proteins.fasta -f jsonl -i mean,contacts --layers 0..3",
                    "JSON lines to stdout"},
                   {"groel embed examples/proteins.fasta -o residues.h5 -i per-residue --layout "
                    "per-protein",
                    "one dataset per protein"},
                   {"groel embed examples/proteins.fasta -o extracted -i mean,per-residue --layout esm-extract",
                    "one .pt per record, as fair-esm's script"}},
      .options = option_table<EmbedOptions>(),
      .run = entry<EmbedOptions, embed>,
      .shared = always_shared,
  };
}

}  // namespace groel::tasks
