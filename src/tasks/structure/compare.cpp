// groel structure compare: superposes a model on a reference, and scores it.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "analysis/lddt.h"
#include "analysis/superposition.h"
#include "base/text_file.h"
#include "base/words.h"
#include "tasks/reading/csv_text.h"
#include "tasks/structure/matching.h"
#include "tasks/structure/options.h"

namespace groel::tasks {
namespace {

using analysis::Coordinates;
using nlohmann::ordered_json;

constexpr std::size_t kAlpha = 1;  // of io::kAtomNames

// Chains that are compared, and their residues that belong together and both have Cα.
struct ChainPair {
  std::size_t model, reference;
  ResiduePairs residues;
};

bool is_there(const std::array<float, 3>& atom) { return std::isfinite(atom[0]); }

Coordinates point(const std::array<float, 3>& atom) { return {atom[0], atom[1], atom[2]}; }

class Comparison {
 public:
  Comparison(const StructureOptions& options, Sink& sink)
      : options_(options), model_(io::read_atoms(options.input[1])), reference_(io::read_atoms(options.input[2])) {
    for (const auto& [path, structure] : {std::pair{options.input[1], &model_}, {options.input[2], &reference_}}) {
      if (structure->models > 1)
        sink.note(fmt::format("{}: the first of {} models is compared", path, structure->models));
      if (structure->hetero > 0)
        sink.note(fmt::format(
            "{}: left out: {}", path,
            counted(structure->hetero, "residue that is no amino acid", "residues that are no amino acids")));
    }
    options.chain.empty() ? pair_by_likeness(sink) : pair_by_name();
    for (const ChainPair& pair : pairs_)
      if (pair.residues.empty())
        throw Error(
            ErrorKind::bad_input,
            {fmt::format("no residue of chain {} belongs to one of chain {}", name_of(model_, pair.model),
                         name_of(reference_, pair.reference)),
             options.input[1], options_.by == "number" ? "try --by sequence" : "name the chains by --chain A:B"});
  }

  ordered_json scores() {
    ordered_json out{{"model", options_.input[1]}, {"reference", options_.input[2]}, {"chains", ordered_json::array()}};
    for (const ChainPair& pair : pairs_) out["chains"].push_back(scores_of({pair}, nullptr));
    ordered_json& whole = out["together"] = scores_of(pairs_, &best_);
    whole.erase("model_chain");
    whole.erase("reference_chain");
    return out;
  }

  // One row for every residue that is compared.
  ordered_json residues() const {
    ordered_json out = ordered_json::array();
    const analysis::Lddt alpha = lddt_of(pairs_, true), all = lddt_of(pairs_, false);
    std::size_t at = 0;
    for (const ChainPair& pair : pairs_)
      for (const auto& [i, j] : pair.residues) {
        const io::AtomResidue& a = residue(model_, pair.model, i);
        const io::AtomResidue& b = residue(reference_, pair.reference, j);
        const Coordinates moved = best_(point(a.atoms[kAlpha])), fixed = point(b.atoms[kAlpha]);
        const double distance = std::sqrt(std::pow(moved[0] - fixed[0], 2) + std::pow(moved[1] - fixed[1], 2) +
                                          std::pow(moved[2] - fixed[2], 2));
        out.push_back({{"chain", name_of(model_, pair.model)},
                       {"number", number_of(a)},
                       {"residue", std::string(1, a.letter)},
                       {"reference_chain", name_of(reference_, pair.reference)},
                       {"reference_number", number_of(b)},
                       {"distance", distance},
                       {"lddt_ca", number(alpha.residues[at])},
                       {"lddt", number(all.residues[at])}});
        ++at;
      }
    return out;
  }

  std::string superposed_text(bool pdb) const {
    std::vector<io::AtomChain> chains = model_.chains;
    for (io::AtomChain& chain : chains)
      for (io::AtomResidue& one : chain.residues)
        for (auto& atom : one.atoms) {
          if (!is_there(atom)) continue;
          const Coordinates moved = best_(point(atom));
          for (std::size_t c = 0; c < 3; ++c) atom[c] = static_cast<float>(moved[c]);
        }
    return pdb ? io::pdb_text(chains, io::StructureNames::own)
               : io::mmcif_text(chains, "superposed", io::StructureNames::own);
  }

 private:
  // With an insertion code it is a text.
  static ordered_json number_of(const io::AtomResidue& residue) {
    return residue.insertion == ' ' ? ordered_json(residue.number) : ordered_json(residue.label());
  }

