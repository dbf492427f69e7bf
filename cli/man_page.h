// Manual pages in roff, made from the tasks' tables.
#pragma once

#include <string>

#include "tasks/task.h"

namespace groel::cli {

/// groel(1): all commands, what holds for each, exit statuses, variables and files.
std::string man_page();
/// groel-embed(1).
std::string man_page(const tasks::Task& task);

/// Names of all pages, "groel" first: "groel-embed".
std::vector<std::string> man_page_names();

}  // namespace groel::cli
