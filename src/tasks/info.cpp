// groel info: describes a checkpoint.
#include "base/words.h"
#include "checkpoints/load.h"
#include "engine/plan.h"
#include "engine/precision.h"
#include "predictors/card.h"
#include "structure_models/sequence_network.h"
#include "tasks/fold/network.h"
#include "tasks/info/folding_model.h"
#include "tasks/info/tensors.h"
#include "tasks/reading/model.h"
#include "tasks/reading/options.h"
#include "tasks/task.h"

namespace groel::tasks {
namespace {

using nlohmann::json;

struct InfoOptions {
  std::vector<std::string> model;
  std::string dtype;
  bool tensors = false;
  bool statistics = false;
  bool json = false;

  void declare(OptionBinder& to) {
    to(model, {.name = "model",
               .type = OptionType::paths,
               .help = "What -m takes: a name that `groel models` lists, a folder, a .pt file",
               .value_name = "MODEL",
               .required = true});
    to(dtype, dtype_option());
    to(tensors, {.name = "tensors",
                 .help = "List the tensors of a file or folder instead, also of no known family: safetensors, PyTorch, "
                         "GGUF, NPZ"});
    to(statistics, {.name = "statistics", .help = "With --tensors: least, greatest and mean number, and NaNs"});
    to(json, json_option());
  }
};

json describe(const checkpoints::LoadedModel& loaded) {
  const models::ModelInfo info = loaded.model->info();
  const engine::OutputRequest request{{static_cast<int>(info.layers)}, {bio::Output::mean}};
  return {{"path", loaded.path.string()},
          {"family", info.family},
          {"checkpoint_layout", loaded.layout},
          {"layers", info.layers},
          {"width", info.width},
          {"heads", info.heads},
          {"ffn_width", info.ffn},
          {"vocabulary", info.vocabulary},
          {"parameters", info.parameters},
          {"max_residues", info.max_residues ? json(*info.max_residues) : json()},
          {"stored_dtype", loaded.stored_dtype},
          {"dtype", engine::name(loaded.precision)},
          {"capabilities", loaded.model->capabilities()},
          {"weight_bytes", loaded.model->weight_bytes()},
          {"bytes_per_1000_tokens", engine::PassMemory::find(*loaded.model, request)->of(1000).pass},
          {"ignored_tensors", loaded.ignored},
          {"citation", loaded.family->citation}};
}

void print_info(const json& info, std::ostream& out) {
  const auto line = [&](std::string_view label, const std::string& value) {
    out << fmt::format("{:<22}{}\n", label, value);
  };
  const std::string capabilities = listed(info["capabilities"].get<std::vector<std::string>>());
  line("path", info["path"]);
  line("family", info["family"]);
  line("checkpoint", info["checkpoint_layout"]);
  line("shape",
       fmt::format("{} layers, width {}, {} heads, FFN {}, vocabulary {}", info["layers"].dump(), info["width"].dump(),
                   info["heads"].dump(), info["ffn_width"].dump(), info["vocabulary"].dump()));
  line("parameters", info["parameters"].dump());
  line("longest sequence", info["max_residues"].is_null() ? "no limit" : info["max_residues"].dump() + " residues");
  line("stored as", info["stored_dtype"]);
  line("capabilities", capabilities);
  line("weights in memory",
       fmt::format("{} as {}", format_bytes(info["weight_bytes"]), info["dtype"].get<std::string>()));
  line("memory", fmt::format("{} per 1000 tokens of a batch", format_bytes(info["bytes_per_1000_tokens"])));
  line("unused tensors", fmt::format("{}", info["ignored_tensors"].size()));
  for (const json& name : info["ignored_tensors"]) out << "  " << name.get<std::string>() << '\n';
  line("citation", info["citation"]);
}

json predictor_json(const predictors::Card& card) {
  json out{{"predicts", predictors::word_of(card.classes.problem)},
           {"of", card.classes.label_of == models::LabelOf::token ? "residues" : "proteins"},
           {"labels", card.classes.labels},
           {"thresholds", card.thresholds},
           {"max_residues", card.max_residues > 0 ? json(card.max_residues) : json()},
           {"facts", card.facts}};
  if (card.trunk) out["trunk"] = checkpoints::to_json(*card.trunk);
  if (card.trunk) out["head"] = card.head;
  return out;
}

enum class As { text, data };

void print_predictor(const predictors::Card& card, As as, std::ostream& out) {
  const json info = predictor_json(card);
  if (as == As::data) {
    out << json{{"predictor", info}}.dump(2, ' ', false, json::error_handler_t::replace) << '\n';
    return;
  }
  const auto line = [&](std::string_view label, const std::string& value) {
    out << fmt::format("{:<22}{}\n", label, value);
  };
  line("predicts", fmt::format("{} of {}: {}", info["predicts"].get<std::string>(), info["of"].get<std::string>(),
                               listed(card.classes.labels, 20)));
  if (card.trunk)
    line("head", card.trunk->one_hot() ? fmt::format("{} on the residues themselves", card.head.value("kind", "?"))
                                       : fmt::format("{} on layer {} of {}", card.head.value("kind", "?"),
                                                     card.trunk->layer, card.trunk->model));
  if (card.max_residues > 0) line("reads", fmt::format("{} at most", counted(card.max_residues, "residue")));
  const json metrics = info["facts"].value("/metrics/held_out"_json_pointer, json::object());
  for (const auto& [name, value] : metrics.items())
    line("held out, " + name, value.is_number_float() ? fmt::format("{:.4f}", value.get<double>()) : value.dump());
}

int run(const InfoOptions& options, Context& context) {
  const auto paths = options.model;
  if (paths.size() != 1) throw Error(ErrorKind::usage, "name one model");
  if (options.statistics && !options.tensors)
    throw Error(ErrorKind::usage, {"this goes with a list of tensors", "--statistics", "add --tensors"});
  if (options.tensors) {
    print_tensors(find_model(paths.front(), context.sink), {options.statistics, options.json}, context);
    return 0;
  }
  if (structure_models::is_sequence_network_at(paths.front())) {
    const nlohmann::ordered_json info = describe_sequence_network(paths.front(), options.dtype);
    if (options.json)
      context.out << info.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
    else
      print_sequence_network(info, context.out);
    return 0;
  }
  if (names_fold_network(paths.front())) {
    FoldOptions named;
    named.model = paths.front();
    const nlohmann::ordered_json info = describe_structure_network(fold_weights(named));
    if (options.json)
      context.out << info.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
    else
      print_structure_network(info, context.out);
    return 0;
  }
  const auto card = predictors::read_card(paths.front());
  if (card && card->trunk && card->trunk->one_hot()) {
    print_predictor(*card, options.json ? As::data : As::text, context.out);
    return 0;
  }
  const checkpoints::LoadedModel loaded = load_named(paths.front(), options.dtype, context.sink);
  json info = describe(loaded);
  if (card) info["predictor"] = predictor_json(*card);
  if (card && !options.json) print_predictor(*card, As::text, context.out);
  if (options.json)
    context.out << info.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
  else
    print_info(info, context.out);
  return 0;
}

}  // namespace

Task info_task() {
  return {.name = "info",
          .summary = "Say what a checkpoint is: family, sizes, capabilities, memory",
          .description =
              "Loads the checkpoint strictly, so that a damaged or mismatched one is found out here. Of a published "
              "one that is not on this machine it prints how large it is and the line that gets it.",
          .examples = {{"groel info groel-5m", "a bundled model"},
                       {"groel info groel-5m --json", "for programs"},
                       {"groel info groel-5m --tensors --statistics", "tensor by tensor"}},
          .options = option_table<InfoOptions>(),
          .run = entry<InfoOptions, run>};
}

}  // namespace groel::tasks
