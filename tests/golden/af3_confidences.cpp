// AlphaFold 3's confidences: from logits to arrays, from arrays to scores, and every file of its output folders.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"
#include "folding/clash.h"
#include "folding/confidence_heads.h"
#include "folding/disorder.h"
#include "folding/job_layout.h"
#include "folding/output_files.h"
#include "golden/af3_case.h"
#include "golden/file_differences.h"
#include "golden/kind.h"
#include "golden/prediction_case.h"
#include "support/compare.h"
#include "support/files.h"

namespace groel::golden {
namespace {

namespace fs = std::filesystem;
using namespace folding;
using nlohmann::json;
using testing::max_difference;

constexpr double kErrors = 2e-5;  // Å
constexpr double kProbabilities = 2e-6;
constexpr double kLddt = 2e-4;
constexpr double kScores = 1e-6;

std::set<std::string> names_of(const fs::path& folder) {
  constexpr std::string_view kEnd = ".expected.json";
  std::set<std::string> out;
  for (const auto& entry : fs::directory_iterator(folder))
    if (const std::string name = entry.path().filename().string(); name.ends_with(kEnd))
      out.insert(name.substr(0, name.size() - kEnd.size()));
  return out;
}

std::vector<std::uint8_t> frames_of(const ConfidenceCase& one, std::size_t seed) {
  std::vector<std::uint8_t> out;
  for (const float frame : one.values(seed, "frames_mask")) out.push_back(frame != 0 ? 1 : 0);
  return out;
}

// The first sample of the first seed, whose logits there are.
void check_heads(const ConfidenceCase& one, Rows& rows) {
  if (!one.has(0, "pae_logits")) return rows.not_run(one.name() + ": from logits", "the case has none");
  const std::size_t n = one.layout().tokens.size();
  const auto row = [&](const char* what, const std::vector<float>& ours, const std::vector<float>& theirs,
                       double tolerance) {
    rows.near(fmt::format("{}: {} from logits, largest difference", one.name(), what), max_difference(ours, theirs),
              tolerance);
  };
  const std::vector<std::int32_t> chains = token_chains(one.layout());
  const std::vector<float> logits = one.values(0, "pae_logits");
  AlignedErrors errors;  // in two parts, as a model may have them
  const std::size_t half = n / 2, cut = half * n * kErrorBins;
  add_aligned_errors(std::span(logits).first(cut), 0, chains, errors);
  add_aligned_errors(std::span(logits).subspan(cut), half, chains, errors);
  row("PAE", errors.pae, one.values(0, "full_pae", 0), kErrors);
  row("TM terms of all", errors.tm_global, one.values(0, "tmscore_adjusted_pae_global", 0), kProbabilities);
  row("TM terms of pairs", errors.tm_interface, one.values(0, "tmscore_adjusted_pae_interface", 0), kProbabilities);
  row("PDE", expected_error(plus_transpose(one.values(0, "pde_half_logits"), n)), one.values(0, "full_pde", 0),
      kErrors);
  row("contact probabilities", contact_probabilities(plus_transpose(one.values(0, "distogram_half_logits"), n)),
      one.values(0, "contact_probs"), kProbabilities);
  row("pLDDT", expected_lddt(one.values(0, "plddt_logits")), one.values(0, "predicted_lddt", 0), kLddt);
}

// null stands for NaN in what Python wrote.
double number_of_json(const json& value) { return value.is_number() ? value.get<double>() : NAN; }

double apart(double ours, double theirs) {
  if (std::isnan(ours) || std::isnan(theirs)) return std::isnan(ours) == std::isnan(theirs) ? 0 : INFINITY;
  return std::abs(ours - theirs);
}

void flatten(const json& value, std::vector<double>& to) {
  if (!value.is_array()) return to.push_back(number_of_json(value));
  for (const json& part : value) flatten(part, to);
}

void compare_lists(const std::string& what, const std::vector<double>& ours, const json& theirs, Worst& worst) {
  std::vector<double> expected;
  flatten(theirs, expected);
  if (expected.size() != ours.size()) return worst.add(what, INFINITY, "another size");
  for (std::size_t i = 0; i < ours.size(); ++i)
    worst.add(what, apart(ours[i], expected[i]), fmt::format("value {}", i));
}

void compare_summary(const ConfidenceSummary& ours, const json& theirs, Worst& worst) {
  const auto number = [&](const char* key, double value) {
    worst.add(key, apart(value, number_of_json(theirs.at(key))), key);
  };
  number("ptm", ours.ptm);
  number("iptm", ours.iptm);
  number("ranking_score", ours.ranking_score);
  number("fraction_disordered", ours.fraction_disordered);
  number("has_clash", ours.has_clash ? 1 : 0);
  compare_lists("chain_pair_pae_min", ours.chain_pair_pae_min, theirs.at("chain_pair_pae_min"), worst);
  compare_lists("chain_pair_iptm", ours.chain_pair_iptm, theirs.at("chain_pair_iptm"), worst);
  compare_lists("chain_ptm", ours.chain_ptm, theirs.at("iptm_ichain"), worst);
  compare_lists("chain_iptm", ours.chain_iptm, theirs.at("iptm_xchain"), worst);
}

// DSSP's areas, which are whole numbers, and their windowed parts.
std::string areas_differ(const ConfidenceCase& one, std::span<const float> positions, const json& theirs,
                         Worst& worst) {
  for (const LayoutChain& chain : one.layout().chains) {
    if (!theirs.contains(chain.id)) continue;
    const ChainAccessibility ours = chain_accessibility(one.layout(), chain, positions);
    std::vector<int> areas;
    for (const json& residue : theirs[chain.id].at("dssp"))
      if (residue.at(0) != "!") areas.push_back(residue.at(1).get<int>());
    for (std::size_t i = 0; i < std::max(areas.size(), ours.areas.size()); ++i)
      if (i >= areas.size() || i >= ours.areas.size() || areas[i] != ours.areas[i])
        return fmt::format("chain {}, residue {}: {}, not {}", chain.id, i + 1,
                           i < ours.areas.size() ? ours.areas[i] : -1, i < areas.size() ? areas[i] : -1);
    compare_lists("windowed areas", ours.windowed, theirs[chain.id].at("windowed"), worst);
  }
  return {};
}

// A sample's arrays, which its Prediction looks at.
struct SampleArrays {
  std::vector<float> positions, plddt, pae, contacts, tm_global, tm_interface;
  std::vector<std::int32_t> chains;
  std::vector<std::uint8_t> frames;

