// groel attention: which residues a model connects with which by attention.
#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/text_file.h"
#include "checkpoints/model_cache.h"
#include "engine/layers.h"
#include "engine/plan.h"
#include "formats/extension.h"
#include "io/npz.h"
#include "report/picture.h"
#include "report/span.h"
#include "tasks/attention/maps.h"
#include "tasks/reading/csv_text.h"
#include "tasks/reading/id_parts.h"
#include "tasks/reading/model.h"
#include "tasks/reading/one_record.h"
#include "tasks/reading/output_name.h"
#include "tasks/reading/picture.h"
#include "tasks/task.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

struct AttentionOptions : SequenceOptions, ModelOptions, OutputOptions, ThreadOptions {
  std::string layers;
  std::string heads;
  std::string form;
  std::optional<std::size_t> memory;
  bool json = false;

  void declare(OptionBinder& to) {
    OptionSpec maps = table_option("Maps to write: .npz, .csv or .tsv; - is CSV to stdout", {".npz"});
    std::erase(maps.extensions, ".json");  // it would have the largest weight of each map alone
    to(input, sequences_option());
    to(model, model_option());
    to(prompt, prompt_option());
    declare_records(to);
    to(layers, {.name = "layers",
                .letter = 'l',
                .help = "Layers: 1 to L, -1 (last), ranges as 1..6, or all",
                .otherwise = "-1",
                .value_name = "LIST"});
    to(heads, {.name = "heads",
               .help = "Heads: mean (over all of them), all, or numbers from 1, as 1,3,5..8",
               .otherwise = "mean",
               .value_name = "LIST"});
    to(form, {.name = "form",
              .help = "tokens: as it is, with the end tokens; residues: without them; corrected: symmetrised, with the "
                      "average product taken off, as contacts are predicted from it",
              .otherwise = "residues",
              .choices = {"tokens", "residues", "corrected"},
              .group = kOutput});
    to(output, maps);
    to(overwrite, overwrite_option());
    to(picture, picture_option("Each map; of several each file gets its layer and head in its name"));
    to(memory, memory_option());
    to(dtype, dtype_option());
    to(threads, threads_option());
    to(json, json_option());
  }
};

MapRequest map_request(const AttentionOptions& options, const models::ModelInfo& info) {
  MapRequest request{engine::parse_layers(options.layers, info.layers), parse_heads(options.heads, info.heads),
                     options.heads == "mean", MapRequest::Form::tokens};
  std::erase(request.layers, 0);  // "all" has the embeddings, too
  if (request.layers.empty())
    throw Error(ErrorKind::usage, {"layer 0 (the embeddings) has no attention maps", "--layers", {}});
  if (options.form == "residues") request.form = MapRequest::Form::residues;
  if (options.form == "corrected") request.form = MapRequest::Form::corrected;
  return request;
}

void require_fit(const AttentionOptions& options, const models::Model& model, const MapRequest& request,
                 const ReadRecord& record) {
  const auto limit = model.info().max_residues;
  if (limit && record.residues() > *limit)
    throw Error(ErrorKind::bad_input, {fmt::format("the sequence has {}, and the model reads {} at most",
                                                   counted(record.residues(), "residue"), *limit),
                                       record.id,
                                       {}});
  const engine::MemoryPlan plan(model, {request.layers, {bio::Output::attentions}},
                                {.memory = options.memory, .max_tokens = {}});
  const std::int64_t tokens = record.tokens();
  if (!plan.fits(tokens))
    throw Error(ErrorKind::memory,
                {plan.too_large(tokens).parts().what, record.id, "raise --memory, or name fewer --layers"});
}

struct Maps {
  std::string id, model;
  std::vector<std::string> labels;
  std::vector<AttentionMap> maps;
  std::int64_t first;  // number of the first row
};

std::string to_csv(const Maps& all) {
  std::string out = "layer,head,from,to,weight\n";
  for (const AttentionMap& map : all.maps)
    for (std::int64_t i = 0; i < map.size; ++i)
      for (std::int64_t j = 0; j < map.size; ++j)
        out += fmt::format("{},{},{},{},{}\n", map.layer, map.head ? std::to_string(*map.head) : "mean",
                           all.labels[static_cast<std::size_t>(i)], all.labels[static_cast<std::size_t>(j)],
                           map.values[static_cast<std::size_t>(i * map.size + j)]);
  return out;
}

void write_npz(const Maps& all, const std::string& path) {
  io::NpzWriter out(path);
  std::vector<std::int32_t> layers, heads;  // head 0: a mean
  for (const AttentionMap& map : all.maps) {
    layers.push_back(map.layer);
    heads.push_back(static_cast<std::int32_t>(map.head.value_or(0)));
  }
  const auto count = static_cast<std::int64_t>(all.maps.size());
  const std::int64_t size = all.maps.front().size;
  out.add("id", {all.id});
  out.add("tokens", all.labels);
  out.add("layers", DType::i32, {count}, std::as_bytes(std::span(layers)));
  out.add("heads", DType::i32, {count}, std::as_bytes(std::span(heads)));
  out.begin("attentions", DType::f32, {count, size, size});
  for (const AttentionMap& map : all.maps) out.append(std::as_bytes(std::span(map.values)));
  out.end();
  out.finish();
}

