// Makes the JSON of a page: columns of numbers, which are much smaller than objects.
#include "tasks/structure/page_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "report/base64.h"

namespace groel::tasks {
namespace {

using nlohmann::json;

json rounded(double value, double steps) {
  return std::isfinite(value) ? json(std::round(value * steps) / steps) : json();
}

// Texts numbered in the order in which they come.
class Dictionary {
 public:
  std::size_t operator()(const std::string& text) {
    const auto [found, is_new] = places_.emplace(text, texts_.size());
    if (is_new) texts_.push_back(text);
    return found->second;
  }
  const std::vector<std::string>& texts() const { return texts_; }

 private:
  std::map<std::string, std::size_t> places_;
  std::vector<std::string> texts_;
};

json atoms_data(const ShownModel& model) {
  Dictionary names, elements;
  json out{{"first", json::array({0})}};
  std::vector<std::size_t> name, element, first{0};
  std::vector<std::int64_t> at, b;
  for (const io::WholeResidue& residue : model.residues) {
    for (const io::RawAtom& atom : residue.atoms) {
      name.push_back(names(atom.name));
      element.push_back(elements(atom.element));
      for (const double x : atom.at) at.push_back(std::llround(x * 1000));
      b.push_back(std::llround(static_cast<double>(atom.b_factor) * model.scale * 100));
    }
    first.push_back(name.size());
  }
  out = {{"first", first}, {"name", name},           {"element", element},          {"at", at},
         {"b", b},         {"names", names.texts()}, {"elements", elements.texts()}};
  return out;
}

json chains_data(const ShownModel& model) {
  json out = json::array();
  for (const ShownChain& chain : model.chains) {
    double sum = 0;
    std::int64_t known = 0;
    for (std::size_t r = chain.first; r < chain.first + chain.count; ++r)
      if (!std::isnan(model.values[r])) {
        sum += model.values[r];
        ++known;
      }
    out.push_back({{"name", chain.name},
                   {"kind", chain.kind},
                   {"first", chain.first},
                   {"count", chain.count},
                   {"unseen", chain.unseen},
                   {"colour", chain.colour},
                   {"mean", known > 0 ? rounded(sum / static_cast<double>(known), 100) : json()}});
  }
  return out;
}

char kind_letter(const io::WholeResidue& residue) {
  if (!residue.polymer) return 'l';
  return residue.kind == io::WholeResidue::Kind::amino ? 'p' : 'n';
}

void add_residues(const ShownModel& model, json& out) {
  json name = json::array(), label = json::array(), chain = json::array(), value = json::array();
  std::string letter, kind, seen, begins;
  for (std::size_t r = 0; r < model.residues.size(); ++r) {
    const io::WholeResidue& residue = model.residues[r];
    name.push_back(residue.name);
    label.push_back(residue.label);
    chain.push_back(model.chain_of(r));
    value.push_back(rounded(model.values[r], 100));
    letter += residue.letter;
    kind += kind_letter(residue);
    seen += residue.seen ? '1' : '0';
    begins += residue.begins ? '1' : '0';
  }
  out["name"] = std::move(name);
  out["label"] = std::move(label);
  out["chain"] = std::move(chain);
  out["value"] = std::move(value);
  out["letter"] = letter;
  out["kind"] = kind;
  out["seen"] = seen;
  out["begins"] = begins;
  out["state"] = model.states;
}

// The middle nine tenths of the values: the ends of a scale of colours.
void add_range(const ShownModel& model, json& out) {
  std::vector<double> known;
  for (const double value : model.values)
    if (!std::isnan(value)) known.push_back(value);
  std::sort(known.begin(), known.end());
  const auto at = [&](double part) {
    return known.empty() ? 0.0 : known[static_cast<std::size_t>(part * static_cast<double>(known.size() - 1))];
  };
  out["low"] = rounded(at(0.05), 100);
  out["high"] = rounded(at(0.95), 100);
}

json pairs_data(const ShownModel& model) {
  if (model.pair_iptm.empty()) return nullptr;
  json values = json::array();
  for (const auto& row : model.pair_iptm) {
    values.push_back(json::array());
    for (const double value : row) values.back().push_back(rounded(value, 100));
  }
  return {{"names", model.pair_names}, {"values", values}};
}

std::string scheme_of(const ShownModel& model) {
  if (model.measure == ShownModel::Measure::plddt) return "plddt";
  const auto polymers =
      std::count_if(model.chains.begin(), model.chains.end(), [](const auto& one) { return one.kind != "ligands"; });
  return polymers == 1 ? "state" : "chain";
}

std::string model_title(const ShownModel& model) {
  return model.files.title +
         (model.files.ranking ? fmt::format(" (ranking score {:.2f})", *model.files.ranking) : std::string());
}

}  // namespace

json map_data(const PairMap& map, double step) {
  const std::int64_t size = map.matrix.size, factor = (size + kLargestMap - 1) / kLargestMap;
  const std::int64_t cells = (size + factor - 1) / factor;
  float most = 0;
  for (const float x : map.matrix.values)
    if (std::isfinite(x)) most = std::max(most, x);
  step = std::max(step, static_cast<double>(most) / 254);
  std::string bytes;
  for (std::int64_t row = 0; row < cells; ++row)
    for (std::int64_t column = 0; column < cells; ++column) {
      double sum = 0;
      int known = 0;
      for (std::int64_t i = row * factor; i < std::min(size, (row + 1) * factor); ++i)
        for (std::int64_t j = column * factor; j < std::min(size, (column + 1) * factor); ++j)
          if (const float x = map.matrix.values[static_cast<std::size_t>(i * size + j)]; std::isfinite(x)) {
            sum += static_cast<double>(x);
            ++known;
          }
      bytes += known == 0
                   ? '\xFF'
                   : static_cast<char>(static_cast<std::uint8_t>(std::clamp(sum / known / step + 0.5, 0.0, 254.0)));
    }
  json out{{"size", cells}, {"factor", factor}, {"tokens", map.residues},
           {"step", step},  {"max", most},      {"values", report::base64(bytes)},
           {"note", ""}};
  if (factor > 1) out["note"] = fmt::format("{} tokens: each cell is the mean of {} × {} pairs.", size, factor, factor);
  return out;
}

json page_data(const ShownModel& model) {
  using ShownMeasure = ShownModel::Measure;
  json out{{"title", model_title(model)},
           {"said", model.said},
           {"measure", model.measure == ShownMeasure::plddt      ? "plddt"
                       : model.measure == ShownMeasure::b_factor ? "b"
                                                                 : "none"},
           {"scheme", scheme_of(model)},
           {"chains", chains_data(model)},
           {"atoms", atoms_data(model)},
           {"scores", json::array()},
           {"pairs", pairs_data(model)},
           {"pae", nullptr},
           {"probabilities", nullptr},
           {"notes", model.notes}};
  add_residues(model, out);
  add_range(model, out);
  for (const ShownScore& score : model.scores) out["scores"].push_back({score.name, score.text});
  if (model.pae) out["pae"] = map_data(*model.pae, 0.125);
  if (model.probabilities) out["probabilities"] = map_data(*model.probabilities, 0.01);
  json pairs = json::array();
  for (const auto& [i, j] : model.contacts) {
    pairs.push_back(i);
    pairs.push_back(j);
  }
  out["contacts"] = {{"residues", model.contact_residues},
                     {"pairs", pairs},
                     {"note",
                      "Of the coordinates: Cβ (of glycine Cα; of nucleotides C4 or C2) closer than 8 Å, at least "
                      "three residues apart."}};
  return out;
}

}  // namespace groel::tasks
