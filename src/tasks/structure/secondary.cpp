// groel structure ss: the secondary structure of every residue.
#include "tasks/structure/secondary.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "analysis/secondary_structure.h"
#include "base/text_file.h"
#include "base/words.h"
#include "tasks/reading/csv_text.h"
#include "tasks/structure/options.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

bool is_of_protein(const io::WholeResidue& residue) {
  return residue.polymer && residue.seen && residue.kind == io::WholeResidue::Kind::amino;
}

std::optional<analysis::BackboneResidue> backbone_of(const io::WholeResidue& residue) {
  const io::RawAtom *n = residue.atom("N"), *ca = residue.atom("CA"), *c = residue.atom("C"), *o = residue.atom("O");
  if (!is_of_protein(residue) || n == nullptr || ca == nullptr || c == nullptr || o == nullptr) return std::nullopt;
  return analysis::BackboneResidue{n->at, ca->at, c->at, o->at, residue.letter == 'P', false};
}

// A row of the table, and what the text is made of.
struct StateRow {
  const io::WholeChain* chain;
  const io::WholeResidue* residue;
  char state;
};

std::vector<StateRow> rows_of(const io::WholeStructure& structure, const StructureOptions& options) {
  const std::vector<std::string> states = states_of(structure);
  std::vector<StateRow> out;
  std::vector<std::string> known;
  for (std::size_t c = 0; c < structure.chains.size(); ++c) {
    const io::WholeChain& chain = structure.chains[c];
    if (std::none_of(chain.residues.begin(), chain.residues.end(), is_of_protein)) continue;
    known.push_back(chain.name);
    const auto& wanted = options.chain;
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), chain.name) == wanted.end()) continue;
    for (std::size_t r = 0; r < chain.residues.size(); ++r)
      if (is_of_protein(chain.residues[r])) out.push_back({&chain, &chain.residues[r], states[c][r]});
  }
  if (known.empty())
    throw Error(ErrorKind::bad_input, {"no residue of a protein has coordinates here", options.input[1],
                                       "secondary structure is that of proteins"});
  for (const std::string& name : options.chain)
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw Error(ErrorKind::not_found, {fmt::format("there is no protein chain '{}'", name), options.input[1],
                                         "its protein chains are " + listed(known)});
  return out;
}

std::string table_text(const std::vector<StateRow>& rows) {
  std::string out;
  append_row(out, std::vector<std::string>{"chain", "number", "residue", "ss8", "ss3"});
  for (const StateRow& row : rows) {
    const bool known = row.state != '_';
    append_row(out, std::vector<std::string>{row.chain->name, row.residue->label, std::string(1, row.residue->letter),
                                             known ? std::string(1, row.state) : "",
                                             known ? std::string(1, analysis::three_states(row.state)) : ""});
  }
  return out;
}

// What of one chain is known, as strings of equal length.
struct ChainStates {
  std::string name, sequence, eight, three;
  std::vector<std::string> labels;
};

std::vector<ChainStates> by_chain(const std::vector<StateRow>& rows) {
  std::vector<ChainStates> out;
  for (const StateRow& row : rows) {
    if (out.empty() || out.back().name != row.chain->name) out.push_back({row.chain->name, {}, {}, {}, {}});
    out.back().sequence += row.residue->letter;
    out.back().eight += row.state;
    out.back().three += row.state == '_' ? '_' : analysis::three_states(row.state);
    out.back().labels.push_back(row.residue->label);
  }
  return out;
}

double share(const std::string& states, char letter) {
  return static_cast<double>(std::count(states.begin(), states.end(), letter)) / static_cast<double>(states.size());
}

std::string chains_text(const std::vector<ChainStates>& chains) {
  constexpr std::size_t kLine = 60;
  std::string out;
  for (const ChainStates& chain : chains) {
    out += fmt::format("chain {}: {}, {:.0f} % helix, {:.0f} % strand\n", chain.name,
                       counted(chain.sequence.size(), "residue"), 100 * share(chain.three, 'H'),
                       100 * share(chain.three, 'E'));
    for (std::size_t at = 0; at < chain.sequence.size(); at += kLine)
      out += fmt::format("{:>8} {}\n{:>8} {}\n{:>8} {}\n", chain.labels[at], chain.sequence.substr(at, kLine), "ss8",
                         chain.eight.substr(at, kLine), "ss3", chain.three.substr(at, kLine));
  }
  return out;
}

ordered_json states_json(const std::string& path, const std::vector<ChainStates>& chains) {
  ordered_json out{{"file", path}, {"chains", ordered_json::array()}};
  for (const ChainStates& chain : chains)
    out["chains"].push_back({{"chain", chain.name},
                             {"sequence", chain.sequence},
                             {"ss8", chain.eight},
                             {"ss3", chain.three},
                             {"numbers", chain.labels},
                             {"helix", share(chain.three, 'H')},
                             {"strand", share(chain.three, 'E')}});
  return out;
}

// What is not in the table.
void tell_left_out(const io::WholeStructure& structure, const std::vector<StateRow>& rows, Sink& sink) {
  for (const std::string& note : structure.notes) sink.note(note);
  std::int64_t unseen = 0;
  for (const io::WholeChain& chain : structure.chains)
    unseen += std::count_if(chain.residues.begin(), chain.residues.end(), [](const auto& one) { return !one.seen; });
  if (unseen > 0) sink.note(counted(unseen, "residue") + " of the sequence without coordinates: left out");
  const auto bare = std::count_if(rows.begin(), rows.end(), [](const StateRow& row) { return row.state == '_'; });
  if (bare > 0) sink.note(counted(bare, "residue") + " without N, CA, C or O: no state, written `_`");
}

}  // namespace

std::vector<std::string> states_of(const io::WholeStructure& structure) {
  std::vector<std::string> out;
  std::vector<analysis::BackboneResidue> residues;
  std::vector<std::pair<std::size_t, std::size_t>> places;
  for (std::size_t c = 0; c < structure.chains.size(); ++c) {
    const auto& all = structure.chains[c].residues;
    out.emplace_back(all.size(), '_');
    bool begins = true;
    for (std::size_t r = 0; r < all.size(); ++r) {
      auto backbone = backbone_of(all[r]);
      if (!backbone) continue;
      backbone->begins = std::exchange(begins, false);
      residues.push_back(*backbone);
      places.emplace_back(c, r);
    }
  }
  const std::string states = analysis::secondary_structure(residues);
  for (std::size_t i = 0; i < places.size(); ++i) out[places[i].first][places[i].second] = states[i];
  return out;
}

void tell_secondary_structure(const StructureOptions& options, Context& context) {
  if (options.input.size() != 2) throw Error(ErrorKind::usage, {"name a structure", {}, "groel structure ss FILE"});
  const io::WholeStructure structure = io::read_whole(options.input[1]);
  const std::vector<StateRow> rows = rows_of(structure, options);
  const std::vector<ChainStates> chains = by_chain(rows);
  const ordered_json all = states_json(options.input[1], chains);
  if (!options.output.empty())
    write_text(options.output, options.output.ends_with(".json") ? all.dump(2) + "\n" : table_text(rows));
  if (options.json)
    context.out << all.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
  else if (options.output.empty())
    context.out << chains_text(chains);
  tell_left_out(structure, rows, context.sink);
}

}  // namespace groel::tasks
