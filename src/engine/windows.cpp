// Cuts long sequences into overlapping windows and averages the results.
#include "engine/windows.h"

#include <algorithm>

#include "base/error.h"
#include "ops/elementwise.h"

namespace groel::engine {
namespace {

// parts [len_w, D] each -> [L, D], the mean over the windows that hold a residue, added in order of the windows
Tensor average(const std::vector<Tensor>& parts, std::span<const Window> windows) {
  const std::int64_t length = windows.back().end;
  const std::int64_t width = parts.front().size(1);
  Tensor sum = Tensor::zeros({length, width});
  std::vector<float> count(static_cast<std::size_t>(length), 0.0F);
  float* out = sum.mutable_data<float>();
  for (std::size_t w = 0; w < windows.size(); ++w) {
    const float* in = parts[w].data<float>();
    for (std::int64_t i = windows[w].begin; i < windows[w].end; ++i) {
      count[static_cast<std::size_t>(i)] += 1.0F;
      for (std::int64_t d = 0; d < width; ++d) out[i * width + d] += *in++;
    }
  }
  for (std::int64_t i = 0; i < length; ++i)
    for (std::int64_t d = 0; d < width; ++d) out[i * width + d] /= count[static_cast<std::size_t>(i)];
  return sum;
}

// parts: [D] each -> [D]
Tensor mean_of(const std::vector<Tensor>& parts) {
  Tensor sum = parts[0];
  for (std::size_t w = 1; w < parts.size(); ++w) sum = ops::add(sum, parts[w]);
  return ops::scale(sum, 1.0F / static_cast<float>(parts.size()));
}

std::vector<Tensor> parts_of(std::span<const OutputValues> windows, Output output, int layer) {
  std::vector<Tensor> out;
  for (const OutputValues& window : windows) out.push_back(window.at(output, layer));
  return out;
}

Tensor joined(std::span<const OutputValues> parts, std::span<const Window> windows, Output output, int layer) {
  const OutputRecipe& how = recipe(output);
  if (how.joined == Joined::window_by_window) return mean_of(parts_of(parts, output, layer));
  if (how.joined == Joined::pooled) return how.pool(average(parts_of(parts, Output::per_residue, layer), windows));
  return average(parts_of(parts, output, layer), windows);
}

}  // namespace

std::vector<Window> windows(std::int64_t residues, std::int64_t limit) {
  std::vector<Window> out;
  const std::int64_t step = std::max<std::int64_t>(1, limit / 2);
  std::int64_t begin = 0;
  for (; begin + limit < residues; begin += step) out.push_back({begin, begin + limit});
  out.push_back({std::max<std::int64_t>(0, residues - limit), residues});
  return out;
}

OutputRequest window_request(const OutputRequest& request) {
  OutputRequest out{request.layers, {}};
  for (const Output output : request.outputs) {
    const Joined how = recipe(output).joined;
    if (how == Joined::not_at_all)
      throw Error(ErrorKind::unsupported, {fmt::format("{} cannot be put together from windows", bio::name(output)),
                                           "`long=window`", "use `long=truncate`, or leave them out of `include`"});
    const Output needed = how == Joined::pooled ? Output::per_residue : output;
    if (!out.asks_for(needed)) out.outputs.push_back(needed);
  }
  return out;
}

OutputValues join_windows(std::span<const OutputValues> parts, std::span<const Window> windows,
                          const OutputRequest& request, std::int64_t model_layers) {
  OutputValues out;
  for (const OutputValues& part : parts)
    if ((out.failure = part.failure)) return out;
  for (const Output output : request.outputs)
    for (const int layer : layers_of(output, request.layers, model_layers))
      out.slot(output, layer) = joined(parts, windows, output, layer);
  return out;
}

}  // namespace groel::engine
