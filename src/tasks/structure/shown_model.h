// A structure with everything that a page shows of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/structure_whole.h"
#include "tasks/structure/confidence_json.h"
#include "tasks/structure/prediction_files.h"

namespace groel::tasks {

/// A run of residues: of a polymer, or the ligands beside it. Water is not shown.
struct ShownChain {
  std::string name, kind;  ///< "A"; "protein", "DNA", "RNA", "nucleic acid" or "ligands"
  std::size_t first = 0, count = 0;
  std::int64_t unseen = 0;  ///< of them without coordinates
  std::size_t colour = 0;   ///< the same for all runs of one name
};

/// A matrix, and the residue that each of its rows is of.
struct PairMap {
  PairMatrix matrix;
  std::vector<std::size_t> residues;
};

struct ShownScore {
  std::string field, name, text;  ///< "iptm", "ipTM", "0.10"
  double value = 0;
};

struct ShownModel {
  enum class Measure { none, plddt, b_factor };  ///< what B factors are taken for

  std::string title;
  PredictionFiles files;
  std::int64_t atoms = 0, waters = 0;
  std::vector<ShownChain> chains;
  std::vector<io::WholeResidue> residues;
  std::string states;  ///< secondary structure, a letter per residue
  Measure measure = Measure::none;
  double scale = 1;            ///< of B factors, to make pLDDT of 0 to 100
  std::string said;            ///< for what B factors are taken and why, a sentence
  std::vector<double> values;  ///< per residue the mean of its atoms' B factors, scaled; not a number where unseen
  std::optional<PairMap> pae, probabilities;
  std::vector<std::size_t> contact_residues;                  ///< those that can be in contact
  std::vector<std::pair<std::size_t, std::size_t>> contacts;  ///< of the coordinates
  std::vector<ShownScore> scores;                             ///< of the summary
  std::vector<std::string> pair_names;                        ///< chains of pair_iptm
  std::vector<std::vector<double>> pair_iptm;                 ///< not a number: none
  std::vector<std::string> notes;

  std::size_t chain_of(std::size_t residue) const;
};

struct ShowSettings {
  bool plddt = false;  ///< B factors are pLDDT, whatever the file says
  std::string pae;     ///< a file of predicted aligned errors; empty: that which belongs to the model
};

/// Errors: those of the readers; bad_input where confidences are not of this model, or where B factors that are to be
/// pLDDT are beyond 0 to 100.
ShownModel load_shown(const PredictionFiles& files, const ShowSettings& settings);
/// Of a structure and confidences that are there already.
ShownModel make_shown(const PredictionFiles& files, const ShowSettings& settings, io::WholeStructure structure,
                      Confidences confidences);

/// Pairs of residues i < j, at least three apart in a chain or of two chains, whose sites are closer than 8 Å: Cβ (of
/// glycine Cα), C4 of purines, C2 of pyrimidines, as AlphaFold 3 measures contacts. Fills contact_residues, too.
void find_contacts(ShownModel& model);

}  // namespace groel::tasks
