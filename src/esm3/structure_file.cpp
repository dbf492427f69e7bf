// Says in the files what their B factors are.
#include "esm3/structure_file.h"

#include "esm3/prompt.h"
#include "io/structure_atoms.h"

namespace groel::esm3 {

std::string pdb_of(const ESMProtein& protein) {
  const std::string mark =
      protein.plddt.empty() ? "" : "REMARK   1 B FACTORS ARE PLDDT FROM 0 TO 1, PREDICTED BY ESM3\n";
  return mark + io::pdb_text(chains_of(protein)) + "END\n";
}

std::string mmcif_of(const ESMProtein& protein, const std::string& id) {
  const char* const mark =
      "_ma_qa_metric.id   1\n_ma_qa_metric.mode local\n_ma_qa_metric.name pLDDT\n_ma_qa_metric.type pLDDT\n#\n";
  return io::mmcif_text(chains_of(protein), id) + (protein.plddt.empty() ? "" : mark);
}

}  // namespace groel::esm3
