// What predictors say of pairs of residues, from their JSON files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace groel::tasks {

/// values [size, size] row by row, as the file has them; not a number for null.
struct PairMatrix {
  std::int64_t size = 0;
  std::vector<float> values;

  bool empty() const noexcept { return size == 0; }
};

struct Confidences {
  PairMatrix pae;                     ///< Å: row i, the error of j where i's frame is laid on the truth
  PairMatrix probabilities;           ///< of contact; AlphaFold 3's alone
  std::vector<std::string> chains;    ///< of each token; empty: the file does not say what its rows are
  std::vector<std::int64_t> numbers;  ///< of each token's residue
};

/// Of AlphaFold 3 (confidences.json and its server's full_data), AlphaFold DB (both forms that it had), ColabFold and
/// others that write "pae" or "predicted_aligned_error"; plain or compressed. It is read as a stream of tokens: memory
/// is the text and four bytes a value. Errors: not_found, io; bad_input naming the field and row, where a matrix is not
/// square or holds no numbers, where the fields do not fit together, or where the file has no such field.
Confidences read_confidences(const std::string& path);
/// The text of a JSON file, plain or compressed. Errors: not_found, io; bad_input for over 4 GiB.
std::string read_confidence_text(const std::string& path);
Confidences parse_confidences(const std::string& text, const std::string& label);

}  // namespace groel::tasks