  static ordered_json number(double value) { return std::isfinite(value) ? ordered_json(value) : ordered_json(); }
  static const std::string& name_of(const io::AtomStructure& structure, std::size_t chain) {
    return structure.chains[chain].name;
  }
  static const io::AtomResidue& residue(const io::AtomStructure& structure, std::size_t chain, std::int64_t i) {
    return structure.chains[chain].residues[static_cast<std::size_t>(i)];
  }

  ResiduePairs matched(std::size_t a, std::size_t b) const {
    ResiduePairs out = options_.by == "number" ? matched_by_number(model_.chains[a], reference_.chains[b])
                                               : matched_by_sequence(model_.chains[a], reference_.chains[b]);
    std::erase_if(out, [&](const auto& pair) {
      return !is_there(residue(model_, a, pair.first).atoms[kAlpha]) ||
             !is_there(residue(reference_, b, pair.second).atoms[kAlpha]);
    });
    return out;
  }

  static std::size_t find(const io::AtomStructure& structure, const std::string& name, const std::string& path) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < structure.chains.size(); ++i) {
      if (structure.chains[i].name == name) return i;
      names.push_back(structure.chains[i].name);
    }
    throw Error(ErrorKind::not_found,
                {fmt::format("there is no chain '{}'", name), path, "its chains are " + listed(names)});
  }

  void pair_by_name() {
    for (const std::string& text : options_.chain) {
      const std::size_t colon = text.find(':');
      const std::size_t a = find(model_, text.substr(0, colon), options_.input[1]);
      const std::size_t b =
          find(reference_, colon == std::string::npos ? text : text.substr(colon + 1), options_.input[2]);
      pairs_.push_back({a, b, matched(a, b)});
    }
  }

  // Residues in runs of five and more: what unlike sequences have in common, an alignment finds here and there.
  static std::size_t in_runs(const ResiduePairs& pairs) {
    std::size_t out = 0, run = 0;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      const bool goes_on =
          i > 0 && pairs[i].first == pairs[i - 1].first + 1 && pairs[i].second == pairs[i - 1].second + 1;
      run = goes_on ? run + 1 : 1;
      if (run == 5) out += 5;
      if (run > 5) ++out;
    }
    return out;
  }

  // Those with the most residues in common first; of equal ones those of equal names, then in the files' order.
  void pair_by_likeness(Sink& sink) {
    std::vector<ChainPair> all;
    for (std::size_t a = 0; a < model_.chains.size(); ++a)
      for (std::size_t b = 0; b < reference_.chains.size(); ++b) all.push_back({a, b, matched(a, b)});
    const auto same_name = [&](const ChainPair& one) {
      return name_of(model_, one.model) == name_of(reference_, one.reference);
    };
    std::stable_sort(all.begin(), all.end(), [&](const ChainPair& x, const ChainPair& y) {
      if (x.residues.size() != y.residues.size()) return x.residues.size() > y.residues.size();
      return same_name(x) && !same_name(y);
    });
    std::set<std::size_t> models, references;
    for (ChainPair& one : all) {
      const bool half = 2 * in_runs(one.residues) >= std::min(model_.chains[one.model].residues.size(),
                                                              reference_.chains[one.reference].residues.size());
      if (!half || models.contains(one.model) || references.contains(one.reference)) continue;
      models.insert(one.model);
      references.insert(one.reference);
      pairs_.push_back(std::move(one));
    }
    if (pairs_.empty())
      throw Error(ErrorKind::bad_input,
                  {"no chain of the model has half of its residues in common with one of the reference",
                   options_.input[1], "name the chains that are to be compared: --chain A:B"});
    std::stable_sort(pairs_.begin(), pairs_.end(),
                     [](const ChainPair& x, const ChainPair& y) { return x.model < y.model; });
    tell_left_out(model_, models, options_.input[1], sink);
    tell_left_out(reference_, references, options_.input[2], sink);
  }

  static void tell_left_out(const io::AtomStructure& structure, const std::set<std::size_t>& used,
                            const std::string& path, Sink& sink) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < structure.chains.size(); ++i)
      if (!used.contains(i)) names.push_back(structure.chains[i].name);
    if (!names.empty())
      sink.note(fmt::format("{}: not compared: {} {}", path, names.size() == 1 ? "chain" : "chains", listed(names)));
  }

  analysis::Lddt lddt_of(const std::vector<ChainPair>& pairs, bool alpha_alone) const {
    std::vector<analysis::LddtAtom> atoms;
    std::int64_t at = 0;
    for (const ChainPair& pair : pairs)
      for (const auto& [i, j] : pair.residues) {
        const io::AtomResidue& a = residue(model_, pair.model, i);
        const io::AtomResidue& b = residue(reference_, pair.reference, j);
        for (std::size_t atom = 0; atom < a.atoms.size(); ++atom)
          if ((!alpha_alone || atom == kAlpha) && is_there(a.atoms[atom]) && is_there(b.atoms[atom]))
            atoms.push_back({point(a.atoms[atom]), point(b.atoms[atom]), at});
        ++at;
      }
    return analysis::lddt(atoms, at);
  }

  ordered_json scores_of(const std::vector<ChainPair>& pairs, analysis::Superposition* best) const {
    std::vector<Coordinates> a, b;
    std::int64_t length = 0;
    for (const ChainPair& pair : pairs) {
      for (const auto& [i, j] : pair.residues) {
        a.push_back(point(residue(model_, pair.model, i).atoms[kAlpha]));
        b.push_back(point(residue(reference_, pair.reference, j).atoms[kAlpha]));
      }
      length += static_cast<std::int64_t>(reference_.chains[pair.reference].residues.size());
    }
    const analysis::Similarity found = analysis::similarity(a, b, length);
    if (best != nullptr) *best = found.best;
    return {{"model_chain", name_of(model_, pairs.front().model)},
            {"reference_chain", name_of(reference_, pairs.front().reference)},
            {"residues", a.size()},
            {"reference_residues", length},
            {"rmsd", analysis::rmsd(a, b, analysis::superpose(a, b))},
            {"tm_score", found.tm_score},
            {"gdt_ts", found.gdt_ts},
            {"gdt_ha", found.gdt_ha},
            {"lddt_ca", number(lddt_of(pairs, true).all)},
            {"lddt", number(lddt_of(pairs, false).all)}};
  }

  const StructureOptions& options_;
  io::AtomStructure model_, reference_;
  std::vector<ChainPair> pairs_;
  analysis::Superposition best_;
};

