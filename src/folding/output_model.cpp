// Lays out the categories of a predicted structure's mmCIF file.
#include "folding/output_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

#include "base/error.h"
#include "folding/output_sequences.h"
#include "io/cif_writer.h"

namespace groel::folding {
namespace {

using io::CifCategory;
using Categories = std::vector<CifCategory>;

CifCategory of_one_row(std::string name, std::vector<std::pair<std::string, std::string>> pairs) {
  std::vector<std::string> items, values;
  for (auto& [item, value] : pairs) {
    items.push_back(std::move(item));
    values.push_back(std::move(value));
  }
  CifCategory out(std::move(name), std::move(items));
  if (!values.empty()) out.add(values);
  return out;
}

void add_origin(const ModelOrigin& origin, Categories& to) {
  CifCategory authors("_audit_author", {"name", "pdbx_ordinal"});
  CifCategory paper("_citation_author", {"citation_id", "name", "ordinal"});
  for (std::size_t i = 0; i < origin.authors.size(); ++i) {
    authors.add({origin.authors[i], std::to_string(i + 1)});
    if (!origin.citation.empty()) paper.add({"primary", origin.authors[i], std::to_string(i + 1)});
  }
  CifCategory usage("_pdbx_data_usage", {"details", "id", "type", "url"});
  for (std::size_t i = 0; i < origin.usage.size(); ++i)
    usage.add({origin.usage[i].details, std::to_string(i + 1), origin.usage[i].type, origin.usage[i].url});
  CifCategory steps("_ma_protocol_step", {"method_type", "ordinal_id", "protocol_id", "step_id"});
  for (std::size_t i = 0; i < origin.steps.size(); ++i)
    steps.add({origin.steps[i], std::to_string(i + 1), "1", std::to_string(i + 1)});
  for (CifCategory& one : Categories{authors, paper, usage, steps, of_one_row("_citation", origin.citation)})
    to.push_back(std::move(one));
  to.push_back(of_one_row("_software", {{"classification", "other"},
                                        {"date", "?"},
                                        {"description", "Structure prediction"},
                                        {"name", origin.software},
                                        {"pdbx_ordinal", "1"},
                                        {"type", "package"},
                                        {"version", origin.version}}));
  to.push_back(of_one_row("_ma_model_list", {{"data_id", "1"},
                                             {"model_group_id", "1"},
                                             {"model_group_name", origin.group},
                                             {"model_id", "1"},
                                             {"model_name", "Top ranked model"},
                                             {"model_type", "Ab initio model"},
                                             {"ordinal_id", "1"}}));
}

// What every ModelCIF file says.
void add_model_cif(Categories& to) {
  to.push_back(of_one_row(
      "_audit_conform", {{"dict_location", "https://raw.githubusercontent.com/ihmwg/ModelCIF/master/dist/mmcif_ma.dic"},
                         {"dict_name", "mmcif_ma.dic"},
                         {"dict_version", "1.4.5"}}));
  to.push_back(of_one_row("_ma_data", {{"content_type", "model coordinates"}, {"id", "1"}, {"name", "Model"}}));
  to.push_back(of_one_row("_ma_software_group", {{"group_id", "1"}, {"ordinal_id", "1"}, {"software_id", "1"}}));
  CifCategory metrics("_ma_qa_metric", {"id", "mode", "name", "software_group_id", "type"});
  metrics.add({"1", "global", "pLDDT", "1", "pLDDT"});
  metrics.add({"2", "local", "pLDDT", "1", "pLDDT"});
  to.push_back(std::move(metrics));
}

std::string sequence_number(const AtomLayout& layout, const LayoutResidue& residue) {
  return is_polymer(layout.chains[static_cast<std::size_t>(residue.chain)].type) ? std::to_string(residue.number) : ".";
}

// NumPy's way of adding, in which means that lie between two printed values come out as in AlphaFold 3's files: eight
// sums side by side, of halves of what is longer than 128.
double sum_of(std::span<const double> values) {
  const std::size_t n = values.size();
  if (n > 128) {
    const std::size_t half = n / 2 - n / 2 % 8;
    return sum_of(values.first(half)) + sum_of(values.subspan(half));
  }
  if (n < 8) return std::accumulate(values.begin(), values.end(), 0.0);
  std::array<double, 8> r{};
  std::size_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (std::size_t k = 0; k < 8; ++k) r[k] += values[i + k];
  const double eights = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
  return std::accumulate(values.begin() + static_cast<std::ptrdiff_t>(i), values.end(), eights);
}

std::string printed_mean(std::span<const double> values) {
  return fmt::format("{:.2f}", values.empty() ? 0.0 : sum_of(values) / static_cast<double>(values.size()));
}

struct ResidueMetric {
  const LayoutResidue* residue;
  std::vector<double> of_atoms;
};

// By residue. Ligands have no sequence numbers, so that residues of a branched one that are of the same component are
// one row, as in AlphaFold 3's files.
std::vector<ResidueMetric> metrics_of(const AtomLayout& layout, std::span<const double> b_factors) {
  std::vector<ResidueMetric> out;
  std::map<std::tuple<std::int32_t, std::string, std::string>, std::size_t> rows;
  for (const LayoutResidue& residue : layout.residues) {
    if (residue.atoms == 0) continue;
    const auto [row, is_new] =
        rows.try_emplace({residue.chain, sequence_number(layout, residue), residue.component}, out.size());
    if (is_new) out.push_back({&residue, {}});
    const auto own =
        b_factors.subspan(static_cast<std::size_t>(residue.first_atom), static_cast<std::size_t>(residue.atoms));
    out[row->second].of_atoms.insert(out[row->second].of_atoms.end(), own.begin(), own.end());
  }
  return out;
}

void add_metrics(const AtomLayout& layout, std::span<const float> plddt, Categories& to) {
  std::vector<double> b_factors;  // as they are printed
  for (const float one : plddt) b_factors.push_back(std::strtod(fmt::format("{:.2f}", one).c_str(), nullptr));
  CifCategory local("_ma_qa_metric_local", {"label_asym_id", "label_comp_id", "label_seq_id", "metric_id",
                                            "metric_value", "model_id", "ordinal_id"});
  for (const ResidueMetric& one : metrics_of(layout, b_factors))
    local.add({layout.chains[static_cast<std::size_t>(one.residue->chain)].id, one.residue->component,
               sequence_number(layout, *one.residue), "2", printed_mean(one.of_atoms), "1",
               std::to_string(local.rows() + 1)});
  to.push_back(of_one_row(
      "_ma_qa_metric_global",
      {{"metric_id", "1"}, {"metric_value", printed_mean(b_factors)}, {"model_id", "1"}, {"ordinal_id", "1"}}));
  to.push_back(std::move(local));
}

void add_atoms(const AtomLayout& layout, const Prediction& prediction, Categories& to) {
  CifCategory sites("_atom_site",
                    {"group_PDB", "id", "type_symbol", "label_atom_id", "label_alt_id", "label_comp_id",
                     "label_asym_id", "label_entity_id", "label_seq_id", "pdbx_PDB_ins_code", "Cartn_x", "Cartn_y",
                     "Cartn_z", "occupancy", "B_iso_or_equiv", "auth_seq_id", "auth_asym_id", "pdbx_PDB_model_num"});
  std::set<std::string> elements;
  for (std::size_t a = 0; a < layout.atoms.size(); ++a) {
    const LayoutAtom& atom = layout.atoms[a];
    const LayoutResidue& residue = layout.residues[static_cast<std::size_t>(atom.residue)];
    const LayoutChain& chain = layout.chains[static_cast<std::size_t>(residue.chain)];
    const auto axis = [&](std::size_t i) { return fmt::format("{:.3f}", prediction.positions[3 * a + i]); };
    sites.add({is_polymer(chain.type) && is_standard_component(residue.component) ? "ATOM" : "HETATM",
               std::to_string(a + 1), atom.element, atom.name, ".", residue.component, chain.id,
               std::to_string(residue.chain + 1), sequence_number(layout, residue), "?", axis(0), axis(1), axis(2),
               "1.00", fmt::format("{:.2f}", prediction.plddt[a]), std::to_string(residue.number), chain.id, "1"});
    elements.insert(atom.element);
  }
  CifCategory types("_atom_type", {"symbol"});
  for (const std::string& element : elements) types.add({element});
  to.push_back(std::move(types));
  to.push_back(std::move(sites));
}

}  // namespace

std::string model_cif(const std::string& name, const AtomLayout& layout, const Prediction& prediction,
                      const ModelOrigin& origin) {
  require_finite(layout, prediction.positions);
  GROEL_REQUIRE(prediction.plddt.size() == layout.atoms.size());
  Categories categories{of_one_row("_entry", {{"id", name}})};
  add_origin(origin, categories);
  add_model_cif(categories);
  add_sequences(layout, categories);
  add_bonds(layout, categories);
  add_metrics(layout, prediction.plddt, categories);
  add_atoms(layout, prediction, categories);
  std::string block = name;
  std::replace(block.begin(), block.end(), ' ', '-');
  return origin.comment + io::cif_text(block, std::move(categories));
}

}  // namespace groel::folding
