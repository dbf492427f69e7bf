// Cutting and averaging.
#include "engine/windows.h"

#include <algorithm>

#include "base/error.h"
#include "ops/elementwise.h"
#include "ops/pool.h"

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

Tensor mean_of(std::span<const Embedding> parts, int layer) {
  Tensor sum = parts[0].cls.at(layer);
  for (std::size_t w = 1; w < parts.size(); ++w) sum = ops::add(sum, parts[w].cls.at(layer));
  return ops::scale(sum, 1.0F / static_cast<float>(parts.size()));
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

EmbedRequest window_request(const EmbedRequest& request) {
  if (request.contacts || request.attentions)
    throw Error(ErrorKind::unsupported, {"contacts and attention maps cannot be put together from windows",
                                         "`long=window`", "use `long=truncate`, or leave them out of `include`"});
  EmbedRequest out = request;
  out.per_residue = request.per_residue || request.mean || request.max;
  out.mean = out.max = false;
  return out;
}

Embedding join_windows(std::span<const Embedding> parts, std::span<const Window> windows, const EmbedRequest& request) {
  Embedding out;
  for (const Embedding& part : parts)
    if ((out.failure = part.failure)) return out;
  const auto length = static_cast<std::int32_t>(windows.back().end);
  const ops::Segments whole{Tensor::of<std::int32_t>({1}, {0}), Tensor::of<std::int32_t>({1}, {length})};
  for (const int layer : request.layers) {
    if (request.cls) out.cls[layer] = mean_of(parts, layer);
    if (!request.per_residue && !request.mean && !request.max) continue;
    std::vector<Tensor> pieces;
    for (const Embedding& part : parts) pieces.push_back(part.per_residue.at(layer));
    const Tensor residues = average(pieces, windows);
    if (request.mean) out.mean[layer] = ops::segment_mean(residues, whole).reshape({-1});
    if (request.max) out.max[layer] = ops::segment_max(residues, whole).reshape({-1});
    if (request.per_residue) out.per_residue[layer] = residues;
  }
  if (request.logits) {
    std::vector<Tensor> pieces;
    for (const Embedding& part : parts) pieces.push_back(part.logits);
    out.logits = average(pieces, windows);
  }
  return out;
}

}  // namespace groel::engine
