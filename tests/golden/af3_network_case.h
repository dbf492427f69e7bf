// A golden case of AlphaFold 3's whole network: its runs, their inputs and noise, and arrays compared as they come.
#pragma once

#include <string>
#include <vector>

#include "golden/case.h"
#include "golden/rows.h"
#include "support/af3_network.h"

namespace groel::golden {

/// Compares a run's arrays with those that the case expects, each where the case has it.
class NetworkRun : public testing::NetworkInputs {
 public:
  NetworkRun(const Case& golden, const io::ArrayFile& inputs, const nlohmann::json& run)
      : NetworkInputs(inputs, run), golden_(golden) {}

  /// As it is, or atoms brought to the places that the case has them in.
  void compare(const std::string& array, const Tensor& ours, const structure_models::AtomWindows& atoms,
               double tolerance, Worst& worst) const;
  void compare(const std::string& array, std::span<const float> ours, double tolerance, Worst& worst) const;

 private:
  const Case& golden_;
};

/// Figures are worst(|ours - expected|) / tolerance: 1 is the most that is allowed.
void check_network(const Case& golden, const structure_models::Alphafold3& network, const io::ArrayMap& weights,
                   Rows& rows);

}  // namespace groel::golden