std::string cell(const ordered_json& value) {
  return value.is_null() ? "-" : fmt::format("{:.4f}", value.get<double>());
}

std::string scores_text(const ordered_json& scores) {
  std::string out = fmt::format("{:<10}{:>10}{:>9}{:>10}{:>9}{:>9}{:>10}{:>9}\n", "chains", "residues", "RMSD",
                                "TM-score", "GDT-TS", "GDT-HA", "lDDT-Cα", "lDDT");
  const auto line = [&](const std::string& name, const ordered_json& of) {
    out += fmt::format(
        "{:<10}{:>10}{:>9.3f}{:>10}{:>9}{:>9}{:>9}{:>9}\n", name,
        fmt::format("{}/{}", of["residues"].get<std::int64_t>(), of["reference_residues"].get<std::int64_t>()),
        of["rmsd"].get<double>(), cell(of["tm_score"]), cell(of["gdt_ts"]), cell(of["gdt_ha"]), cell(of["lddt_ca"]),
        cell(of["lddt"]));
  };
  for (const ordered_json& chain : scores["chains"])
    line(fmt::format("{} : {}", chain["model_chain"].get<std::string>(), chain["reference_chain"].get<std::string>()),
         chain);
  if (scores["chains"].size() > 1) line("together", scores["together"]);
  return out;
}

std::string residues_csv(const ordered_json& residues) {
  std::string out;
  std::vector<std::string> names;
  for (const auto& [name, value] : residues.front().items()) names.push_back(name);
  append_row(out, names);
  for (const ordered_json& one : residues) {
    std::vector<std::string> row;
    for (const auto& [name, value] : one.items())
      row.push_back(value.is_null()           ? ""
                    : value.is_string()       ? value.get<std::string>()
                    : value.is_number_float() ? number_text(value.get<double>())
                                              : value.dump());
    append_row(out, row);
  }
  return out;
}

}  // namespace

void compare_structures(const StructureOptions& options, Context& context) {
  if (options.input.size() != 3)
    throw Error(ErrorKind::usage, {"name a model and a reference", {}, "groel structure compare MODEL REFERENCE"});
  Comparison comparison(options, context.sink);
  ordered_json scores = comparison.scores();
  if (!options.output.empty()) {
    const ordered_json residues = comparison.residues();
    scores["of_residues"] = residues;
    write_text(options.output, options.output.ends_with(".json") ? scores.dump(2) + "\n" : residues_csv(residues));
  }
  if (!options.superposed.empty())
    write_text(options.superposed, comparison.superposed_text(options.superposed.ends_with(".pdb")));
  context.out << (options.json ? scores.dump(2) + "\n" : scores_text(scores));
}

}  // namespace groel::tasks
