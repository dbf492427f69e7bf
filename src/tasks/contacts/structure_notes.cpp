// Collects the notes about a structure file, then those about each chain.
#include "tasks/contacts/structure_notes.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/words.h"
#include "bio/structure_notes.h"

namespace groel::tasks {

std::vector<std::string> structure_notes(const bio::Structure& structure, const std::vector<const bio::Chain*>& chains,
                                         const std::vector<std::string>& asked) {
  std::vector<std::string> out = structure.notes;
  if (asked.empty() && structure.chains.size() > 1) {
    const std::string names = listed_as(structure.chains, [](const bio::Chain& chain) { return chain.name; });
    out.push_back(fmt::format("the file has {} protein chains ({}): {} is taken; --chain takes another",
                              structure.chains.size(), names, chains.front()->name));
  }
  for (std::size_t i = 0; i < chains.size(); ++i) {
    if (std::find(chains.begin(), chains.begin() + static_cast<std::ptrdiff_t>(i), chains[i]) !=
        chains.begin() + static_cast<std::ptrdiff_t>(i))
      continue;  // a chain with itself
    bio::ResidueCounts counts;
    counts.add(*chains[i]);
    if (!counts.has_sites())
      throw Error(ErrorKind::bad_input,
                  {fmt::format("none of the {} residues has a CB or CA atom", chains[i]->residues.size()),
                   fmt::format("{}, chain {}", structure.source, chains[i]->name),
                   "contacts are measured between these; a coarse-grained model has others"});
    for (const std::string& sentence : counts.sentences())
      out.push_back(fmt::format("chain {}: {}", chains[i]->name, sentence));
  }
  return out;
}

std::vector<std::string> tell_structure_notes(const bio::Structure& structure,
                                              const std::vector<const bio::Chain*>& chains,
                                              const std::vector<std::string>& asked, Sink& sink) {
  std::vector<std::string> out = structure_notes(structure, chains, asked);
  for (const std::string& note : out) sink.note(note);
  return out;
}

}  // namespace groel::tasks