  SampleArrays(const ConfidenceCase& one, std::size_t s, std::size_t k)
      : positions(values_of_atoms(one.layout(), one.values(s, "positions", k), 3)),
        plddt(values_of_atoms(one.layout(), one.values(s, "predicted_lddt", k), 1)),
        pae(one.values(s, "full_pae", k)),
        contacts(one.values(s, "contact_probs")),
        tm_global(one.values(s, "tmscore_adjusted_pae_global", k)),
        tm_interface(one.values(s, "tmscore_adjusted_pae_interface", k)),
        chains(token_chains(one.layout())),
        frames(frames_of(one, s)) {}
  Prediction prediction(const AtomLayout& layout) const {
    return {positions, plddt, pae, contacts,
            summarise(layout, positions, {chains, frames, pae, tm_global, tm_interface})};
  }
};

// With the licence if the case has one.
ModelOrigin origin_of(const ConfidenceCase& one) {
  const CifItems items = cif_items(one.text(one.name() + "_model.cif"));
  const std::string version = items.at("_software.version").at(0);
  const std::size_t open = version.find('(');
  return alphafold3_origin({"3.0.4", "2026-01-01 00:00:00", version.substr(open + 1, version.size() - open - 2),
                            items.at("_pdbx_data_usage.id").size() > 1});
}

double mean_apart(const std::vector<float>& pde, const json& theirs) {
  double sum = 0;
  for (const float error : pde) sum += error;
  return std::abs(sum / static_cast<double>(pde.size()) - number_of_json(theirs.at("predicted_distance_error")));
}

void check_case(const ConfidenceCase& one, Rows& rows) {
  check_heads(one, rows);
  const testing::TemporaryFolder work;
  OutputFiles files(work / one.name(), {one.name(), origin_of(one), "", false});
  Worst scores, windowed, errors;
  std::string areas, tokens;
  for (std::size_t s = 0; s < one.seeds(); ++s)
    for (std::size_t k = 0; k < one.samples(); ++k) {
      const json& theirs = one.expected().at("runs").at(fmt::format("s{}.{}", s, k));
      const SampleArrays arrays(one, s, k);
      const Prediction prediction = arrays.prediction(one.layout());
      compare_summary(prediction.summary, theirs, scores);
      const std::string differs = areas_differ(one, arrays.positions, theirs.at("dssp"), windowed);
      if (areas.empty() && !differs.empty()) areas = fmt::format("seed {}, sample {}, {}", s, k, differs);
      errors.add("mean PDE", mean_apart(one.values(s, "full_pde", k), theirs), fmt::format("seed {}, sample {}", s, k));
      files.add_sample({one.seed(s), static_cast<std::int64_t>(k)}, one.layout(), prediction);
    }
  files.finish();
  scores.write(rows, one.name() + ": ", kScores);
  errors.write(rows, one.name() + ": ", kErrors);
  rows.exact(one.name() + ": areas of residues that water reaches", areas);
  windowed.write(rows, one.name() + ": ", 1e-12);
  FileDifferences differences;
  differences.add(files.folder(), one.output());
  differences.write(rows, one.name() + "_output");
}

// The layout that comes of the job is that of the file that AlphaFold 3 wrote.
std::string layout_differs(const AtomLayout& ours, const AtomLayout& theirs) {
  const auto same = [](const auto& a, const auto& b, const auto& key) {
    return std::ranges::equal(a, b, {}, key, key);
  };
  if (!same(ours.chains, theirs.chains,
            [](const LayoutChain& one) { return std::tuple(one.id, one.type, one.first_residue, one.residues); }))
    return "chains";
  if (!same(ours.residues, theirs.residues, [](const LayoutResidue& one) {
        return std::tuple(one.component, one.number, one.chain, one.first_atom, one.atoms);
      }))
    return "residues";
  if (!same(ours.atoms, theirs.atoms,
            [](const LayoutAtom& one) { return std::tuple(one.name, one.element, one.residue); }))
    return "atoms";
  if (!same(ours.tokens, theirs.tokens, [](const LayoutToken& one) { return std::tuple(one.residue, one.atoms); }))
    return "tokens";
  for (std::size_t i = 0; i < std::min(ours.components.size(), theirs.components.size()); ++i) {
    const auto key = [](const LayoutComponent& one) {
      return fmt::format("{} {} {} {} {} {} {} {}", one.id, one.type, one.name, one.synonyms, one.formula, one.weight,
                         one.standard, one.smiles);
    };
    if (key(ours.components[i]) != key(theirs.components[i])) return key(ours.components[i]);
  }
  return ours.components.size() == theirs.components.size() ? "" : "components";
}

void check_layout(const ConfidenceCase& one, const Case& golden, Rows& rows) {
  const std::string file = "confidences/" + one.name() + ".json";
  const Job job = af3_job(golden, parse_jobs(read_text(golden.folder() / file), file, golden.folder()).at(0));
  const ComponentTable components = af3_components(golden, job);
  rows.exact(one.name() + ": layout of its job",
             layout_differs(atom_layout(lay_out(job, components), components, job), one.layout()));
}

bool knows(const Case& golden) {
  return golden.holds("confidences") && !names_of(golden.folder() / "confidences").empty();
}

void check(const Case& golden, Rows& rows) {
  const fs::path folder = golden.folder() / "confidences";
  for (const std::string& name : names_of(folder)) {
    const ConfidenceCase one(folder, name);
    if (fs::exists(folder / (name + ".json"))) check_layout(one, golden, rows);
    check_case(one, rows);
  }
}

}  // namespace

Kind af3_confidences_kind() { return {"af3 confidences", knows, check}; }

}  // namespace groel::golden
