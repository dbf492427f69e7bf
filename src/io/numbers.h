// Reads numbers as tables write them: with decimal points or, throughout a column, with decimal commas.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace groel::io {

/// "-1.5e-3", "+2", "Inf", white space around it, a typographic minus; none for all else, NaN too.
std::optional<double> parse_number(std::string_view text);
/// Digits with or without a minus before them, and nothing else.
std::optional<std::int64_t> parse_whole_number(std::string_view text);
/// The same with one decimal comma: "0,5". None where there is no comma, or a point.
std::optional<double> parse_decimal_comma(std::string_view text);
/// Whether "1,234" could be a thousand as well as one and a bit.
bool could_be_thousands(std::string_view text);

/// A column read as finite numbers.
struct Numbers {
  std::vector<double> values;        ///< NaN: missing, or no number
  std::size_t missing = 0;           ///< is_missing
  std::size_t unreadable = 0;        ///< neither missing nor a finite number
  std::size_t first_unreadable = 0;  ///< its place
  bool decimal_commas = false;       ///< all fractions have them, and are read so
};

/// Decimal commas are read where no number of the column has a point, and not every one could be a thousand written in
/// a table that is separated by commas itself.
Numbers read_numbers(const std::vector<std::string>& texts, char delimiter);

/// Sentences about decimal commas and missing values in a column, to be noted.
std::vector<std::string> notes_of(const Numbers& numbers, const std::string& column);
/// What is left out although it is not missing, to be warned of; empty if nothing is.
std::string left_out_of(const Numbers& numbers, const std::vector<std::string>& texts, const std::string& column);

}  // namespace groel::io
