// Inverted lists of product codes by FAISS: a part of its own, as it brings BLAS and LAPACK along.
#include <faiss/IndexFlat.h>
#include <faiss/IndexIVFPQ.h>
#include <faiss/impl/io.h>
#include <faiss/index_io.h>
#include <omp.h>

#include <algorithm>
#include <cstring>

#include "analysis/quantised_module.h"
#include "base/random.h"

namespace groel::analysis {
namespace {

constexpr std::int64_t kBlock = 65536;           // rows that are coded at a time
constexpr std::size_t kMostTable = 256u << 20U;  // bytes of distances that searches find ready

// Where BLAS is OpenBLAS: its threads and OpenMP's would wait for each other in turns, so that it gets one.
extern "C" __attribute__((weak)) void openblas_set_num_threads(int count);

// Centres that rows are compared with in blocks of the size that FAISS takes, as many at a time as there are threads.
class Centres final : public faiss::IndexFlatL2 {
 public:
  using IndexFlatL2::IndexFlatL2;
  void search(std::int64_t count, const float* rows, std::int64_t nearest, float* distances, std::int64_t* found,
              const faiss::SearchParameters* with) const override {
    constexpr std::int64_t kRows = 4096;
#pragma omp parallel for schedule(dynamic) if (count > kRows)
    for (std::int64_t row = 0; row < count; row += kRows)
      IndexFlatL2::search(std::min(kRows, count - row), rows + row * d, nearest, distances + row * nearest,
                          found + row * nearest, with);
  }
};

// Reads where it lies, without a second copy of the file.
struct SpanReader final : faiss::IOReader {
  explicit SpanReader(std::span<const std::byte> from) : left(from) {}
  std::size_t operator()(void* to, std::size_t size, std::size_t count) override {
    const std::size_t whole = size == 0 ? 0 : std::min(count, left.size() / size);
    if (whole > 0) std::memcpy(to, left.data(), whole * size);  // an empty part of a file has no place
    left = left.subspan(whole * size);
    return whole;
  }
  std::span<const std::byte> left;
};

class InvertedLists final : public QuantisedIndex {
 public:
  explicit InvertedLists(std::unique_ptr<faiss::IndexIVFPQ> index) : index_(std::move(index)) {}

  std::int64_t lists() const override { return static_cast<std::int64_t>(index_->nlist); }
  std::vector<std::int64_t> candidates(std::span<const float> query, std::int64_t count,
                                       std::int64_t probes) const override {
    std::vector<float> distances(static_cast<std::size_t>(count));
    std::vector<std::int64_t> rows(static_cast<std::size_t>(count), -1);
    faiss::IVFPQSearchParameters with;
    with.nprobe = static_cast<std::size_t>(std::min(probes, lists()));
    std::vector<float> nearness(with.nprobe);
    std::vector<std::int64_t> nearest(with.nprobe);
    index_->quantizer->search(1, query.data(), static_cast<std::int64_t>(with.nprobe), nearness.data(), nearest.data());
    index_->search_preassigned(1, query.data(), count, nearest.data(), nearness.data(), distances.data(), rows.data(),
                               false, &with);
    std::vector<std::int64_t> out;
    for (const std::int64_t row : rows)
      if (row >= 0) out.push_back(row);
    return out;
  }
  std::vector<std::byte> bytes() const override {
    faiss::VectorIOWriter writer;
    faiss::write_index(index_.get(), &writer);
    std::vector<std::byte> out(writer.data.size());
    std::memcpy(out.data(), writer.data.data(), out.size());
    return out;
  }

 private:
  std::unique_ptr<faiss::IndexIVFPQ> index_;
};

// Rows in steps through all, from a place that the seed draws: as good as random ones, and read in order.
std::vector<float> sample(const UnitRows& data, std::int64_t count, std::uint64_t seed) {
  std::vector<float> out;
  out.reserve(static_cast<std::size_t>(count * data.width));
  const double step = static_cast<double>(data.rows) / static_cast<double>(count);
  const double start = unit_double(philox(derive_key(seed, 4), 0)[0]) * step;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto row =
        data.row(std::min(data.rows - 1, static_cast<std::int64_t>(start + step * static_cast<double>(i))));
    out.insert(out.end(), row.begin(), row.end());
  }
  return out;
}

std::unique_ptr<QuantisedIndex> build(const UnitRows& data, const QuantisedShape& shape,
                                      const QuantisedOptions& options, int threads) {
  omp_set_num_threads(threads);
  if (openblas_set_num_threads != nullptr) openblas_set_num_threads(1);
  faiss::precomputed_table_max_bytes = kMostTable;
  auto centres = std::make_unique<Centres>(data.width);
  auto index = std::make_unique<faiss::IndexIVFPQ>(centres.get(), static_cast<std::size_t>(data.width),
                                                   static_cast<std::size_t>(shape.lists),
                                                   static_cast<std::size_t>(shape.code_bytes), std::size_t{8});
  index->own_fields = true;
  centres.release();  // NOLINT: the index's own now
  index->cp.niter = 10;
  index->cp.max_points_per_centroid = 1 << 20;  // the sample is of the size that it is to be
  // The codes' own centres are many small tasks, and are learned from as many rows a centre as the lists'.
  Centres of_codes(data.width / shape.code_bytes);
  index->pq.assign_index = &of_codes;
  index->pq.cp.niter = 10;
  index->pq.cp.max_points_per_centroid = 64;
  const std::vector<float> learned_from = sample(data, shape.learned_from, options.seed);
  index->train(shape.learned_from, learned_from.data());
  index->pq.assign_index = nullptr;
  for (std::int64_t row = 0; row < data.rows; row += kBlock) {
    options.progress(row);
    index->add(std::min(kBlock, data.rows - row), data.values + row * data.width);
  }
  options.progress(data.rows);
  return std::make_unique<InvertedLists>(std::move(index));
}

std::unique_ptr<QuantisedIndex> open(std::span<const std::byte> bytes) {
  faiss::precomputed_table_max_bytes = kMostTable;
  try {
    SpanReader reader(bytes);
    std::unique_ptr<faiss::Index> read(faiss::read_index(&reader));
    auto* const index = dynamic_cast<faiss::IndexIVFPQ*>(read.get());
    if (index == nullptr || index->quantizer == nullptr) return nullptr;
    read.release();  // NOLINT: it is the same
    return std::make_unique<InvertedLists>(std::unique_ptr<faiss::IndexIVFPQ>(index));
  } catch (const std::exception&) {
    return nullptr;
  }
}

}  // namespace
}  // namespace groel::analysis

extern "C" __attribute__((visibility("default"))) const groel::analysis::QuantisedModule* groel_faiss_module() {
  static const groel::analysis::QuantisedModule module{groel::analysis::kQuantisedModule, groel::analysis::build,
                                                       groel::analysis::open};
  return &module;
}
