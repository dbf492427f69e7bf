// Divides rows by their clusters, and reads clusters from files.
#include "tasks/data/clusters.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include "base/error.h"
#include "base/words.h"
#include "tasks/data/raw_table.h"

namespace groel::tasks {
namespace {

std::vector<std::int64_t> sizes_of(const Clusters& clusters) {
  std::vector<std::int64_t> out;
  for (const std::int64_t cluster : clusters) {
    out.resize(std::max<std::size_t>(out.size(), static_cast<std::size_t>(cluster) + 1));
    ++out[static_cast<std::size_t>(cluster)];
  }
  return out;
}

double rows_of(double size, std::size_t rows) { return size < 1 ? std::ceil(size * static_cast<double>(rows)) : size; }

// "representative member" of each line.
std::unordered_map<std::string, std::string> representatives(const std::string& path) {
  std::unordered_map<std::string, std::string> out;
  const std::string text = read_bytes_of(path);
  std::int64_t line = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string row = text.substr(at, end - at);
    at = end + 1;
    ++line;
    const std::size_t begin = row.find_first_not_of(" \t\r,");
    if (begin == std::string::npos) continue;
    const std::size_t cut = std::min(row.find_first_of(" \t\r,", begin), row.size());
    const std::size_t second = std::min(row.find_first_not_of(" \t\r,", cut), row.size());
    const std::size_t last = std::min(row.find_first_of(" \t\r,", second), row.size());
    if (second == last)
      throw Error(ErrorKind::bad_input, {"a line without a second id", fmt::format("{}:{}", path, line),
                                         "each line holds a representative and a member of its cluster"});
    out.emplace(row.substr(second, last - second), row.substr(begin, cut - begin));
  }
  return out;
}

}  // namespace

Clusters clusters_by_file(const std::string& path, const std::vector<std::string>& ids, Sink& sink) {
  const auto known = representatives(path);
  std::unordered_map<std::string, std::int64_t> numbers;
  Clusters out;
  std::vector<std::string> missing;
  for (const std::string& id : ids) {
    const auto found = known.find(id);
    if (found == known.end()) missing.push_back(id);
    const std::string& name = found == known.end() ? id : found->second;
    out.push_back(numbers.emplace(name, numbers.size()).first->second);
  }
  if (missing.size() == ids.size())
    throw Error(ErrorKind::bad_input, {"no id of the table is in it", path, "look at --id-column"});
  if (!missing.empty())
    sink.warning(fmt::format("{} of the table not in {}, each a cluster of its own: {}", counted(missing.size(), "id"),
                             path, listed(missing, 5)));
  return out;
}

ClusterParts split_clusters(const Clusters& clusters, const ClusterSplit& how) {
  const std::vector<std::int64_t> sizes = sizes_of(clusters);
  const auto order = statistics::NumpyRandom(how.seed).permutation(static_cast<std::int64_t>(sizes.size()));
  double test = rows_of(how.test_size, clusters.size()), val = rows_of(how.val_size, clusters.size());
  std::vector<int> part(sizes.size());
  for (const std::int64_t cluster : order) {
    const auto size = static_cast<double>(sizes[static_cast<std::size_t>(cluster)]);
    double* const room = size <= test ? &test : size <= val ? &val : nullptr;
    if (room == nullptr) continue;
    *room -= size;
    part[static_cast<std::size_t>(cluster)] = room == &test ? 2 : 1;
  }
  ClusterParts out;
  for (std::size_t row = 0; row < clusters.size(); ++row) {
    const int own = part[static_cast<std::size_t>(clusters[row])];
    (own == 2 ? out.test : own == 1 ? out.val : out.train).push_back(static_cast<std::int64_t>(row));
  }
  return out;
}

std::vector<std::vector<std::int64_t>> cluster_folds(const Clusters& clusters, std::int64_t folds) {
  const std::vector<std::int64_t> sizes = sizes_of(clusters);
  if (folds < 2 || folds > static_cast<std::int64_t>(sizes.size()))
    throw Error(
        ErrorKind::usage,
        {fmt::format("{} cannot be cut into {} folds", counted(sizes.size(), "cluster"), folds), "--folds", {}});
  std::vector<std::size_t> order(sizes.size()), fold_of(sizes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return sizes[a] > sizes[b]; });
  std::vector<std::int64_t> load(static_cast<std::size_t>(folds));
  for (const std::size_t cluster : order) {
    const auto lightest = std::min_element(load.begin(), load.end());
    *lightest += sizes[cluster];
    fold_of[cluster] = static_cast<std::size_t>(lightest - load.begin());
  }
  std::vector<std::vector<std::int64_t>> out(load.size());
  for (std::size_t row = 0; row < clusters.size(); ++row)
    out[fold_of[static_cast<std::size_t>(clusters[row])]].push_back(static_cast<std::int64_t>(row));
  return out;
}

}  // namespace groel::tasks
