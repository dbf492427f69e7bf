// Feeds arbitrary text to the reader of structures (mmCIF and PDB), and lays what comes of it on sequences. The corpus
// is cut from the entries 1UBQ and 1CRN of the Protein Data Bank (CC0), but for odd.pdb, which is made up.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "guarded.h"
#include "io/structure.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace groel;
  const std::string text(reinterpret_cast<const char*>(data), size);
  fuzz::guarded([&] {
    const bio::Structure structure = io::parse_structure(text, "fuzz");
    if (structure.chains.empty()) std::abort();
    for (const bio::Chain& chain : structure.chains) {
      if (chain.residues.empty() || bio::sites(chain).size() != chain.sequence.size()) std::abort();
      for (const std::string& sequence : {std::string("MQIFVKTLTGKTITLEVEPSD"), chain.sequence + "X"})
        fuzz::guarded([&] {
          if (bio::place(chain, sequence).size() != sequence.size()) std::abort();
        });
    }
  });
  return 0;
}
