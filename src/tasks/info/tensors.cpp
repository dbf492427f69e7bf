// Prints tensors with their shapes, types and places, and figures of their numbers.
#include "tasks/info/tensors.h"

#include <cmath>
#include <cstring>

#include "base/threads.h"
#include "io/tensor_list.h"
#include "tensor/tensor.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

struct Statistics {
  double least = INFINITY, greatest = -INFINITY, sum = 0;
  std::int64_t numbers = 0;  ///< that are not NaN
  std::int64_t nans = 0;

  void add(double value) {
    if (std::isnan(value)) {
      ++nans;
      return;
    }
    least = std::min(least, value);
    greatest = std::max(greatest, value);
    sum += value;
    ++numbers;
  }
  double mean() const { return sum / static_cast<double>(numbers); }
};

template <class T>
Statistics statistics_of(std::span<const std::byte> bytes) {
  Statistics out;
  for (std::size_t at = 0; at < bytes.size(); at += sizeof(T)) {
    T value;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    if constexpr (std::is_arithmetic_v<T>)
      out.add(static_cast<double>(value));
    else
      out.add(static_cast<double>(to_float(value)));
  }
  return out;
}

Statistics statistics_of(const io::Array& array) {
  switch (array.dtype) {
    case DType::f32: return statistics_of<float>(array.bytes);
    case DType::bf16: return statistics_of<bf16_t>(array.bytes);
    case DType::f16: return statistics_of<f16_t>(array.bytes);
    case DType::f64: return statistics_of<double>(array.bytes);
    case DType::i64: return statistics_of<std::int64_t>(array.bytes);
    case DType::i32: return statistics_of<std::int32_t>(array.bytes);
    case DType::i16: return statistics_of<std::int16_t>(array.bytes);
    case DType::i8: return statistics_of<std::int8_t>(array.bytes);
    case DType::u8:
    case DType::boolean: return statistics_of<std::uint8_t>(array.bytes);
  }
  return {};
}

using AllStatistics = std::vector<std::optional<Statistics>>;

AllStatistics all_statistics(const io::TensorList& list) {
  AllStatistics out(list.rows.size());
  parallel_for(static_cast<std::int64_t>(out.size()), [&](std::int64_t i) {
    const auto& array = list.rows[static_cast<std::size_t>(i)].array;
    if (array) out[static_cast<std::size_t>(i)] = statistics_of(*array);
  });
  return out;
}

ordered_json figure(double value) { return std::isfinite(value) ? ordered_json(value) : ordered_json(); }

ordered_json to_json(const io::TensorRow& row) {
  return {{"name", row.name},
          {"shape", row.shape},
          {"dtype", row.dtype},
          {"bytes", row.bytes ? ordered_json(*row.bytes) : ordered_json()},
          {"offset", row.offset ? ordered_json(*row.offset) : ordered_json()},
          {"file", row.file.filename().string()}};
}

void print_json(const std::filesystem::path& path, const io::TensorList& list, const AllStatistics& statistics,
                std::ostream& out) {
  ordered_json rows = ordered_json::array();
  for (std::size_t i = 0; i < list.rows.size(); ++i) {
    rows.push_back(to_json(list.rows[i]));
    if (i >= statistics.size() || !statistics[i]) continue;
    const Statistics& of = *statistics[i];
    rows.back().update(
        {{"min", figure(of.least)}, {"max", figure(of.greatest)}, {"mean", figure(of.mean())}, {"nan", of.nans}});
  }
  const ordered_json all = {
      {"path", path.string()}, {"format", list.format}, {"metadata", list.metadata}, {"tensors", rows}};
  out << all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

std::string place(const io::TensorRow& row, bool several) {
  const std::string offset = row.offset ? fmt::format("{}", *row.offset) : "-";
  return several ? fmt::format("{} {}", row.file.filename().string(), offset) : offset;
}

std::string figures(const std::optional<Statistics>& of) {
  if (!of) return {};
  if (of->numbers == 0) return fmt::format("  {:>11} {:>11} {:>11} {:>6}", "-", "-", "-", of->nans);
  return fmt::format("  {:>11.4g} {:>11.4g} {:>11.4g} {:>6}", of->least, of->greatest, of->mean(), of->nans);
}

void print_text(const io::TensorList& list, const AllStatistics& statistics, std::ostream& out) {
  std::size_t names = 4, shapes = 5;
  std::uint64_t bytes = 0;
  bool several = false;
  for (const io::TensorRow& row : list.rows) {
    names = std::max(names, row.name.size());
    shapes = std::max(shapes, to_string(row.shape).size());
    bytes += row.bytes.value_or(0);
    several = several || row.file != list.rows.front().file;
  }
  out << fmt::format("{:<{}}  {:<5} {:<{}} {:>12}  at{}\n", "name", names, "type", "shape", shapes, "bytes",
                     statistics.empty() ? "" : "; least, greatest, mean, NaNs");
  for (std::size_t i = 0; i < list.rows.size(); ++i) {
    const io::TensorRow& row = list.rows[i];
    out << fmt::format("{:<{}}  {:<5} {:<{}} {:>12}  {}{}\n", row.name, names, row.dtype, to_string(row.shape), shapes,
                       row.bytes ? fmt::format("{}", *row.bytes) : "-", place(row, several),
                       i < statistics.size() ? figures(statistics[i]) : "");
  }
  out << fmt::format("{}, {} ({})\n", counted(list.rows.size(), "tensor"), format_bytes(bytes), list.format);
}

}  // namespace

void print_tensors(const std::filesystem::path& path, const TensorListing& listing, Context& context) {
  const io::TensorList list = io::list_tensors(path);
  const AllStatistics statistics = listing.statistics ? all_statistics(list) : AllStatistics();
  if (listing.json)
    print_json(path, list, statistics, context.out);
  else
    print_text(list, statistics, context.out);
}

}  // namespace groel::tasks
