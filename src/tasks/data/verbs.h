// What groel data does, a function for each verb.
#pragma once

#include "tasks/data/options.h"

namespace groel::tasks {

void split_data(const DataOptions& options, Context& context);
void describe_data(const DataOptions& options, Context& context);
void label_data(const DataOptions& options, Context& context);
void propagate_data(const DataOptions& options, Context& context);
void show_terms(const DataOptions& options, Context& context);
void filter_data(const DataOptions& options, Context& context);
void dedupe_data(const DataOptions& options, Context& context);
void join_data(const DataOptions& options, Context& context);
void merge_data(const DataOptions& options, Context& context);
void variants_data(const DataOptions& options, Context& context);
void make_pairs(const DataOptions& options, Context& context);
void divide_pairs(const DataOptions& options, Context& context);
void show_cache(const DataOptions& options, Context& context);

}  // namespace groel::tasks
