// One head of one sequence in double, as attention's definition says: shared by both references.
#pragma once

#include <vector>

#include "ops/attention_layout.h"

namespace groel::ops::reference {

using Rows = std::vector<std::vector<double>>;

/// Rows of a head and where they come from.
struct HeadPart {
  std::int64_t head;
  std::int64_t begin;
  std::int64_t end;
  std::int64_t width;
};
Rows gather(const Tensor& x, const HeadPart& part);
/// Adds them to their place.
void scatter(const Rows& rows, const HeadPart& part, Tensor& to);

double dot(const std::vector<double>& a, const std::vector<double>& b);

/// A head's queries, scaled and rotated, and its keys, rotated.
struct AttentionHead {
  AttentionHead(const AttentionInput& input, std::int64_t sequence, std::int64_t head);

  /// Softmax of the query's scores over all keys; 0 where a key is not seen.
  std::vector<double> weights(std::int64_t query) const;
  /// Turns gradients back to q and k as they were given.
  void turn_back(Rows& dq, Rows& dk) const;
  bool sees(std::int64_t query, std::int64_t key) const;

  const AttentionInput& input;
  AttentionSequence sequence;
  HeadPart queries;
  HeadPart keys;
  Rows q;
  Rows k;
  Rows v;

 private:
  void rotate(Rows& rows, bool of_keys, double direction) const;
};

}  // namespace groel::ops::reference
