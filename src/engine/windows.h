// Cuts sequences that are too long for a model into overlapping windows, and joins the results again.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/outputs.h"

namespace groel::engine {

/// Residues [begin, end) of a sequence.
struct Window {
  std::int64_t begin;
  std::int64_t end;
};

/// Windows of `limit` residues, each starting half a window after the one before, the last flush with the end; one
/// window when everything fits.
std::vector<Window> windows(std::int64_t residues, std::int64_t limit);

/// The request to run on each window so that `join_windows` can answer `request`. Errors: unsupported, for contacts and
/// attention maps, which have no meaning across windows.
OutputRequest window_request(const OutputRequest& request);

/// One sequence's result from its windows', by the rule of each output (engine/output.h).
OutputValues join_windows(std::span<const OutputValues> parts, std::span<const Window> windows,
                          const OutputRequest& request, std::int64_t model_layers);

}  // namespace groel::engine
