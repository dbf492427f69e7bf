// groel structure show: a page on which a structure is looked at.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "analysis/secondary_structure.h"
#include "base/json_numbers.h"
#include "base/text_file.h"
#include "base/words.h"
#include "report/structure_page.h"
#include "tasks/structure/esm3_model.h"
#include "tasks/structure/options.h"
#include "tasks/structure/page_data.h"
#include "tasks/structure/shown_model.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;
using ShownMeasure = ShownModel::Measure;

// The models that are asked for: one, or the best of a folder.
std::vector<PredictionFiles> files_of(const StructureOptions& options, Sink& sink) {
  const std::string& input = options.input[1];
  if (!std::filesystem::is_directory(input)) return {files_of_model(input)};
  if (!options.pae.empty())
    throw Error(ErrorKind::usage,
                {"a folder has confidences of its own", "--pae", "name one model instead of a folder"});
  std::vector<PredictionFiles> out = files_of_folder(input, sink);
  const auto most = static_cast<std::size_t>(options.samples);
  if (out.size() > most) {
    sink.note(fmt::format("{}: the best {} of {} samples are shown; --samples {} shows all", input, most, out.size(),
                          out.size()));
    out.resize(most);
  }
  return out;
}

// What groel esm3 wrote as JSON: all in one file.
std::vector<ShownModel> models_of_esm3(const StructureOptions& options, Sink& sink) {
  const std::string& path = options.input[1];
  if (!options.pae.empty())
    throw Error(ErrorKind::usage, {"a protein of ESM3 has aligned errors of its own", "--pae", {}});
  std::int64_t left_out = 0;
  std::vector<ShownModel> out;
  for (Esm3Model& one : read_esm3_models(path, left_out)) {
    PredictionFiles files{one.title, path, path, {}};
    out.push_back(make_shown(files, {options.plddt, {}}, io::parse_whole(one.text, path), std::move(one.confidences)));
    if (out.back().measure == ShownMeasure::plddt)
      out.back().said = "pLDDT is that of the file, from 0 to 1 there and multiplied by 100.";
    if (!std::isnan(one.ptm)) out.back().scores.push_back({"ptm", "pTM", fmt::format("{:.2f}", one.ptm), one.ptm});
  }
  if (left_out > 0) sink.note(fmt::format("{}: {} without coordinates left out", path, counted(left_out, "protein")));
  return out;
}

std::vector<ShownModel> models_of(const StructureOptions& options, Sink& sink) {
  if (is_json_file(options.input[1])) return models_of_esm3(options, sink);
  std::vector<ShownModel> out;
  for (const PredictionFiles& files : files_of(options, sink))
    out.push_back(load_shown(files, {options.plddt, options.pae}));
  return out;
}

std::string measure_name(ShownMeasure measure) {
  return measure == ShownMeasure::plddt ? "plddt" : measure == ShownMeasure::b_factor ? "b_factor" : "none";
}

// Mean of the values of some residues; not a number where none has one.
double mean_value(const ShownModel& model, std::size_t first, std::size_t count) {
  double sum = 0, known = 0;
  for (std::size_t r = first; r < first + count; ++r)
    if (!std::isnan(model.values[r])) {
      sum += model.values[r];
      ++known;
    }
  return sum / known;
}

ordered_json chains_json(const ShownModel& model) {
  ordered_json out = ordered_json::array();
  for (const ShownChain& chain : model.chains) {
    const std::string states = model.states.substr(chain.first, chain.count);
    ordered_json row{{"chain", chain.name}, {"kind", chain.kind}, {"residues", chain.count}, {"unseen", chain.unseen}};
    row["mean_value"] = number_or_null(mean_value(model, chain.first, chain.count));
    if (chain.kind == "protein") row["ss8"] = states;
    out.push_back(std::move(row));
  }
  return out;
}

// Of the residues with a value, the part in each of AlphaFold DB's four classes.
ordered_json bands_json(const ShownModel& model) {
  double high = 0, confident = 0, low = 0, all = 0;
  for (const double value : model.values) {
    if (std::isnan(value)) continue;
    ++all;
    high += value > 90;
    confident += value > 70 && value <= 90;
    low += value > 50 && value <= 70;
  }
  return {{"very_high", high / all},
          {"confident", confident / all},
          {"low", low / all},
          {"very_low", (all - high - confident - low) / all}};
}

// Mean and least of a map between each two runs of residues.
ordered_json blocks_json(const ShownModel& model, const PairMap& map) {
  const std::size_t count = model.chains.size(), size = map.residues.size();
  std::vector<std::size_t> chains;  // of the rows
  for (const std::size_t residue : map.residues) chains.push_back(model.chain_of(residue));
  std::vector<double> sums(count * count), least(count * count, HUGE_VAL), pairs(count * count);
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = 0; j < size; ++j) {
      const auto value = static_cast<double>(map.matrix.values[i * size + j]);
      const std::size_t at = chains[i] * count + chains[j];
      if (std::isnan(value)) continue;
      sums[at] += value;
      ++pairs[at];
      least[at] = std::min(least[at], value);
    }
  ordered_json out = ordered_json::array();
  for (std::size_t a = 0; a < count; ++a)
    for (std::size_t b = 0; b < count; ++b)
      out.push_back({{"rows", model.chains[a].name},
                     {"columns", model.chains[b].name},
                     {"mean", number_or_null(sums[a * count + b] / pairs[a * count + b])},
                     {"least", number_or_null(least[a * count + b])}});
  return out;
}

