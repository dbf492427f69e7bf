// Feeds arbitrary bytes to the reader of ontologies and carries a term of what it reads up to its ancestors.
#include <cstdint>
#include <cstdlib>

#include "base/error.h"
#include "ontology/propagation.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace groel;
  try {
    io::LineReader lines(io::memory_bytes({reinterpret_cast<const char*>(data), size}), "fuzz");
    const ontology::Ontology terms = ontology::read_ontology(lines);
    const ontology::Hierarchy hierarchy(terms);
    ontology::Propagation propagation(hierarchy);
    for (ontology::Place place = 0; place < terms.terms().size() && place < 16; ++place) {
      std::vector<ontology::Place> closed{place};
      propagation.close(closed);
      if (closed.empty() || closed.front() != place) std::abort();
    }
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::bad_input) std::abort();
  }
  return 0;
}
