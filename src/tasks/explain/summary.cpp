// Summarises active features by one pass over the residues, and a sort.
#include "tasks/explain/summary.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace groel::tasks {
namespace {

double size_of(const ProteinFeature& one, SummaryOrder order) {
  if (order == SummaryOrder::mean) return one.mean;
  return order == SummaryOrder::residues ? static_cast<double>(one.residues) : double{one.maximum};
}

}  // namespace

std::vector<ProteinFeature> summarise(const std::vector<std::vector<Fired>>& residues, SummaryOrder order,
                                      std::int64_t most) {
  std::map<std::int32_t, ProteinFeature> features;
  for (std::size_t p = 0; p < residues.size(); ++p)
    for (const Fired& fired : residues[p]) {
      ProteinFeature& one = features[fired.feature];
      one.feature = fired.feature;
      one.mean += double{fired.activation};  // a sum until all are there
      ++one.residues;
      if (fired.activation <= one.maximum) continue;
      one.maximum = fired.activation;
      one.position = static_cast<std::int64_t>(p) + 1;
    }
  std::vector<ProteinFeature> out;
  for (auto& [feature, one] : features) {
    one.mean /= static_cast<double>(residues.size());
    out.push_back(one);
  }
  std::sort(out.begin(), out.end(), [&](const ProteinFeature& a, const ProteinFeature& b) {
    return std::tuple(-size_of(a, order), -a.maximum, a.feature) <
           std::tuple(-size_of(b, order), -b.maximum, b.feature);
  });
  if (static_cast<std::int64_t>(out.size()) > most) out.resize(static_cast<std::size_t>(most));
  return out;
}

}  // namespace groel::tasks
