// groel fold --check: what a job will be run as.
#include <nlohmann/json.hpp>

#include "base/options.h"
#include "base/system.h"
#include "base/words.h"
#include "folding/alignment.h"
#include "folding/features.h"
#include "folding/molecule.h"
#include "tasks/fold/network.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

std::string alignment_text(const std::optional<std::string>& a3m) {
  if (!a3m) return "to be searched";
  const std::size_t rows = folding::alignment_rows(*a3m).size();
  return rows <= 1 ? "the sequence alone" : counted(rows, "row");
}

std::string alignments_of(const folding::JobChain& chain) {
  if (chain.molecule == folding::Molecule::dna || chain.molecule == folding::Molecule::ligand) return "-";
  if (chain.molecule == folding::Molecule::rna || !chain.unpaired_msa) return alignment_text(chain.unpaired_msa);
  return fmt::format("{}; paired {}", alignment_text(chain.unpaired_msa), alignment_text(chain.paired_msa));
}

std::string templates_of(const folding::JobChain& chain) {
  if (chain.molecule != folding::Molecule::protein) return "-";
  if (!chain.templates) return "to be searched";
  return chain.templates->empty() ? "none" : fmt::format("{}", chain.templates->size());
}

ordered_json chain_row(const folding::TokenLayout& layout, std::size_t index) {
  const folding::JobChain& chain = layout.chains[index];
  const auto [first, last] = layout.range(index);
  ordered_json row{{"chain", chain.id},
                   {"molecule", folding::name(chain.molecule)},
                   {"residues", chain.length()},
                   {"tokens", last - first},
                   {"modified", chain.modifications.size()},
                   {"alignments", alignments_of(chain)},
                   {"templates", templates_of(chain)}};
  if (chain.molecule == folding::Molecule::ligand)
    row["of"] = chain.smiles ? ordered_json(*chain.smiles) : ordered_json(chain.components);
  return row;
}

// Products of the network are about so much slower than the largest alone.
constexpr double kOfProductSpeed = 0.5;

// Of the weights that are named, or of AlphaFold 3.
structure_models::NetworkFacts facts_of(const FoldOptions& options) {
  const std::string path = fold_weights(options);
  return path.empty() ? structure_models::alphafold3_facts() : structure_models::structure_network_facts(path);
}

struct Machine {
  structure_models::NetworkFacts facts;
  double speed = product_speed();
};

ordered_json checked(const FoldJob& one, const FoldOptions& options, const Machine& machine) {
  const folding::TokenLayout layout =
      folding::lay_out(one.job, one.components,
                       {.keep_standalone_glycans = options.keep_standalone_glycans, .rules = machine.facts.tokens});
  const std::size_t padded = folding::padded_tokens(layout.tokens.size(), options.feature_options().buckets);
  const structure_models::RunSettings settings = options.run_settings(machine.facts.usual);
  const structure_models::NetworkCost cost = fold_cost(layout, machine.facts, settings);
  ordered_json out{{"job", one.job.name},
                   {"file", one.file},
                   {"folder", folding::file_name(one.job)},
                   {"seeds", one.job.seeds},
                   {"chains", ordered_json::array()},
                   {"tokens", layout.tokens.size()},
                   {"padded_tokens", padded},
                   {"atoms", layout.atom_count()},
                   {"bonds", layout.to_polymers.size() + layout.of_ligands.size()},
                   {"network", machine.facts.title},
                   {"passes", settings.passes},
                   {"steps", settings.sampler.steps},
                   {"memory_bytes", cost.memory()},
                   {"weight_bytes", cost.weights},
                   {"seconds_per_seed", cost.work() / (machine.speed * kOfProductSpeed)},
                   {"conformers", folding::has_molecules() && !options.ideal ? "RDKit" : "ideal coordinates"},
                   {"notes", one.job.notes}};
  for (std::size_t c = 0; c < layout.chains.size(); ++c) out["chains"].push_back(chain_row(layout, c));
  for (const std::string& note : layout.notes) out["notes"].push_back(note);
  return out;
}

std::string text_of(const ordered_json& job) {
  std::string out = fmt::format("{} ({}): {}\n", job["job"].get<std::string>(), job["file"].get<std::string>(),
                                counted(job["seeds"].size(), "seed"));
  out += fmt::format("  {:<6}{:<9}{:>9}{:>8}{:>10}  {:<48}{}\n", "chain", "molecule", "residues", "tokens", "modified",
                     "alignments", "templates");
  for (const ordered_json& chain : job["chains"])
    out += fmt::format("  {:<6}{:<9}{:>9}{:>8}{:>10}  {:<48}{}\n", chain["chain"].get<std::string>(),
                       chain["molecule"].get<std::string>(), chain["residues"].get<int>(), chain["tokens"].get<int>(),
                       chain["modified"].get<int>(), chain["alignments"].get<std::string>(),
                       chain["templates"].get<std::string>());
  out +=
      fmt::format("  {}, padded to {}; {}; {}; conformers by {}\n", counted(job["tokens"].get<std::size_t>(), "token"),
                  job["padded_tokens"].get<int>(), counted(job["atoms"].get<std::size_t>(), "atom"),
                  counted(job["bonds"].get<std::size_t>(), "bond"), job["conformers"].get<std::string>());
  const auto memory = job["memory_bytes"].get<std::size_t>();
  out += fmt::format(
      "  {} ({}, {}) takes up to {} of memory (its weights {}; {} are free) and about {} for each seed here\n",
      job["network"].get<std::string>(), counted(job["passes"].get<std::size_t>(), "pass", "passes"),
      counted(job["steps"].get<std::size_t>(), "step"), format_bytes(memory),
      format_bytes(job["weight_bytes"].get<std::size_t>()), format_bytes(available_memory()),
      time_text(job["seconds_per_seed"].get<double>()));
  return out;
}

}  // namespace

void check_fold_jobs(const std::vector<FoldJob>& jobs, const FoldOptions& options, Context& context) {
  ordered_json all = ordered_json::array();
  const Machine machine{facts_of(options)};
  for (const FoldJob& one : jobs) {
    all.push_back(checked(one, options, machine));
    // Those of the file were said when it was read.
    const ordered_json& notes = all.back()["notes"];
    for (std::size_t i = one.job.notes.size(); i < notes.size(); ++i)
      context.sink.warning(fmt::format("{}: {}", one.job.name, notes[i].get<std::string>()));
  }
  if (options.json) {
    context.out << ordered_json{{"jobs", all}}.dump(2) << '\n';
    return;
  }
  for (const ordered_json& job : all) context.out << text_of(job);
}

}  // namespace groel::tasks