ordered_json residues_json(const ShownModel& model) {
  ordered_json out = ordered_json::array();
  for (std::size_t r = 0; r < model.residues.size(); ++r) {
    const io::WholeResidue& residue = model.residues[r];
    if (!residue.seen) continue;
    ordered_json row{{"chain", model.chains[model.chain_of(r)].name},
                     {"number", residue.label},
                     {"residue", residue.name},
                     {"value", number_or_null(model.values[r])}};
    if (model.states[r] != '_') row["ss8"] = std::string(1, model.states[r]);
    out.push_back(std::move(row));
  }
  return out;
}

ordered_json numbers_of(const ShownModel& model) {
  ordered_json out{
      {"model", model.files.title}, {"file", model.files.model},
      {"title", model.title},       {"atoms", model.atoms},
      {"waters", model.waters},     {"values_are", measure_name(model.measure)},
      {"because", model.said},      {"mean_value", number_or_null(mean_value(model, 0, model.values.size()))}};
  if (model.measure == ShownMeasure::plddt) out["classes"] = bands_json(model);
  if (model.files.ranking) out["ranking_score"] = *model.files.ranking;
  for (const ShownScore& score : model.scores) out["scores"][score.field] = score.value;
  out["chains"] = chains_json(model);
  out["contacts"] = {{"pairs", model.contacts.size()}, {"residues", model.contact_residues.size()}};
  if (model.pae || model.probabilities) out["confidences"] = model.files.confidences;
  if (model.pae) out["pae"] = {{"tokens", model.pae->matrix.size}, {"between", blocks_json(model, *model.pae)}};
  if (model.probabilities) out["contact_probabilities"] = {{"tokens", model.probabilities->matrix.size}};
  out["residues"] = residues_json(model);
  out["notes"] = model.notes;
  return out;
}

std::string heading_of(const StructureOptions& options, const ShownModel& best) {
  std::filesystem::path path(options.input[1]);
  if (!path.has_filename()) path = path.parent_path();
  const std::string file = path.filename().string();
  return best.title.empty() || best.title == file ? file : file + ": " + best.title;
}

void tell_thinned(const ShownModel& model, Sink& sink) {
  for (const auto& [map, name] : {std::pair(&model.pae, "aligned errors"), {&model.probabilities, "contacts"}})
    if (*map && (*map)->matrix.size > kLargestMap) {
      const std::int64_t factor = ((*map)->matrix.size + kLargestMap - 1) / kLargestMap;
      sink.note(fmt::format("{}: the map of {} of {} tokens is thinned to means of {} × {} pairs", model.files.title,
                            name, (*map)->matrix.size, factor, factor));
    }
}

void write_page(const StructureOptions& options, const std::vector<ShownModel>& models, Sink& sink) {
  nlohmann::json view{{"title", heading_of(options, models.front())},
                      {"models", nlohmann::json::array()},
                      {"notes", {fmt::format("Made by GroEL of {}.", options.input[1])}}};
  for (const ShownModel& model : models) {
    view["models"].push_back(page_data(model));
    tell_thinned(model, sink);
  }
  const std::string page = report::structure_page(view);
  write_text(options.output, page);
  sink.note(fmt::format("{}: {:.1f} MB with {}; it needs no network", options.output,
                        static_cast<double>(page.size()) / 1e6, counted(models.size(), "model")));
}

}  // namespace

void show_structure(const StructureOptions& options, Context& context) {
  if (options.input.size() != 2 || (options.output.empty() && !options.json))
    throw Error(ErrorKind::usage, {"name a structure or a folder, and the page to write", "--output",
                                   "groel structure show FILE -o page.html (or --json)"});
  if (options.samples < 1) throw Error(ErrorKind::usage, {"at least one sample is shown", "--samples", {}});
  if (!options.output.empty()) report::check_structure_pages();
  const std::vector<ShownModel> models = models_of(options, context.sink);
  for (const ShownModel& model : models)
    for (const std::string& note : model.notes) context.sink.note(model.files.title + ": " + note);
  context.sink.note(models.front().said);
  if (!options.output.empty()) write_page(options, models, context.sink);
  if (!options.json) return;
  ordered_json out{{"input", options.input[1]}, {"models", ordered_json::array()}};
  for (const ShownModel& model : models) out["models"].push_back(numbers_of(model));
  if (!options.output.empty()) out["page"] = options.output;
  context.out << out.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
}

}  // namespace groel::tasks
