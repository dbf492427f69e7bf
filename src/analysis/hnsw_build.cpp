// Building the graph, with hnswlib.
#define NO_MANUAL_VECTORIZATION  // distances are ours, and its own code for them defines functions that clash
#include <hnswlib/hnswlib.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>

#include "analysis/hnsw.h"
#include "analysis/inner_product.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/random.h"
#include "base/threads.h"

namespace groel::analysis {
namespace {

using Builder = hnswlib::HierarchicalNSW<float>;
using Row = std::int32_t;

// What hnswlib keeps of a vector is its row's number: the values stay where they are.
float distance(const void* a, const void* b, const void* data) {
  const auto& rows = *static_cast<const UnitRows*>(data);
  Row i = 0;
  Row j = 0;
  std::memcpy(&i, a, sizeof i);
  std::memcpy(&j, b, sizeof j);
  return 1 - inner_product(rows.row(i).data(), rows.row(j).data(), rows.width);
}

class RowSpace : public hnswlib::SpaceInterface<float> {
 public:
  explicit RowSpace(UnitRows data) : data_(data) {}
  std::size_t get_data_size() override { return sizeof(Row); }
  hnswlib::DISTFUNC<float> get_dist_func() override { return distance; }
  void* get_dist_func_param() override { return &data_; }

 private:
  UnitRows data_;
};

// By the row alone, so that it does not depend on who comes first. hnswlib would draw it from a generator that its
// threads share without a lock.
int level_of(Row row, const HnswOptions& options) {
  const auto bits = philox(derive_key(options.seed, 1), static_cast<std::uint64_t>(row));
  const double uniform = 1 - unit_double(bits[0]);  // (0, 1]
  return static_cast<int>(-std::log(uniform) / std::log(static_cast<double>(options.degree)));
}

void insert_all(Builder& builder, const UnitRows& data, const HnswOptions& options) {
  constexpr std::int64_t kAtOnce = 4096;
  builder.mult_ = 0;  // of its own draw nothing is left but level 0
  const auto add = [&](std::int64_t i) {
    const auto row = static_cast<Row>(i);
    builder.addPoint(&row, static_cast<hnswlib::labeltype>(i), level_of(row, options));
  };
  add(0);
  for (std::int64_t done = 1; done < data.rows; done += kAtOnce) {
    check_interrupted();
    options.progress(done);
    parallel_for(std::min(kAtOnce, data.rows - done), [&](std::int64_t i) { add(done + i); });
  }
  options.progress(data.rows);
}

void copy_slot(const Builder& builder, const hnswlib::linklistsizeint* list, Row* slot) {
  const auto* neighbours = list + 1;
  const int count = builder.getListCount(const_cast<hnswlib::linklistsizeint*>(list));
  slot[0] = count;
  for (int i = 0; i < count; ++i) slot[1 + i] = static_cast<Row>(builder.getExternalLabel(neighbours[i]));
}

// hnswlib numbers rows as they came in.
std::vector<hnswlib::tableint> numbers_of_rows(const Builder& builder, std::int64_t rows) {
  std::vector<hnswlib::tableint> out(static_cast<std::size_t>(rows));
  for (std::size_t i = 0; i < out.size(); ++i)
    out[builder.getExternalLabel(static_cast<hnswlib::tableint>(i))] = static_cast<hnswlib::tableint>(i);
  return out;
}

HnswGraph take(const Builder& builder, const UnitRows& data, std::int64_t degree) {
  HnswGraph graph{degree, static_cast<std::int64_t>(builder.getExternalLabel(builder.enterpoint_node_)), {}};
  const auto numbers = numbers_of_rows(builder, data.rows);
  for (int level = 0; level <= builder.maxlevel_; ++level) {
    HnswLevel& out = graph.levels.emplace_back();
    const auto slot = static_cast<std::size_t>(1 + (level == 0 ? 2 * degree : degree));
    for (std::size_t row = 0; row < numbers.size(); ++row) {
      if (builder.element_levels_[numbers[row]] < level) continue;
      if (level > 0) out.rows.push_back(static_cast<Row>(row));
      out.links.resize(out.links.size() + slot, 0);
      copy_slot(builder, builder.get_linklist_at_level(numbers[row], level), &out.links[out.links.size() - slot]);
    }
  }
  return graph;
}

}  // namespace

HnswGraph build_hnsw(const UnitRows& data, const HnswOptions& options) {
  GROEL_REQUIRE(data.rows > 0 && options.degree >= 2 && options.effort >= 1);
  if (data.rows > std::numeric_limits<Row>::max())
    throw Error(ErrorKind::usage, {fmt::format("{} vectors are more than a graph holds", data.rows),
                                   {},
                                   "split them, or search without a graph (--exact)"});
  RowSpace space(data);
  try {
    Builder builder(&space, static_cast<std::size_t>(data.rows), static_cast<std::size_t>(options.degree),
                    static_cast<std::size_t>(options.effort));
    insert_all(builder, data, options);
    return take(builder, data, options.degree);
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw Error(ErrorKind::memory, "out of memory for the graph");
  } catch (const std::runtime_error& error) {  // hnswlib's
    throw Error(ErrorKind::memory, fmt::format("the graph cannot be built: {}", error.what()));
  }
}

}  // namespace groel::analysis
