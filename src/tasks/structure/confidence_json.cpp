// Reads matrices out of JSON without keeping the JSON.
#include "tasks/structure/confidence_json.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "io/compressed.h"

namespace groel::tasks {
namespace {

using nlohmann::json;

constexpr float kNoValue = std::numeric_limits<float>::quiet_NaN();

// The fields of one object, which may be the only element of a list.
class ConfidenceReader : public json::json_sax_t {
 public:
  ConfidenceReader(std::string_view text, const std::string& label) : text_(text), label_(label) {}

  Confidences take() {
    if (!listed_.empty()) gather_listed();
    if (out_.pae.empty() && out_.probabilities.empty())
      throw Error(ErrorKind::bad_input,
                  {"there is no predicted aligned error in this file", label_,
                   "a field \"pae\" or \"predicted_aligned_error\" is expected, or AlphaFold DB's older \"distance\""});
    for (const PairMatrix* matrix : {&out_.pae, &out_.probabilities})
      if (!matrix->empty() && !out_.chains.empty() &&
          matrix->size != static_cast<std::int64_t>(std::min(out_.chains.size(), out_.numbers.size())))
        fail(fmt::format("{} token_chain_ids and {} token_res_ids for a matrix of {} rows", out_.chains.size(),
                         out_.numbers.size(), matrix->size));
    return std::move(out_);
  }

  bool null() override { return number(kNoValue); }
  bool boolean(bool) override { return other("true or false"); }
  bool number_integer(number_integer_t x) override { return number(static_cast<double>(x)); }
  bool number_unsigned(number_unsigned_t x) override { return number(static_cast<double>(x)); }
  bool number_float(number_float_t x, const string_t&) override { return number(x); }
  bool string(string_t& text) override {
    if (field_ == "token_chain_ids" && depth() == 1) {
      out_.chains.push_back(text);
      return true;
    }
    return other("text");
  }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override {
    ++objects_;
    return true;
  }
  bool end_object() override {
    --objects_;
    if (objects_ == 0) field_.clear();
    return true;
  }
  bool key(string_t& name) override {
    if (objects_ == 1) {
      field_ = name;
      from_ = arrays_;
      row_ = 0;
      if (const PairMatrix* matrix = current(); matrix != nullptr && !matrix->values.empty())
        fail(fmt::format("{}: there are two such matrices", field_));
    }
    return true;
  }
  bool start_array(std::size_t) override {
    ++arrays_;
    if (PairMatrix* matrix = current(); matrix != nullptr && depth() == 2) filled_ = matrix->values.size();
    return true;
  }
  bool end_array() override {
    if (PairMatrix* matrix = current()) {
      if (depth() == 2) end_row(*matrix);
      if (depth() == 1) end_matrix(*matrix);
    }
    --arrays_;
    return true;
  }
  bool parse_error(std::size_t at, const std::string&, const nlohmann::detail::exception& error) override {
    const std::string_view before = text_.substr(0, std::min(at, text_.size()));
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::size_t last = before.rfind('\n');
    const std::size_t column = last == std::string_view::npos ? before.size() : before.size() - last - 1;
    const std::string what = error.what();
    throw Error(
        ErrorKind::bad_input,
        {"this is not JSON: " + what.substr(what.rfind(": ") + 2), fmt::format("{}:{}:{}", label_, line, column), {}});
  }

 private:
  // Arrays around the value, within the field.
  int depth() const { return arrays_ - from_; }

  // The matrix that the field is.
  PairMatrix* current() {
    if (objects_ != 1) return nullptr;
    if (field_ == "pae" || field_ == "predicted_aligned_error") return &out_.pae;
    return field_ == "contact_probs" ? &out_.probabilities : nullptr;
  }

  bool number(double x) {
    if (PairMatrix* matrix = current()) {
      if (depth() != 2) fail(fmt::format("{}: a list of rows of numbers is expected", field_));
      matrix->values.push_back(static_cast<float>(x));
    } else if (objects_ == 1 && depth() == 1 && field_ == "token_res_ids") {
      if (!(std::abs(x) < 1e9))
        fail(fmt::format("token_res_ids[{}]: {} is no number of a residue", out_.numbers.size(), x));
      out_.numbers.push_back(static_cast<std::int64_t>(x));
    } else if (objects_ == 1 && depth() == 1 && field_ == "distance") {
      listed_.push_back(static_cast<float>(x));
    }
    return true;
  }

  bool other(const char* what) {
    if (current() != nullptr) fail(fmt::format("{}[{}]: {} where a number is expected", field_, row_, what));
    return true;
  }

  void end_row(PairMatrix& matrix) {
    const auto length = static_cast<std::int64_t>(matrix.values.size() - filled_);
    if (row_ == 0) matrix.size = length;
    if (length != matrix.size)
      fail(fmt::format("{}[{}]: a row of {} numbers; the first has {}", field_, row_, length, matrix.size));
    ++row_;
  }

  void end_matrix(const PairMatrix& matrix) {
    if (row_ != matrix.size) fail(fmt::format("{}: {} rows of {} numbers: not square", field_, row_, matrix.size));
  }

  // AlphaFold DB's first form: residue1, residue2, and distance as one list each, by rows.
  void gather_listed() {
    const auto size = static_cast<std::int64_t>(std::llround(std::sqrt(static_cast<double>(listed_.size()))));
    if (size * size != static_cast<std::int64_t>(listed_.size()))
      fail(fmt::format("distance: {} numbers, which are not the pairs of any number of residues", listed_.size()));
    out_.pae = {size, std::move(listed_)};
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorKind::bad_input, {what, label_, "as many rows as columns, one for each residue or token"});
  }

  std::string_view text_;
  const std::string& label_;
  Confidences out_;
  std::string field_;
  std::vector<float> listed_;
  std::size_t filled_ = 0;
  std::int64_t row_ = 0;
  int objects_ = 0, arrays_ = 0, from_ = 0;
};

}  // namespace

std::string read_confidence_text(const std::string& path) {
  constexpr std::size_t kMost = std::size_t{4} << 30;
  const auto bytes = io::decompress(io::open_bytes(path), path);
  std::string text, piece(std::size_t{1} << 20, '\0');
  while (const std::size_t got = bytes->read(piece)) {
    text.append(piece, 0, got);
    if (text.size() > kMost) throw Error(ErrorKind::bad_input, {"a JSON file of over 4 GiB", path, {}});
  }
  return text;
}

Confidences parse_confidences(const std::string& text, const std::string& label) {
  ConfidenceReader reader(text, label);
  json::sax_parse(text, &reader);
  return reader.take();
}

Confidences read_confidences(const std::string& path) { return parse_confidences(read_confidence_text(path), path); }

}  // namespace groel::tasks
