// Prints confidences as JSON, with the digits of AlphaFold 3.
#include "folding/output_confidences.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json_numbers.h"

namespace groel::folding {
namespace {

// Python's round(x, 2): ties to the even digit.
nlohmann::ordered_json two_decimals(double value) { return number_or_null(std::nearbyint(value * 100) / 100); }

nlohmann::ordered_json two_decimals(std::span<const double> values) {
  nlohmann::ordered_json out = nlohmann::ordered_json::array();
  for (const double value : values) out.push_back(two_decimals(value));
  return out;
}

nlohmann::ordered_json square(const std::vector<double>& values, std::size_t side) {
  nlohmann::ordered_json out = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < side; ++i) out.push_back(two_decimals(std::span(values).subspan(i * side, side)));
  return out;
}

// How a kind of value is printed: `steps` of a unit (10: one decimal), and the largest that there is.
struct Digits {
  float steps, largest;
};
constexpr Digits kPaeDigits{10, 99.9F}, kLddtDigits{100, 99.99F}, kProbabilityDigits{100, 1};

// Rounded in float32 with ties away from zero; at least one decimal, and no other zero at the end.
void append_number(float value, Digits digits, std::string& to) {
  if (std::isnan(value)) {
    to += "null";
    return;
  }
  const int steps = static_cast<int>(std::round(std::clamp(value, 0.0F, digits.largest) * digits.steps));
  const int hundredths = digits.steps == 10 ? steps * 10 : steps;
  to += std::to_string(hundredths / 100);
  to += '.';
  to += static_cast<char>('0' + hundredths / 10 % 10);
  if (hundredths % 10 != 0) to += static_cast<char>('0' + hundredths % 10);
}

void append_numbers(std::span<const float> values, Digits digits, std::string& to) {
  to += '[';
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) to += ',';
    append_number(values[i], digits, to);
  }
  to += ']';
}

void add_matrix(std::span<const float> values, std::size_t side, Digits digits, OutputStream& to) {
  GROEL_REQUIRE(values.size() == side * side);
  to.add("[");
  for (std::size_t i = 0; i < side; ++i) {
    std::string row = i == 0 ? "" : ",";
    append_numbers(values.subspan(i * side, side), digits, row);
    to.add(row);
  }
  to.add("]");
}

// ["A","A"]: what nlohmann prints without spaces.
template <class Items, class TextOf>
std::string list_of(const Items& items, const TextOf& text_of) {
  nlohmann::json out = nlohmann::json::array();
  for (const auto& item : items) out.push_back(text_of(item));
  return out.dump();
}

}  // namespace

std::string summary_json(const AtomLayout& layout, const ConfidenceSummary& summary) {
  const std::size_t chains = layout.chains.size();
  nlohmann::ordered_json ids = nlohmann::ordered_json::array();
  for (const LayoutToken& token : layout.tokens) ids.push_back(layout.chain_of(token).id);
  nlohmann::ordered_json out{{"chain_ids", ids},
                             {"chain_iptm", two_decimals(summary.chain_iptm)},
                             {"chain_pair_iptm", square(summary.chain_pair_iptm, chains)},
                             {"chain_pair_pae_min", square(summary.chain_pair_pae_min, chains)},
                             {"chain_ptm", two_decimals(summary.chain_ptm)},
                             {"fraction_disordered", two_decimals(summary.fraction_disordered)},
                             {"has_clash", summary.has_clash ? 1.0 : 0.0},
                             {"iptm", two_decimals(summary.iptm)},
                             {"ptm", two_decimals(summary.ptm)},
                             {"ranking_score", two_decimals(summary.ranking_score)}};
  for (const SummaryEntry& one : summary.more)
    out[one.key] = one.of == SummaryEntry::Of::whole    ? two_decimals(one.values.front())
                   : one.of == SummaryEntry::Of::chains ? two_decimals(one.values)
                                                        : square(one.values, chains);
  return out.dump(1);
}

void write_confidences(const AtomLayout& layout, const Prediction& prediction, OutputStream& to) {
  GROEL_REQUIRE(prediction.plddt.size() == layout.atoms.size());
  const auto residue_of = [&](std::int32_t residue) { return layout.residues[static_cast<std::size_t>(residue)]; };
  to.add("{\n  \"atom_chain_ids\": ");
  to.add(list_of(layout.atoms, [&](const LayoutAtom& atom) {
    return layout.chains[static_cast<std::size_t>(residue_of(atom.residue).chain)].id;
  }));
  std::string lddt;
  append_numbers(prediction.plddt, kLddtDigits, lddt);
  to.add(",\n  \"atom_plddts\": " + lddt + ",\n  \"contact_probs\": ");
  add_matrix(prediction.contact_probs, layout.tokens.size(), kProbabilityDigits, to);
  to.add(",\n  \"pae\": ");
  add_matrix(prediction.pae, layout.tokens.size(), kPaeDigits, to);
  to.add(",\n  \"token_chain_ids\": ");
  to.add(list_of(layout.tokens, [&](const LayoutToken& token) { return layout.chain_of(token).id; }));
  to.add(",\n  \"token_res_ids\": ");
  to.add(list_of(layout.tokens, [&](const LayoutToken& token) { return residue_of(token.residue).number; }));
  to.add("\n}");
}

}  // namespace groel::folding
