// Feeds arbitrary bytes as the index of `groel search`, and searches in what opens.
#include <cstdint>
#include <vector>

#include "guarded.h"
#include "memory_file.h"
#include "tasks/search/index_set.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace groel;
  const fuzz::MemoryFile file(data, size);
  fuzz::guarded([&] {
    const tasks::IndexSet set = tasks::IndexSet::open(file.path());
    const tasks::SearchIndex& index = set.parts().front();
    const auto row = index.vectors().row(0);
    const std::vector<float> query(row.begin(), row.end());
    for (const auto& hit : analysis::search_all(index.vectors(), query, 3)) (void)index.id(hit.row);
    fuzz::guarded([&] { (void)set.find("b"); });
    if (!index.has_graph()) return;
    for (const auto& hit : analysis::search_hnsw(index.vectors(), index.graph(), {query, 3, 10}))
      (void)index.id(hit.row);
  });
  return 0;
}
