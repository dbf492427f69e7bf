// The sheet of predicted numbers.
#include <cmath>

#include "base/error.h"
#include "statistics/sheets.h"

namespace groel::statistics {

void add_numbers(ScoreSheet& sheet, Numbers truth, Numbers predicted) {
  const char* const constant = "the truth or the prediction is constant, or there are too few pairs";
  const auto pair = [&](const std::string& name, Correlation (*correlation)(Numbers, Numbers)) {
    const Correlation both = truth.size() < 2 ? Correlation{NAN, NAN} : correlation(truth, predicted);
    sheet.put(name, both.value, constant);
    sheet.put(name + "_p", both.p, constant);
  };
  pair("spearman", spearman);
  pair("pearson", pearson);
  sheet.put("kendall_tau_b", truth.size() < 2 ? NAN : kendall_tau(truth, predicted), constant);
  const double mse = mean_squared_error(truth, predicted);
  sheet.put("mse", mse);
  sheet.put("rmse", std::sqrt(mse));
  sheet.put("mae", mean_absolute_error(truth, predicted));
  sheet.put("r2", r2(truth, predicted), "it needs two pairs at least");
  if (truth.size() > 1 && std::all_of(truth.begin(), truth.end(), [&](double value) { return value == truth[0]; }))
    sheet.undefined("r2", "the truth is constant: 1 is taken where it is met, and 0 otherwise");
}

}  // namespace groel::statistics
