// Reads masks and leaves out labels by them.
#include "train/label_mask.h"

#include <algorithm>

#include "base/error.h"
#include "base/words.h"
#include "io/numbers.h"

namespace groel::train {
namespace {

bool has_words(const std::string& text) { return text.find(' ') != std::string::npos; }

std::vector<std::string> parts_of(const std::string& text) {
  std::vector<std::string> out;
  if (!has_words(text)) {
    for (const char c : text) out.emplace_back(1, c);
    return out;
  }
  for (std::size_t at = 0; (at = text.find_first_not_of(' ', at)) != std::string::npos;) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    out.push_back(text.substr(at, end - at));
    at = end;
  }
  return out;
}

std::vector<bool> counting(const std::string& mask, std::size_t labels) {
  const std::vector<std::string> parts = parts_of(mask);
  if (parts.size() != labels)
    throw Error(ErrorKind::bad_input,
                {fmt::format("a mask of {} for {}", counted(parts.size(), "residue"), counted(labels, "label")),
                 "`mask_column`", "0 or 1 for each residue"});
  std::vector<bool> out;
  for (const std::string& part : parts) {
    const auto value = io::parse_number(part);
    if (!value || (*value != 0 && *value != 1))
      throw Error(ErrorKind::bad_input,
                  {fmt::format("'{}' in a mask is neither 0 nor 1", part), "`mask_column`", "0 or 1 for each residue"});
    out.push_back(*value == 1);
  }
  return out;
}

}  // namespace

std::string masked_labels(const std::string& labels, const std::vector<std::string>& masks, std::int64_t& left_out) {
  std::vector<std::string> parts = parts_of(labels);
  std::vector<bool> counts(parts.size(), true);
  for (const std::string& mask : masks) {
    const std::vector<bool> one = counting(mask, parts.size());
    for (std::size_t i = 0; i < one.size(); ++i) counts[i] = counts[i] && one[i];
  }
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (has_words(labels) && i > 0) out += ' ';
    out += counts[i] ? parts[i] : std::string(1, kMaskedLabel);
    left_out += counts[i] ? 0 : 1;
  }
  return out;
}

}  // namespace groel::train
