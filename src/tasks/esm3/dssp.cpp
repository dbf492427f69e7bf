// Runs mkdssp and reads its table.
#include "tasks/esm3/dssp.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>
#include <sstream>

#include "base/error.h"
#include "base/program.h"
#include "base/words.h"
#include "base/work_folder.h"

namespace groel::tasks {
namespace {

// What it says of a residue.
struct DsspRow {
  char chain, letter, state;
  std::int64_t number;
  float surface;
};

std::filesystem::path require_dssp() {
  if (const auto found = find_program("mkdssp")) return *found;
  throw Error(ErrorKind::unsupported, {"secondary structure and accessible surface are found by DSSP, which is not "
                                       "installed",
                                       "mkdssp", "apt-get install dssp; or give both tracks in a JSON prompt"});
}

template <class Number>
Number number_in(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  Number out{};
  if (first != std::string_view::npos) std::from_chars(text.data() + first, text.data() + text.size(), out);
  return out;
}

// The classic table: its columns stand where they always stood.
std::vector<DsspRow> rows_of(const std::string& table) {
  std::vector<DsspRow> out;
  std::istringstream lines(table);
  bool begun = false;
  for (std::string line; std::getline(lines, line);) {
    if (!begun || line.size() < 38 || line[13] == '!') {
      begun |= line.starts_with("  #  RESIDUE");
      continue;
    }
    const std::string_view view(line);
    // Cysteines of a bridge have small letters of their own; the helix of polyproline is new, and a coil to the model.
    const bool bridged = std::islower(static_cast<unsigned char>(line[13])) != 0;
    const char state = line[16] == ' ' || line[16] == 'P' ? 'C' : line[16];
    out.push_back({line[11], bridged ? 'C' : line[13], state, number_in<std::int64_t>(view.substr(5, 5)),
                   number_in<float>(view.substr(34, 4))});
  }
  return out;
}

std::vector<DsspRow> run_dssp(const std::string& path) {
  const std::filesystem::path program = require_dssp();
  const WorkFolder work("dssp");
  const std::filesystem::path log = work / "log", table = work / "out.dssp";
  if (!run_program({program.string(), "--output-format", "dssp", path, table.string()}, log))
    throw Error(ErrorKind::bad_input, {"DSSP cannot read this structure", path, last_line(log)});
  return rows_of(read_text(table));
}

}  // namespace

void add_dssp(const std::string& path, const io::AtomStructure& structure, const std::string& chain, esm3::Prompt& to) {
  std::map<std::pair<char, std::int64_t>, std::vector<DsspRow>> by_place;  // several: insertions
  for (const DsspRow& row : run_dssp(path)) by_place[{row.chain, row.number}].push_back(row);
  std::string states;
  std::vector<std::optional<float>> surface;
  std::int64_t missing = 0;
  for (const io::AtomChain& one : structure.chains) {
    if (!chain.empty() && one.name != chain) continue;
    if (!states.empty()) {
      states += '_';  // the break between chains
      surface.emplace_back();
    }
    for (const io::AtomResidue& residue : one.residues) {
      auto& rows = by_place[{one.name.empty() ? ' ' : one.name[0], residue.number}];
      const auto row =
          std::find_if(rows.begin(), rows.end(), [&](const DsspRow& r) { return r.letter == residue.letter; });
      if (row == rows.end()) {
        ++missing;
        states += '_';
        surface.emplace_back();
        continue;
      }
      states += row->state;
      surface.emplace_back(row->surface);
      rows.erase(row);
    }
  }
  to.protein.secondary_structure = std::move(states);
  to.protein.sasa = std::move(surface);
  if (missing > 0)
    to.notes.push_back(
        fmt::format("{}: DSSP says nothing of {}, which are masked", to.id, counted(missing, "residue")));
}

}  // namespace groel::tasks
