// A made-up prediction as AlphaFold 3 lays it out: two chains of a protein, and a ligand of two atoms.
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "support/files.h"

namespace groel::testing {

/// Names of its chains; the third is the ligand's.
struct PredictionNames {
  std::string a = "A", b = "B", ligand = "L", title = "made_up";
};

/// mmCIF with the ModelCIF's mark of pLDDT: chains of four and three alanines in a line, 95, 80, 60 and 40 in turn.
inline std::string prediction_cif(const PredictionNames& names = {}) {
  std::string out = "data_x\n_entry.id '" + names.title +
                    "'\n_ma_qa_metric.id 1\n_ma_qa_metric.mode local\n_ma_qa_metric.name pLDDT\nloop_\n";
  for (const char* tag :
       {"group_PDB", "id", "type_symbol", "label_atom_id", "label_alt_id", "label_comp_id", "label_asym_id",
        "label_seq_id", "Cartn_x", "Cartn_y", "Cartn_z", "B_iso_or_equiv", "auth_seq_id", "auth_asym_id"})
    out += fmt::format("_atom_site.{}\n", tag);
  int serial = 0;
  const double plddt[] = {95, 80, 60, 40}, along[] = {2.4, 0, 1.3, 2.4};  // of O, N, CA, C
  for (int chain = 0; chain < 2; ++chain)
    for (int residue = 1; residue <= 4 - chain; ++residue)
      for (const char* atom : {"N", "CA", "C", "O"}) {
        ++serial;
        out += fmt::format("ATOM {} {} {} . ALA '{}' {} {:.3f} {:.3f} 0.000 {:.2f} {} '{}'\n", serial,
                           atom[0] == 'C' ? "C" : atom, atom, chain == 0 ? names.a : names.b, residue,
                           3.8 * residue + along[serial % 4], 5.0 * chain + (serial % 4 == 0 ? 1.2 : 0),
                           plddt[residue - 1], residue, chain == 0 ? names.a : names.b);
      }
  for (const char* atom : {"C1", "O1"}) {
    ++serial;
    out += fmt::format("HETATM {} {} {} . LIG '{}' . {} 9.000 0.000 71.50 1 '{}'\n", serial, atom[0], atom,
                       names.ligand, serial, names.ligand);
  }
  return out + "#\n";
}

/// Its full confidences: nine tokens, of which the last two are the ligand's atoms; pae[i][j] is i + j / 10.
inline nlohmann::json prediction_confidences(const PredictionNames& names = {}) {
  nlohmann::json out;
  for (int i = 0; i < 9; ++i) {
    out["token_chain_ids"].push_back(i < 4 ? names.a : i < 7 ? names.b : names.ligand);
    out["token_res_ids"].push_back(i < 4 ? i + 1 : i < 7 ? i - 3 : 1);
    for (const char* field : {"pae", "contact_probs"}) out[field].push_back(nlohmann::json::array());
    for (int j = 0; j < 9; ++j) {
      out["pae"].back().push_back(i + j / 10.0);
      out["contact_probs"].back().push_back(i == j ? 1.0 : 0.25);
    }
  }
  return out;
}

inline nlohmann::json prediction_summary(double ranking) {
  return {{"ranking_score", ranking},
          {"ptm", 0.5},
          {"iptm", 0.25},
          {"fraction_disordered", 0.0},
          {"has_clash", 0.0},
          {"chain_ptm", {0.1, 0.2, nullptr}},
          {"chain_iptm", {0.1, 0.2, 0.3}},
          {"chain_pair_iptm", {{0.5, 0.25, 0.1}, {0.25, 0.5, 0.2}, {0.1, 0.2, nullptr}}}};
}

/// An output folder with `samples` of one seed, of which the last is the best; the root holds it again.
inline std::string prediction_folder(const std::string& folder, int samples, const PredictionNames& names = {}) {
  namespace fs = std::filesystem;
  std::string scores = "seed,sample,ranking_score\n";
  const auto write = [&](const std::string& stem, double ranking) {
    write_file(stem + "_model.cif", prediction_cif(names));
    write_file(stem + "_confidences.json", prediction_confidences(names).dump());
    write_file(stem + "_summary_confidences.json", prediction_summary(ranking).dump());
  };
  for (int sample = 0; sample < samples; ++sample) {
    const std::string own = fmt::format("seed-7_sample-{}", sample);
    fs::create_directories(folder + "/" + own);
    write(folder + "/" + own + "/job_" + own, 0.1 * sample);
    scores += fmt::format("7,{},{}\n", sample, 0.1 * sample);
  }
  write(folder + "/job", 0.1 * (samples - 1));
  write_file(folder + "/job_ranking_scores.csv", scores);
  return folder;
}

}  // namespace groel::testing
