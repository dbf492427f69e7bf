// Writes rows of tables of pairs.
#include "tasks/pairs/rows.h"

#include "base/error.h"
#include "formats/cell.h"

namespace groel::tasks {

std::string pair_header(const interactions::PairTable& table, char delimiter) {
  for (const std::string& label : table.labels)
    if (!table.binary() && label.find(';') != std::string::npos)
      throw Error(ErrorKind::bad_input, {fmt::format("the label '{}' holds ';', which stands between labels", label),
                                         {},
                                         "give its column another name: groel data filter --rename OLD=NEW"});
  std::string out = std::string("id1") + delimiter + "id2";
  if (!table.labels.empty()) out += delimiter + std::string(table.binary() ? "label" : "labels");
  return out + '\n';
}

std::string pair_row(const interactions::PairTable& table, std::size_t pair, char delimiter) {
  const interactions::Pair& one = table.pairs[pair];
  std::string out = formats::cell_text(table.proteins[one.first], delimiter) + delimiter;
  out += formats::cell_text(table.proteins[one.second], delimiter);
  if (table.binary()) (out += delimiter) += table.has(pair, 0) ? '1' : '0';
  if (table.labels.size() > 1) {
    std::string kinds;
    for (std::size_t label = 0; label < table.labels.size(); ++label)
      if (table.has(pair, label)) (kinds += kinds.empty() ? "" : ";") += table.labels[label];
    (out += delimiter) += formats::cell_text(kinds, delimiter);
  }
  return out + '\n';
}

}  // namespace groel::tasks
