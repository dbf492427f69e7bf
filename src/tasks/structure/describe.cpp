// groel structure info, sasa and convert.
#include <cmath>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "analysis/solvent.h"
#include "base/text_file.h"
#include "base/words.h"
#include "io/structure.h"
#include "io/structure_atoms.h"
#include "tasks/reading/csv_text.h"
#include "tasks/structure/options.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

ordered_json info_of(const std::string& path) {
  const bio::Structure structure = io::read_structure(path);
  const io::AtomStructure atoms = io::read_atoms(path);
  ordered_json out{{"file", path},
                   {"models", atoms.models},
                   {"residues_not_of_proteins", atoms.hetero},
                   {"chains", ordered_json::array()}};
  for (const bio::Chain& chain : structure.chains) {
    std::int64_t seen = 0, modified = 0;
    for (const bio::SeenResidue& residue : chain.residues) {
      ++seen;
      modified += residue.modified;
    }
    ordered_json row{
        {"chain", chain.name}, {"residues", chain.sequence.size()}, {"seen", seen}, {"modified", modified}};
    for (const io::AtomChain& one : atoms.chains) {
      if (one.name != chain.name) continue;
      double sum = 0;
      for (const io::AtomResidue& residue : one.residues) sum += residue.b_factor;
      row["mean_b_factor"] = sum / static_cast<double>(one.residues.size());
      row["first"] = one.residues.front().number;
      row["last"] = one.residues.back().number;
    }
    row["sequence"] = chain.sequence;
    out["chains"].push_back(std::move(row));
  }
  out["notes"] = structure.notes;
  return out;
}

std::string info_text(const ordered_json& info) {
  std::string out =
      fmt::format("{}: {}, {} of proteins, {} that are not of proteins\n", info["file"].get<std::string>(),
                  counted(info["models"].get<std::int64_t>(), "model"), counted(info["chains"].size(), "chain"),
                  counted(info["residues_not_of_proteins"].get<std::int64_t>(), "residue"));
  out += fmt::format("{:<8}{:>10}{:>8}{:>10}{:>15}{:>14}\n", "chain", "residues", "seen", "modified", "numbered",
                     "mean B factor");
  for (const ordered_json& chain : info["chains"]) {
    const bool atoms = chain.contains("mean_b_factor");
    out += fmt::format(
        "{:<8}{:>10}{:>8}{:>10}{:>15}{:>14}\n", chain["chain"].get<std::string>(),
        chain["residues"].get<std::int64_t>(), chain["seen"].get<std::int64_t>(), chain["modified"].get<std::int64_t>(),
        atoms ? fmt::format("{} to {}", chain["first"].get<std::int64_t>(), chain["last"].get<std::int64_t>()) : "-",
        atoms ? fmt::format("{:.2f}", chain["mean_b_factor"].get<double>()) : "-");
  }
  for (const auto& note : info["notes"]) out += note.get<std::string>() + "\n";
  return out;
}

struct Area {
  std::string chain;
  const io::AtomResidue* residue;
  double whole, alone;
};

// Of chains together, residue by residue.
std::vector<double> areas_of(const std::vector<const io::AtomChain*>& chains) {
  std::vector<analysis::SolventAtom> atoms;
  std::int64_t residues = 0;
  for (const io::AtomChain* chain : chains)
    for (const io::AtomResidue& residue : chain->residues) {
      for (std::size_t a = 0; a < residue.atoms.size(); ++a)
        if (const auto& at = residue.atoms[a]; std::isfinite(at[0]))
          atoms.push_back({{at[0], at[1], at[2]}, io::kAtomNames[a][0], residues});
      ++residues;
    }
  return analysis::solvent_areas(atoms, residues);
}

std::vector<Area> all_areas(const io::AtomStructure& structure, const std::vector<std::string>& names,
                            const std::string& path) {
  std::vector<const io::AtomChain*> chains;
  std::vector<std::string> known;
  for (const io::AtomChain& chain : structure.chains) {
    known.push_back(chain.name);
    if (names.empty() || std::find(names.begin(), names.end(), chain.name) != names.end()) chains.push_back(&chain);
  }
  for (const std::string& name : names)
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw Error(ErrorKind::not_found,
                  {fmt::format("there is no chain '{}'", name), path, "its chains are " + listed(known)});
  const std::vector<double> together = areas_of(chains);
  std::vector<Area> out;
  for (const io::AtomChain* chain : chains) {
    const std::vector<double> alone = areas_of({chain});
    for (std::size_t i = 0; i < chain->residues.size(); ++i)
      out.push_back({chain->name, &chain->residues[i], together[out.size()], alone[i]});
  }
  return out;
}

}  // namespace

