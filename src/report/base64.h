// Bytes as text, for pictures inside of pages.
#pragma once

#include <string>

namespace groel::report {

std::string base64(const std::string& bytes);

}  // namespace groel::report
