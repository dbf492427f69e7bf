// Sequences longer than a model's positions, cut into overlapping windows and put together again.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/embed.h"

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
EmbedRequest window_request(const EmbedRequest& request);

/// One sequence's result from its windows': a residue in several windows gets the mean of its vectors (and logits);
/// mean and max are taken over these; cls is the mean of the windows'.
Embedding join_windows(std::span<const Embedding> parts, std::span<const Window> windows, const EmbedRequest& request);

}  // namespace groel::engine
