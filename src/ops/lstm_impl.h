// One residue of one sequence of an LSTM: the elementwise part, for every instruction set.
#pragma once

#include <cstdint>

namespace groel::ops::cpu {

/// Pointers to H numbers, or to 4 H of gates.
struct LstmCell {
  const float* gates;
  const float* recurrent;  ///< W h, of gates
  const float* c_before;   ///< nullptr: 0
  float* active;
  float* c;
  float* h;
  std::int64_t width;
};
void lstm_cell(const LstmCell& cell);

struct LstmCellGrad {
  const float* active;
  const float* c;
  const float* c_before;  ///< nullptr: 0
  const float* dh;        ///< of the output
  const float* dh_after;  ///< from the residue read next
  float* dc;              ///< from the residue read next; becomes that for the one before
  float* dgates;
  std::int64_t width;
};
void lstm_cell_grad(const LstmCellGrad& cell);

}  // namespace groel::ops::cpu