void describe_structure(const StructureOptions& options, Context& context) {
  if (options.input.size() < 2) throw Error(ErrorKind::usage, {"name a structure", {}, "groel structure info FILE"});
  ordered_json all = ordered_json::array();
  for (std::size_t i = 1; i < options.input.size(); ++i) all.push_back(info_of(options.input[i]));
  if (options.json)
    context.out << (all.size() == 1 ? all.front() : all).dump(2, ' ', false, ordered_json::error_handler_t::replace)
                << '\n';
  if (!options.output.empty()) write_text(options.output, all.dump(2) + "\n");
  for (const ordered_json& info : all)
    if (!options.json) context.out << info_text(info);
}

void tell_solvent_area(const StructureOptions& options, Context& context) {
  if (options.input.size() != 2) throw Error(ErrorKind::usage, {"name a structure", {}, "groel structure sasa FILE"});
  const io::AtomStructure structure = io::read_atoms(options.input[1]);
  const std::vector<Area> areas = all_areas(structure, options.chain, options.input[1]);
  std::map<std::string, std::pair<double, double>> sums;
  ordered_json rows = ordered_json::array();
  std::string csv;
  append_row(csv, std::vector<std::string>{"chain", "number", "residue", "area", "relative", "area_of_chain_alone"});
  for (const Area& one : areas) {
    const double relative = one.whole / analysis::largest_solvent_area(one.residue->letter);
    rows.push_back({{"chain", one.chain},
                    {"number", one.residue->insertion == ' ' ? ordered_json(one.residue->number)
                                                             : ordered_json(one.residue->label())},
                    {"residue", std::string(1, one.residue->letter)},
                    {"area", one.whole},
                    {"relative", relative},
                    {"area_of_chain_alone", one.alone}});
    append_row(csv, std::vector<std::string>{one.chain, one.residue->label(), std::string(1, one.residue->letter),
                                             fmt::format("{:.2f}", one.whole), fmt::format("{:.4f}", relative),
                                             fmt::format("{:.2f}", one.alone)});
    sums[one.chain].first += one.whole;
    sums[one.chain].second += one.alone;
  }
  ordered_json out{{"file", options.input[1]}, {"chains", ordered_json::object()}, {"residues", rows}};
  double together = 0, apart = 0;
  for (const auto& [chain, sum] : sums) {
    out["chains"][chain] = {{"area", sum.first}, {"area_alone", sum.second}};
    together += sum.first;
    apart += sum.second;
  }
  out["buried_between_chains"] = apart - together;
  if (!options.output.empty()) write_text(options.output, options.output.ends_with(".json") ? out.dump(2) + "\n" : csv);
  if (options.json) {
    context.out << out.dump(2) << '\n';
    return;
  }
  if (options.output.empty()) context.out << csv;
  for (const auto& [chain, sum] : sums)
    context.sink.note(fmt::format("chain {}: {:.1f} Å², alone {:.1f} Å²", chain, sum.first, sum.second));
  if (sums.size() > 1) context.sink.note(fmt::format("buried between the chains: {:.1f} Å²", apart - together));
}

void convert_structure(const StructureOptions& options, Context& context) {
  const std::string& to = options.output;
  if (options.input.size() != 2 || (!to.ends_with(".pdb") && !to.ends_with(".cif")))
    throw Error(ErrorKind::usage, {"name one structure, and a file to write", "--output",
                                   "groel structure convert FILE -o OUT.cif (or .pdb)"});
  write_text(to, io::converted_structure(options.input[1], to.ends_with(".pdb")));
  if (options.json) context.out << ordered_json{{"file", to}}.dump(2) << '\n';
  context.sink.note(fmt::format("{} is in {}", options.input[1], to));
}

}  // namespace groel::tasks
