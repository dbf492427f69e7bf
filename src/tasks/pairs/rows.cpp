// Writes rows of tables of pairs.
#include "tasks/pairs/rows.h"

#include "formats/cell.h"

namespace groel::tasks {

std::string pair_header(const interactions::PairTable& table, char delimiter) {
  std::string out = std::string("id1") + delimiter + "id2";
  if (!table.labels.empty()) out += delimiter + std::string(table.binary() ? "label" : "labels");
  return out + '\n';
}

std::string pair_row(const interactions::PairTable& table, std::size_t pair, char delimiter) {
  const interactions::Pair& one = table.pairs[pair];
  std::string out = formats::cell_text(table.proteins[one.first]) + delimiter;
  out += formats::cell_text(table.proteins[one.second]);
  if (table.binary()) (out += delimiter) += table.has(pair, 0) ? '1' : '0';
  if (table.labels.size() > 1) {
    out += delimiter;
    const std::size_t begin = out.size();
    for (std::size_t label = 0; label < table.labels.size(); ++label)
      if (table.has(pair, label)) (out += out.size() > begin ? ";" : "") += table.labels[label];
  }
  return out + '\n';
}

}  // namespace groel::tasks
