// An LSTM written exactly as its definition, in double precision, for tests.
#include <cmath>
#include <vector>

#include "ops/lstm.h"
#include "ops/view.h"

namespace groel::ops::reference {

LstmResult lstm(const LstmInput& input, const Tensor& weight) {
  const std::int64_t width = weight.size(1);
  const auto size = static_cast<std::size_t>(width);
  LstmResult out{Tensor::empty({input.gates.size(0), width}), Tensor::empty({input.gates.size(0), width}),
                 Tensor::empty(input.gates.shape())};
  const auto bounds = input.bounds.values<std::int32_t>();
  const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  for (std::size_t b = 0; b + 1 < bounds.size(); ++b) {
    std::vector<double> h(size), c(size);
    for (std::int64_t step = 0; step < bounds[b + 1] - bounds[b]; ++step) {
      const std::int64_t row = input.order == ReadingOrder::forward ? bounds[b] + step : bounds[b + 1] - 1 - step;
      std::vector<double> gates(4 * size);
      for (std::size_t g = 0; g < gates.size(); ++g) {
        gates[g] = matrix<float>(input.gates).row(row)[g];
        for (std::size_t k = 0; k < size; ++k)
          gates[g] += h[k] * matrix<float>(weight).row(static_cast<std::int64_t>(g))[k];
        gates[g] = g / size == 2 ? std::tanh(gates[g]) : sigmoid(gates[g]);
        mutable_matrix<float>(out.active).row(row)[g] = static_cast<float>(gates[g]);
      }
      for (std::size_t k = 0; k < size; ++k) {
        c[k] = gates[size + k] * c[k] + gates[k] * gates[2 * size + k];
        h[k] = gates[3 * size + k] * std::tanh(c[k]);
        mutable_matrix<float>(out.c).row(row)[k] = static_cast<float>(c[k]);
        mutable_matrix<float>(out.h).row(row)[k] = static_cast<float>(h[k]);
      }
    }
  }
  return out;
}

}  // namespace groel::ops::reference
