// Asks whoever sits at the terminal.
#pragma once

#include <functional>
#include <string>

namespace groel::cli {

/// A function that puts a question and reads y or n; empty where nobody can answer: standard input or standard error
/// is no terminal.
std::function<bool(const std::string& question)> asker();

}  // namespace groel::cli
