// The files that go with a verb, for its usage line.
#pragma once

#include <string_view>

namespace groel::tasks {

/// "TABLE FILE" of `groel data join`; empty where the verb takes no more words, or as many as its task says.
std::string_view input_of(std::string_view task, std::string_view verb);

}  // namespace groel::tasks
