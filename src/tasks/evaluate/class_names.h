// The names of classes as tables spell them: which cells mean the same class, their order, which one is positive.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace groel::tasks {

/// "1.0" and " 1" are "1"; other texts are trimmed.
std::string class_name(const std::string& cell);
/// What a yes/no cell says: 1, 0, true, false, yes, no, nothing (no). None for all else.
std::optional<bool> yes_or_no(const std::string& cell);

/// Distinct names in numpy's order: by value where all are whole numbers, else by their bytes.
std::vector<std::string> ordered_classes(std::vector<std::string> names);
/// The names as whole numbers, where all are.
std::optional<std::vector<std::int64_t>> whole_numbers(const std::vector<std::string>& names);

/// The place of a class by its exact name, or else by its name in other capitals where one alone has it.
std::optional<std::size_t> place_of(const std::string& name, const std::vector<std::string>& classes);

/// Whether a column is called after a class: "AMP", "prob_AMP", "AMP score", "p1", "P(1)".
bool is_column_of(const std::string& column, const std::string& name);

/// Whether two columns are called after one class: "true_A" and "prob_A".
bool are_of_one_class(const std::string& a, const std::string& b);

/// The class that counts as positive where nobody says it: 1; the one whose contrary is called "non-…", "not …" or
/// "negative"; else the last.
std::size_t usual_positive(const std::vector<std::string>& classes);

}  // namespace groel::tasks
