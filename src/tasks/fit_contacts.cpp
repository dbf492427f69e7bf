// groel fit-contacts: fits a contact head for a model to structures.
#include <algorithm>
#include <cmath>
#include <filesystem>

#include "checkpoints/load.h"
#include "checkpoints/model_folder.h"
#include "checkpoints/saved_model.h"
#include "checkpoints/tensors.h"
#include "engine/precision.h"
#include "tasks/contacts/fit.h"
#include "tasks/reading/model.h"
#include "tasks/reading/model_folder.h"
#include "tasks/reading/options.h"
#include "tasks/task.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

struct FitContactsOptions : ModelOptions, OutputOptions, ThreadOptions {
  std::vector<std::string> structures;
  std::vector<std::string> valid;
  std::string penalty;
  double inverse_strength = 0;
  std::int64_t min_length = 0;
  std::int64_t max_length = 0;
  std::optional<std::size_t> memory;
  bool json = false;

  void declare(OptionBinder& to) {
    to(structures, {.name = "structures",
                    .type = OptionType::paths,
                    .help = "Structures to learn from: mmCIF or PDB files (also .gz, .zst), or folders of them",
                    .value_name = "FILES",
                    .required = true});
    to(model, model_option());
    to(output, {.name = "output",
                .letter = 'o',
                .help = "Folder for the model",
                .value_name = "DIR",
                .required = true,
                .writes = Writes::folder,
                .aliases = {"out"}});
    to(overwrite, {.name = "overwrite",
                   .help = "Replace the model in the folder; whatever else is in it stays",
                   .group = kOutput});
    to(valid, {.name = "valid",
               .help = "Structures to measure the head on, that it does not learn from",
               .value_name = "FILES"});
    to(penalty, {.name = "penalty",
                 .help = "Of the weights: l1 leaves most of them 0",
                 .otherwise = "l1",
                 .choices = {"l1", "l2"},
                 .group = "Method"});
    to(inverse_strength, {.name = "inverse-strength",
                          .help = "scikit-learn's C: larger means less penalty",
                          .otherwise = 0.15,
                          .value_name = "C",
                          .group = "Method"});
    to(min_length, {.name = "min-length",
                    .help = "Residues with coordinates that a chain has to have",
                    .otherwise = 30,
                    .value_name = "N",
                    .group = kInput});
    to(max_length, {.name = "max-length",
                    .help = "Leave longer chains out",
                    .otherwise = 1022,
                    .value_name = "N",
                    .group = kInput});
    to(memory, {.name = "memory",
                .help = "Memory that the samples may take, e.g. 4G (default: what is free)",
                .value_name = "SIZE",
                .group = kPerformance});
    to(dtype, dtype_option());
    to(threads, threads_option());
    to(json, json_option());
  }
};

analysis::LogisticOptions fit_options(const FitContactsOptions& options) {
  using Penalty = analysis::LogisticOptions::Penalty;
  analysis::LogisticOptions out;
  out.penalty = options.penalty == "l1" ? Penalty::l1 : Penalty::l2;
  out.inverse_strength = options.inverse_strength;
  if (!(out.inverse_strength > 0))
    throw Error(ErrorKind::usage, {"a number above 0", "--inverse-strength", "ESM's heads were fitted with 0.15"});
  return out;
}

void save(const std::filesystem::path& folder, const checkpoints::Checkpoint& checkpoint, const models::Model& model) {
  checkpoints::SavedModel saved{checkpoint.config, {}, model.tokenizer().files()};
  saved.config["torch_dtype"] = "float32";
  const auto is_weight = [](DType type) { return type == DType::f32 || type == DType::f16 || type == DType::bf16; };
  for (const auto& [name, array] : checkpoint.arrays)
    if (is_weight(array.dtype)) saved.tensors.push_back({name, checkpoints::copied(array, DType::f32)});
  checkpoints::write_model_folder(
      folder, [&](const std::filesystem::path& temporary) { checkpoints::write_model(temporary, saved); });
}

ordered_json precision_json(const std::vector<MeanPrecision>& all) {
  ordered_json out = ordered_json::array();
  for (const MeanPrecision& one : all)
    out.push_back({{"range", one.range},
                   {"top", one.divisor == 1 ? "L" : fmt::format("L/{}", one.divisor)},
                   {"precision", std::isnan(one.value) ? ordered_json() : ordered_json(one.value)},
                   {"chains", one.chains}});
  return out;
}

std::string precision_text(const ordered_json& all) {
  std::string out = fmt::format("  {:<8}{:>8}{:>8}{:>8}\n", "range", "L", "L/2", "L/5");
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i % 3 == 0) out += fmt::format("  {:<8}", all[i]["range"].get<std::string>());
    const ordered_json& value = all[i]["precision"];
    out += fmt::format("{:>8}{}", value.is_null() ? "-" : fmt::format("{:.3f}", value.get<double>()),
                       i % 3 == 2 ? "\n" : "");
  }
  return out;
}