// The diagonal, which says nothing of contacts, would take all the colours.
std::vector<float> beside_diagonal(const AttentionMap& map) {
  std::vector<float> out = map.values;
  for (std::int64_t i = 0; i < map.size; ++i) out[static_cast<std::size_t>(i * map.size + i)] = NAN;
  return out;
}

report::Figure figure_of(const Maps& all, const AttentionMap& map, MapRequest::Form form) {
  report::Figure figure;
  figure.width = 880;
  figure.height = 880;
  figure.title = fmt::format("Attention in {}: {}, {}", short_name(all.id), all.model, map.name());
  figure.subtitle = form == MapRequest::Form::corrected
                        ? "Symmetrised, average product taken off; the diagonal does not count for the colours."
                        : "A row is the residue that attends, a column the one attended to.";
  const auto numbers = numbers_from(all.first, all.labels.size());
  figure.x = residue_axis("attended to", all.labels, numbers);
  figure.y = residue_axis("attending", all.labels, numbers);
  figure.y.direction = report::Axis::Direction::falling;
  figure.heat_map = report::HeatMap{.name = "attention weight",
                                    .rows = map.size,
                                    .columns = map.size,
                                    .values = map.values,
                                    .cells = report::HeatMap::Cells::square};
  const bool corrected = form == MapRequest::Form::corrected;
  if (corrected) figure.heat_map->palette = report::Palette::diverging;
  const report::Span ends =
      report::round_span(corrected ? beside_diagonal(map) : map.values, 0.002, figure.heat_map->palette);
  figure.heat_map->low = ends.low;
  figure.heat_map->high = ends.high;
  return figure;
}

// The place with the largest weight of each map.
ordered_json to_json(const Maps& all) {
  ordered_json out{{"id", all.id}, {"size", all.labels.size()}, {"maps", ordered_json::array()}};
  for (const AttentionMap& map : all.maps) {
    const auto most = std::max_element(map.values.begin(), map.values.end()) - map.values.begin();
    out["maps"].push_back({{"layer", map.layer},
                           {"head", map.head ? ordered_json(*map.head) : ordered_json("mean")},
                           {"largest", map.values[static_cast<std::size_t>(most)]},
                           {"from", all.labels[static_cast<std::size_t>(most / map.size)]},
                           {"to", all.labels[static_cast<std::size_t>(most % map.size)]}});
  }
  return out;
}

void print(const Maps& all, std::ostream& out) {
  out << fmt::format("{}, {} of {} x {}\n  {:<26} {:>10}  {}\n", all.id, counted(all.maps.size(), "map"),
                     all.labels.size(), all.labels.size(), "map", "largest", "from -> to");
  const ordered_json json = to_json(all);
  for (std::size_t i = 0; i < all.maps.size(); ++i) {
    const ordered_json& row = json["maps"][i];
    out << fmt::format("  {:<26} {:>10.4f}  {} -> {}\n", all.maps[i].name(), row["largest"].get<double>(),
                       row["from"].get<std::string>(), row["to"].get<std::string>());
  }
}

void write_pictures(const Maps& all, const AttentionOptions& options, MapRequest::Form form) {
  std::vector<std::string> tags;
  for (const AttentionMap& map : all.maps) tags.push_back(map.tag());
  const auto paths = part_paths(options.picture.value_or(""), tags, options.standing());
  for (std::size_t i = 0; i < paths.size(); ++i) report::write_picture(figure_of(all, all.maps[i], form), paths[i]);
}

void check_maps(const AttentionOptions& options) {
  check_table_output(options);
  check_picture(options);
}

int run(const AttentionOptions& options, Context& context) {
  check_maps(options);
  const checkpoints::LoadedModel loaded = load_model_of(options, context.sink);
  const models::Model& model = *loaded.model;
  const MapRequest request = map_request(options, model.info());
  const ReadRecord record = read_one_record(options, model.tokenizer(), context.sink);
  require_fit(options, model, request, record);
  const Maps all{record.id, checkpoints::model_label(options.model.value),
                 map_labels(model.tokenizer(), record.encoded, request.form),
                 attention_maps(model, record.encoded, request), first_number(record.encoded, request.form)};
  const std::string path = options.output.value_or("");
  if (path == "-")
    context.out << to_csv(all);
  else if (formats::format_extension(path) == ".npz")
    write_npz(all, path);
  else if (!path.empty())
    write_table(options, {[&] { return to_csv(all); }, [&] { return to_json(all); }});
  write_pictures(all, options, request.form);
  if (options.json)
    context.out << to_json(all).dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
  else if (path != "-")
    print(all, context.out);
  return 0;
}

}  // namespace

Task attention_task() {
  return {.name = "attention",
          .summary = "Show the attention maps of a sequence",
          .description =
              "The softmax weights of chosen layers and heads, or their mean over the heads: as pictures, arrays or "
              "CSV. A row is the residue that attends, a column the one attended to; without the end tokens rows do "
              "not sum to one. `groel embed --include attentions` writes those of many sequences.",
          .examples = {{"groel attention examples/proteins.fasta --record P01542 --picture attention.svg",
                        "the last layer, mean over heads"},
                       {"groel attention MKTAYIAKQRQISFVKSHFSRQ --layers all --heads 1,2 "
                        "--form tokens -o maps.npz",
                        "two heads of every layer, as arrays"}},
          .options = option_table<AttentionOptions>(),
          .run = entry<AttentionOptions, run>};
}

}  // namespace groel::tasks
