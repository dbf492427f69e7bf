// Splits ids such as sp|P01308|INS_HUMAN at the bars.
#include "tasks/reading/id_parts.h"

#include <algorithm>

namespace groel::tasks {

std::vector<std::string_view> id_parts(std::string_view id) {
  std::vector<std::string_view> out;
  if (id.find('|') == std::string_view::npos) return out;
  for (std::size_t at = 0; at <= id.size();) {
    const std::size_t end = std::min(id.find('|', at), id.size());
    if (end > at) out.push_back(id.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

namespace {

constexpr std::size_t kMostCharacters = 40;

// Places where UTF-8 characters begin, and the end.
std::vector<std::size_t> character_starts(std::string_view text) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U) out.push_back(i);
  out.push_back(text.size());
  return out;
}

std::string without_middle(std::string_view text) {
  const auto starts = character_starts(text);
  const std::size_t characters = starts.size() - 1;
  if (characters <= kMostCharacters) return std::string(text);
  const std::size_t half = (kMostCharacters - 1) / 2;
  return std::string(text.substr(0, starts[half])) + "…" + std::string(text.substr(starts[characters - half]));
}

bool is_database(std::string_view part) {
  constexpr std::string_view kNames[] = {"sp", "tr", "ref", "gb", "emb", "dbj", "lcl", "gnl", "up"};
  return std::find(std::begin(kNames), std::end(kNames), part) != std::end(kNames);
}

}  // namespace

std::string short_name(std::string_view id) {
  const auto parts = id_parts(id);
  if (parts.size() >= 4 && parts[0] == "gi") return without_middle(parts[3]);
  if (parts.size() >= 2 && is_database(parts[0]))
    return without_middle(parts[parts[0] == "gnl" && parts.size() > 2 ? 2 : 1]);
  if (parts.size() == 3 && parts[0] == "pdb")
    return without_middle(std::string(parts[1]) + "_" + std::string(parts[2]));
  return without_middle(id);
}

}  // namespace groel::tasks
