// The table of outputs that models can give.
#include "bio/output.h"

#include <algorithm>
#include <array>

namespace groel {
namespace bio {
namespace {

struct Row {
  std::string_view name;
  Per per;
};

constexpr std::array kRows{
#define GROEL_OUTPUT(name, per) Row{#name, Per::per},
#include <groel/outputs.inc>
#undef GROEL_OUTPUT
};

constexpr std::array kOutputs{
#define GROEL_OUTPUT(name, per) Output::name,
#include <groel/outputs.inc>
#undef GROEL_OUTPUT
};

const Row& row(Output output) noexcept { return kRows[static_cast<std::size_t>(output)]; }

bool same_name(std::string_view text, std::string_view name) noexcept {
  return std::equal(text.begin(), text.end(), name.begin(), name.end(),
                    [](char a, char b) { return (a == '-' ? '_' : a) == b; });
}

}  // namespace

std::span<const Output> all_outputs() noexcept { return kOutputs; }
Per per(Output output) noexcept { return row(output).per; }

std::optional<Output> parse_output(std::string_view text) noexcept {
  for (const Output output : kOutputs)
    if (same_name(text, name(output))) return output;
  return std::nullopt;
}

std::vector<std::int64_t> output_shape(Output output, std::int64_t width, const Lengths& of) {
  switch (per(output)) {
    case Per::residue: return {of.rows * of.residues, width};
    case Per::residue_pair: return {of.residues, of.residues};
    case Per::token_pair: return {width, of.tokens, of.tokens};
    default: return {width};
  }
}

}  // namespace bio

std::string_view name(Output output) noexcept { return bio::row(output).name; }

}  // namespace groel