void print_fit(const ordered_json& result, std::ostream& out) {
  out << fmt::format("{}, {} of residues, {} of them in contact\n",
                     counted(result["chains"].get<std::int64_t>(), "chain"),
                     counted(result["pairs"].get<std::int64_t>(), "pair"), result["contacts"].get<std::int64_t>());
  out << fmt::format("{} of {} weights are not 0, bias {:.4f}, {}\n", result["nonzero"].get<std::int64_t>(),
                     result["weights"].get<std::int64_t>(), result["bias"].get<double>(),
                     counted(result["iterations"].get<std::int64_t>(), "iteration"));
  out << "\nmean precision on the chains learned from:\n" << precision_text(result["precision"]);
  if (result.contains("valid_precision"))
    out << fmt::format("\non the {} held out:\n", counted(result["valid_chains"].get<std::int64_t>(), "chain"))
        << precision_text(result["valid_precision"]);
  out << fmt::format("\nthe model is in {}\n", result["model"].get<std::string>());
}

// Chains to measure on, without those learned from.
std::vector<FitChain> held_out(const FitContactsOptions& options, const FitFilter& filter,
                               const std::vector<FitChain>& chains, Sink& sink) {
  if (options.valid.empty()) return {};
  std::vector<FitChain> out = read_chains(options.valid, filter, sink);
  const auto learned = [&](const FitChain& one) {
    return std::any_of(chains.begin(), chains.end(), [&](const FitChain& c) { return c.sequence == one.sequence; });
  };
  const auto removed = std::erase_if(out, learned);
  if (removed > 0)
    sink.warning(fmt::format("{} learned from, and not measured on",
                             counted(removed, "chain of --valid is", "chains of --valid are")));
  return out;
}

ordered_json head_json(const analysis::LogisticModel& head) {
  return {{"weights", head.weights.size()},
          {"nonzero", std::count_if(head.weights.begin(), head.weights.end(), [](double w) { return w != 0; })},
          {"bias", head.bias},
          {"objective", head.objective},
          {"iterations", head.iterations}};
}

int run(const FitContactsOptions& options, Context& context) {
  const std::filesystem::path folder = *options.output;
  check_model_folder(folder.string(), options.standing());
  const analysis::LogisticOptions fit = fit_options(options);
  const FitFilter filter{options.min_length, options.max_length};
  const ops::Precision precision = engine::parse_precision(options.dtype);
  checkpoints::Checkpoint checkpoint = checkpoints::read_checkpoint(model_of(options.model, context.sink));
  const std::vector<FitChain> chains = read_chains(options.structures, filter, context.sink);
  const std::vector<FitChain> valid = held_out(options, filter, chains, context.sink);
  std::optional<checkpoints::LoadedModel> bare = checkpoints::load_model(checkpoint, precision);
  for (const auto* all : {&chains, &valid}) require_readable(*bare->model, *all);
  const analysis::LogisticData data = contact_samples(*bare->model, chains, options.memory, context.sink);
  bare.reset();  // it is loaded again with the head
  require_both_kinds(data);
  const analysis::LogisticModel head = analysis::fit_logistic(data, fit);
  require_learned(head, data, fit);
  set_contact_head(checkpoint, head);
  const checkpoints::LoadedModel loaded = checkpoints::load_model(checkpoint, precision);
  save(folder, checkpoint, *loaded.model);

  ordered_json result{{"model", folder.string()},
                      {"chains", chains.size()},
                      {"pairs", data.samples()},
                      {"contacts", std::count(data.labels.begin(), data.labels.end(), 1)}};
  result.update(head_json(head));
  result["precision"] = precision_json(mean_precision(*loaded.model, chains, context.sink));
  if (!valid.empty()) {
    result["valid_chains"] = valid.size();
    result["valid_precision"] = precision_json(mean_precision(*loaded.model, valid, context.sink));
  }
  if (options.json)
    context.out << result.dump(2) << '\n';
  else
    print_fit(result, context.out);
  return 0;
}

}  // namespace

Task fit_contacts_task() {
  return {
      .name = "fit-contacts",
      .summary = "Give a model a contact head, learned from structures",
      .description =
          "ESM's own way: logistic regression of contacts (Cβ within 8 Å, 6 and more residues apart) on the "
          "symmetrised, average-product-corrected attention maps of every layer and head. The model itself stays as it "
          "is; with its head it is written as a Hugging Face folder for `groel contacts`. A head that the model had "
          "is replaced; one that learned nothing is an error. Equal calls give equal files.",
      .examples = {{"groel fit-contacts examples/1CRN.cif examples/1UBQ.pdb --inverse-strength 1 -o with-contacts",
                    "from two structures, with little penalty; twenty are a good start"}},
      .options = option_table<FitContactsOptions>(),
      .run = entry<FitContactsOptions, run>};
}

}  // namespace groel::tasks
