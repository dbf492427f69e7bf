// Joins, products and turned arrays, each in memory of its own.
#include "structure_models/array_joiner.h"

#include <fmt/format.h>

#include <memory>
#include <span>

#include "tensor/tensor.h"

namespace groel::structure_models {

/// Rows and columns of numbers, on their way from some arrays to one.
struct ArrayJoiner::Numbers {
  std::int64_t rows = 0, columns = 0;
  std::vector<float> values;

  io::Array array(std::vector<std::int64_t> shape) && {
    const auto owner = std::make_shared<std::vector<float>>(std::move(values));
    return {DType::f32, std::move(shape), std::as_bytes(std::span<const float>(*owner)), owner};
  }
  io::Array matrix() && { return std::move(*this).array({rows, columns}); }
};

// Taken out; empty where there is none, which loading tells of.
ArrayJoiner::Numbers ArrayJoiner::take(const std::string& name) {
  const auto found = arrays_->find(name);
  if (found == arrays_->end()) return {};
  const io::Array array = found->second;
  const Tensor numbers = Tensor::copy_of(array.shape, array.dtype, array.bytes).to(DType::f32);
  arrays_->erase(found);
  const auto values = numbers.values<float>();
  const std::int64_t rows = array.shape.empty() ? 1 : array.shape.front();
  return {rows, rows == 0 ? 0 : numbers.count() / rows, {values.begin(), values.end()}};
}

void ArrayJoiner::join_columns(const std::vector<Columns>& parts, const std::string& to) {
  std::vector<Numbers> taken;
  Numbers out;
  for (const Columns& part : parts) {
    if (!has(part.name)) return;
    taken.push_back(take(part.name));
    out.rows = taken.back().rows;
    out.columns += part.columns < 0 ? taken.back().columns : part.columns;
  }
  for (std::int64_t r = 0; r < out.rows; ++r)
    for (std::size_t p = 0; p < taken.size(); ++p) {
      const Numbers& own = taken[p];
      out.values.insert(out.values.end(), own.values.begin() + r * own.columns,
                        own.values.begin() + (r + 1) * own.columns);
      if (parts[p].columns > own.columns)
        out.values.insert(out.values.end(), static_cast<std::size_t>(parts[p].columns - own.columns), 0.0F);
    }
  put(to, std::move(out).matrix());
}

void ArrayJoiner::join_columns(const std::vector<std::string>& names, const std::string& to) {
  std::vector<Columns> parts;
  for (const std::string& name : names) parts.push_back({name});
  join_columns(parts, to);
}

void ArrayJoiner::multiply(const std::string& a, const std::string& b, const std::string& to) {
  if (!has(a) || !has(b)) return;
  const io::Array kept = arrays_->at(b);
  const Numbers left = take(a), right = take(b);
  put(b, kept);
  if (left.columns != right.rows) return put(a, Numbers(left).matrix());
  Numbers out{left.rows, right.columns, std::vector<float>(static_cast<std::size_t>(left.rows * right.columns))};
  for (std::int64_t i = 0; i < out.rows; ++i)
    for (std::int64_t j = 0; j < out.columns; ++j) {
      double sum = 0;
      for (std::int64_t k = 0; k < left.columns; ++k)
        sum += double{left.values[static_cast<std::size_t>(i * left.columns + k)]} *
               right.values[static_cast<std::size_t>(k * right.columns + j)];
      out.values[static_cast<std::size_t>(i * out.columns + j)] = static_cast<float>(sum);
    }
  put(to, std::move(out).matrix());
}

void ArrayJoiner::join_logits(const std::string& transformer, std::int64_t together, bool numbered) {
  const bool shared = has(transformer + "pair_norm.weight");
  Numbers group;
  std::int64_t width = 0;
  for (std::int64_t block = 0;; ++block) {
    const std::string own = fmt::format("{}blocks.{}.logits", transformer, block);
    if (!has(own + ".weight") || (!shared && !has(own + "_norm.weight"))) break;
    const Numbers weight = take(own + ".weight"), gain = shared ? Numbers() : take(own + "_norm.weight");
    width = weight.columns;
    group.columns = width;
    group.rows += weight.rows;
    for (std::size_t i = 0; i < weight.values.size(); ++i)
      group.values.push_back(weight.values[i] * (shared ? 1 : gain.values[i % static_cast<std::size_t>(width)]));
    const bool last = !has(fmt::format("{}blocks.{}.logits.weight", transformer, block + 1));
    if (!last && (together == 0 || (block + 1) % together != 0)) continue;
    const std::string name =
        numbered ? fmt::format("pair_logits.{}", together == 0 ? 0 : block / together) : "pair_logits";
    put(transformer + name + ".weight", std::move(group).matrix());
    group = {};
  }
  if (width > 0 && !shared)
    put(transformer + "pair_norm.weight",
        Numbers{1, width, std::vector<float>(static_cast<std::size_t>(width), 1)}.array({width}));
}

void ArrayJoiner::turn_slots(const std::string& name, const std::string& to) {
  const auto found = arrays_->find(name);
  if (found == arrays_->end() || found->second.shape.size() != 3) return;
  const std::int64_t slots = found->second.shape[0], width = found->second.shape[1], bins = found->second.shape[2];
  const Numbers in = take(name);
  Numbers out{slots * bins, width, std::vector<float>(in.values.size())};
  for (std::int64_t slot = 0; slot < slots; ++slot)
    for (std::int64_t c = 0; c < width; ++c)
      for (std::int64_t bin = 0; bin < bins; ++bin)
        out.values[static_cast<std::size_t>((slot * bins + bin) * width + c)] =
            in.values[static_cast<std::size_t>((slot * width + c) * bins + bin)];
  put(to, std::move(out).matrix());
}

}  // namespace groel::structure_models
