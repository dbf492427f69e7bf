// Loads a structure and what belongs to it.
#include "tasks/structure/shown_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text_file.h"
#include "base/words.h"
#include "tasks/structure/secondary.h"

namespace groel::tasks {
namespace {

using nlohmann::json;
using ResidueKind = io::WholeResidue::Kind;
using ShownMeasure = ShownModel::Measure;

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

std::string kind_of(const std::vector<io::WholeResidue>& residues, const ShownChain& chain) {
  const io::WholeResidue& first = residues[chain.first];
  if (!first.polymer) return "ligands";
  if (first.kind == ResidueKind::amino) return "protein";
  bool deoxy = true, ribo = true;
  for (std::size_t r = chain.first; r < chain.first + chain.count; ++r) {
    const bool plain = residues[r].name.size() == 2 && residues[r].name[0] == 'D';
    deoxy = deoxy && plain;
    ribo = ribo && residues[r].name.size() == 1;
  }
  return deoxy ? "DNA" : ribo ? "RNA" : "nucleic acid";
}

// Residues but water in one list, and the runs of one kind in it.
void lay_out(io::WholeStructure& structure, ShownModel& out) {
  const std::vector<std::string> states = states_of(structure);
  for (std::size_t c = 0; c < structure.chains.size(); ++c) {
    std::vector<io::WholeResidue>& all = structure.chains[c].residues;
    const io::WholeResidue* before = nullptr;
    for (std::size_t r = 0; r < all.size(); ++r) {
      out.waters += all[r].kind == ResidueKind::water;
      if (all[r].kind == ResidueKind::water) continue;
      if (before == nullptr || before->polymer != all[r].polymer || before->kind != all[r].kind)
        out.chains.push_back({structure.chains[c].name, {}, out.residues.size(), 0, 0, c});
      ++out.chains.back().count;
      out.chains.back().unseen += !all[r].seen;
      out.atoms += static_cast<std::int64_t>(all[r].atoms.size());
      out.states += states[c][r];
      out.residues.push_back(std::move(all[r]));
      before = &out.residues.back();
    }
  }
  for (ShownChain& chain : out.chains) chain.kind = kind_of(out.residues, chain);
}

double mean_b(const io::WholeResidue& residue) {
  if (residue.atoms.empty()) return kUnknown;
  double sum = 0;
  for (const io::RawAtom& atom : residue.atoms) sum += static_cast<double>(atom.b_factor);
  return sum / static_cast<double>(residue.atoms.size());
}

// Whether B factors are pLDDT: where the file says so, or the user does.
void judge_values(const std::string& mark, const ShowSettings& settings, ShownModel& out) {
  double least = std::numeric_limits<double>::infinity(), most = -least;
  for (const io::WholeResidue& residue : out.residues) {
    out.values.push_back(mean_b(residue));
    if (std::isnan(out.values.back())) continue;
    least = std::min(least, out.values.back());
    most = std::max(most, out.values.back());
  }
  const bool fits = least >= 0 && most <= 100;
  if (settings.plddt && !fits)
    throw Error(ErrorKind::bad_input,
                {fmt::format("B factors from {:.2f} to {:.2f} are no pLDDT", least, most), out.files.model,
                 "values from 0 to 1 or to 100 are expected; leave out --plddt"});
  if (settings.plddt || (!mark.empty() && fits)) {
    out.measure = ShownMeasure::plddt;
    out.said = "B factors are taken for pLDDT: " + (settings.plddt ? std::string("--plddt says so") : mark) + ".";
    if (most > 1) return;
    out.scale = 100;
    for (double& value : out.values) value *= out.scale;
    out.said += " They are from 0 to 1 in the file, and were multiplied by 100.";
  } else if (least == most) {
    out.said = "All B factors are the same, and not shown.";
  } else {
    out.measure = ShownMeasure::b_factor;
    out.said = mark.empty()
                   ? "B factors are taken for temperature factors: nothing in the file says that they are pLDDT "
                     "(--plddt does)."
                   : fmt::format(
                         "B factors from {:.1f} to {:.1f} are taken for temperature factors, although the file "
                         "says that they are pLDDT ({}).",
                         least, most, mark);
  }
}

std::vector<std::size_t> rows_by_token(const ShownModel& model, const Confidences& from, const std::string& path) {
  std::map<std::pair<std::string, std::int64_t>, std::size_t> places;
  for (std::size_t r = 0; r < model.residues.size(); ++r)
    if (model.residues[r].seen)
      places.emplace(std::pair(model.chains[model.chain_of(r)].name, model.residues[r].number), r);
  std::vector<std::size_t> out;
  for (std::size_t t = 0; t < from.chains.size(); ++t) {
    const auto found = places.find({from.chains[t], from.numbers[t]});
    if (found == places.end())
      throw Error(ErrorKind::bad_input,
                  {fmt::format("token {} is of residue {} of chain {}, which the model does not have", t + 1,
                               from.numbers[t], from.chains[t]),
                   path, "name the confidences of " + model.files.model});
    out.push_back(found->second);
  }
  return out;
}

// Files that do not say what their rows are: one for each residue of the chains.
std::vector<std::size_t> rows_by_residue(const ShownModel& model, std::int64_t size, const std::string& path) {
  std::vector<std::size_t> polymers, all;
  for (std::size_t r = 0; r < model.residues.size(); ++r) {
    if (!model.residues[r].seen) continue;
    all.push_back(r);
    if (model.residues[r].polymer) polymers.push_back(r);
  }
  if (static_cast<std::int64_t>(polymers.size()) == size) return polymers;
  if (static_cast<std::int64_t>(all.size()) == size) return all;
  throw Error(ErrorKind::bad_input, {fmt::format("{} rows of predicted aligned errors for {} of the chains in {}", size,
                                                 counted(polymers.size(), "residue"), model.files.model),
                                     path, "name the confidences of this model"});
}

void add_confidences(Confidences found, ShownModel& out) {
  const std::string& path = out.files.confidences;
  if (found.pae.empty() && found.probabilities.empty()) return;
  std::vector<std::size_t> rows =
      found.chains.empty() ? rows_by_residue(out, found.pae.empty() ? found.probabilities.size : found.pae.size, path)
                           : rows_by_token(out, found, path);
  if (!found.pae.empty()) out.pae = PairMap{std::move(found.pae), rows};
  if (!found.probabilities.empty()) out.probabilities = PairMap{std::move(found.probabilities), std::move(rows)};
}

// Names of chains in the order in which AlphaFold 3's summary has them: that of the file.
std::vector<std::string> names_of_chains(const ShownModel& model) {
  std::vector<std::string> out;
  for (const ShownChain& chain : model.chains)
    if (std::find(out.begin(), out.end(), chain.name) == out.end()) out.push_back(chain.name);
  return out;
}

void add_summary(ShownModel& out) {
  if (out.files.summary.empty()) return;
  const json summary = read_json(out.files.summary, ErrorKind::bad_input);
  const auto number = [](const json& value) { return value.is_number() ? value.get<double>() : kUnknown; };
  constexpr std::pair<const char*, const char*> kScores[] = {{"ranking_score", "ranking score"},
                                                             {"ptm", "pTM"},
                                                             {"iptm", "ipTM"},
                                                             {"fraction_disordered", "disordered part"},
                                                             {"has_clash", "clash"}};
  for (const auto& [field, name] : kScores)
    if (const auto at = summary.find(field); at != summary.end()) {
      const double value = at->is_boolean() ? (at->get<bool>() ? 1 : 0) : number(*at);
      const bool clash = std::string_view(field) == "has_clash";
      if (!std::isnan(value))
        out.scores.push_back({field, name, clash ? (value > 0 ? "yes" : "no") : fmt::format("{:.2f}", value), value});
    }
  const auto pairs = summary.find("chain_pair_iptm");
  if (pairs == summary.end() || !pairs->is_array() || pairs->size() < 2) return;
  out.pair_names = names_of_chains(out);
  if (out.pair_names.size() != pairs->size()) {
    out.notes.push_back(fmt::format("{}: chain_pair_iptm is of {}, the model has {}: not shown", out.files.summary,
                                    counted(pairs->size(), "chain"), out.pair_names.size()));
    out.pair_names.clear();
    return;
  }
  for (const json& row : *pairs) {
    out.pair_iptm.emplace_back();
    for (const json& value : row) out.pair_iptm.back().push_back(number(value));
  }
}

}  // namespace

std::size_t ShownModel::chain_of(std::size_t residue) const {
  const auto after = std::upper_bound(chains.begin(), chains.end(), residue,
                                      [](std::size_t r, const ShownChain& chain) { return r < chain.first; });
  return static_cast<std::size_t>(after - chains.begin()) - 1;
}

ShownModel make_shown(const PredictionFiles& files, const ShowSettings& settings, io::WholeStructure structure,
                      Confidences confidences) {
  ShownModel out;
  out.files = files;
  out.title = structure.title;
  out.notes = structure.notes;
  lay_out(structure, out);
  if (out.residues.empty())
    throw Error(ErrorKind::bad_input, {"there is nothing but water in this structure", files.model, {}});
  if (out.waters > 0) out.notes.push_back(counted(out.waters, "water molecule") + " not shown");
  judge_values(structure.plddt_mark, settings, out);
  add_confidences(std::move(confidences), out);
  find_contacts(out);
  add_summary(out);
  return out;
}

ShownModel load_shown(const PredictionFiles& files, const ShowSettings& settings) {
  PredictionFiles own = files;
  if (!settings.pae.empty()) own.confidences = settings.pae;
  io::WholeStructure structure = io::read_whole(files.model);
  return make_shown(own, settings, std::move(structure),
                    own.confidences.empty() ? Confidences{} : read_confidences(own.confidences));
}

}  // namespace groel::tasks
