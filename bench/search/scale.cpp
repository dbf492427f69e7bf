// Indexes of codes by FAISS as they grow: bench_scale FOLDER [WIDTH [ROWS ...]] makes vectors in families in a file of
// the folder, builds an index of each number of rows, and prints what 10^8 would take by what was measured: no more
// than that.
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "analysis/quantised.h"
#include "base/random.h"
#include "base/threads.h"

namespace {

using namespace groel;
using namespace groel::analysis;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

// A family of fifty on average, in a fold of forty, and noise of each one's own: uniform numbers, as they are cheap.
void fill_row(float* out, std::int64_t width, std::int64_t row, std::int64_t families) {
  const double u = unit_double(philox(9, static_cast<std::uint64_t>(row))[0]);
  const auto family = static_cast<std::int64_t>(u * u * static_cast<double>(families));
  const std::uint64_t keys[] = {derive_key(1, 1, static_cast<std::uint64_t>(family / 40)),
                                derive_key(1, 2, static_cast<std::uint64_t>(family)),
                                derive_key(1, 3, static_cast<std::uint64_t>(row))};
  const float scales[] = {1, 0.7F, 0.5F};
  double squares = 0;
  for (std::int64_t c = 0; c < width; c += 4) {
    float sum[4] = {};
    for (int part = 0; part < 3; ++part) {
      const auto bits = philox(keys[part], static_cast<std::uint64_t>(c));
      for (std::size_t i = 0; i < 4; ++i) sum[i] += scales[part] * (unit_float(bits[i]) - 0.5F);
    }
    for (std::int64_t i = 0; i < std::min<std::int64_t>(4, width - c); ++i) {
      out[c + i] = sum[i];
      squares += double{sum[i]} * sum[i];
    }
  }
  const auto scale = static_cast<float>(1 / std::sqrt(squares));
  for (std::int64_t c = 0; c < width; ++c) out[c] *= scale;
}

// Vectors in a file that is mapped: what does not fit in memory is read again.
class VectorsOnDisk {
 public:
  VectorsOnDisk(const std::string& folder, std::int64_t rows, std::int64_t width)
      : path_(folder + "/groel-bench-scale.f32"), bytes_(static_cast<std::size_t>(rows * width) * sizeof(float)) {
    const int file = ::open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (file < 0 || ::ftruncate(file, static_cast<off_t>(bytes_)) != 0) throw std::runtime_error("no room: " + path_);
    values_ = static_cast<float*>(::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
    ::close(file);
    if (values_ == MAP_FAILED) throw std::runtime_error("cannot be mapped: " + path_);
    parallel_for(rows, [&](std::int64_t row) { fill_row(values_ + row * width, width, row, rows / 50 + 1); });
  }
  ~VectorsOnDisk() {
    ::munmap(values_, bytes_);
    ::unlink(path_.c_str());
  }
  VectorsOnDisk(const VectorsOnDisk&) = delete;
  VectorsOnDisk& operator=(const VectorsOnDisk&) = delete;
  const float* values() const { return values_; }

 private:
  std::string path_;
  std::size_t bytes_;
  float* values_ = nullptr;
};

struct Measured {
  double rows = 0;
  std::int64_t lists = 0, probes = 0;
  double learning = 0, adding = 0;  // seconds
  double bytes = 0;                 // of codes and centres
  double query = 0;                 // seconds of one thread
  double recall = 0;
};

Measured measure(const UnitRows& data) {
  Measured out;
  out.rows = static_cast<double>(data.rows);
  const auto begin = Clock::now();
  double first_added = 0;
  QuantisedOptions options;
  options.progress = [&](std::int64_t done) {
    if (done == 0) first_added = seconds_since(begin);
  };
  const auto index = build_quantised(data, options);
  out.learning = first_added;
  out.adding = seconds_since(begin) - first_added;
  out.lists = index->lists();
  out.bytes = static_cast<double>(index->bytes().size());
  const QuantisedQuality quality = measure_quantised(data, *index, 200, 0.95);
  out.recall = quality.recall;
  out.probes = quality.probes;
  constexpr int kQueries = 200;
  const auto asked = Clock::now();
  for (int i = 0; i < kQueries; ++i) {
    const auto row = static_cast<std::int64_t>(philox(5, static_cast<std::uint64_t>(i))[0] % data.rows);
    (void)search_quantised(data, *index, {data.row(row), 10, 200, quality.probes});
  }
  out.query = seconds_since(asked) / kQueries;
  return out;
}

// Lists grow with the square root of the rows. So centres cost (rows that they are learned from, times lists) as the
// rows; adding, each row against all lists, as their power of 1.5; a query, against lists and what is in some of them,
// as their square root; codes as the rows.
Measured scaled(const Measured& from, double rows) {
  const double times = rows / from.rows;
  return {rows,
          static_cast<std::int64_t>(static_cast<double>(from.lists) * std::sqrt(times)),
          from.probes,
          from.learning * times,
          from.adding * std::pow(times, 1.5),
          from.bytes * times,
          from.query * std::sqrt(times),
          from.recall};
}

void print(const char* what, const Measured& m, std::int64_t width) {
  fmt::print("| {} | {:.3g} | {} | {} | {:.0f} s | {:.0f} s | {:.2f} GB | {:.2f} GB | {:.2f} ms | {:.3f} |\n", what,
             m.rows, m.lists, m.probes, m.learning, m.adding, m.bytes / 1e9,
             m.rows * static_cast<double>(width) * 4 / 1e9, m.query * 1e3, m.recall);
  std::fflush(stdout);
}

}  // namespace

int main(int count, char** words) {
  if (count < 2) return fmt::print(stderr, "bench_scale FOLDER [WIDTH [ROWS ...]]\n"), 2;
  const std::int64_t width = count > 2 ? std::atoll(words[2]) : 320;
  std::vector<std::int64_t> sizes;
  for (int i = 3; i < count; ++i) sizes.push_back(static_cast<std::int64_t>(std::atof(words[i])));
  if (sizes.empty()) sizes = {100'000, 1'000'000};
  const auto begin = Clock::now();
  const VectorsOnDisk vectors(words[1], *std::ranges::max_element(sizes), width);
  fmt::print("width {}, {} threads; vectors made in {:.0f} s\n\n", width, num_threads(), seconds_since(begin));
  fmt::print(
      "| | vectors | lists | probes | learning | adding | codes | vectors on disk | a query, one thread | recall@10 "
      "|\n");
  fmt::print("|---|---|---|---|---|---|---|---|---|---|\n");
  Measured last;
  for (const std::int64_t rows : sizes) {
    if (last.rows > 0) print("expected", scaled(last, static_cast<double>(rows)), width);
    last = measure({rows, width, vectors.values()});
    print("measured", last, width);
  }
  print("**expected, not measured**", scaled(last, 1e8), width);
  print("**expected of one of 64 shards**", scaled(last, 1e8 / 64), width);
}
