// What the kinds over AlphaFold 3's data side share: components and jobs of a case folder.
#pragma once

#include <string>

#include "base/error.h"
#include "base/text_file.h"
#include "folding/alignment.h"
#include "folding/components.h"
#include "folding/job_read.h"
#include "golden/case.h"

namespace groel::golden {

/// The program's own components and those that the folder brings.
inline folding::ComponentTable af3_components(const Case& golden) {
  folding::ComponentTable all = folding::ComponentTable::own();
  if (golden.holds("ccd_subset.cif")) all.add(read_text(golden.folder() / "ccd_subset.cif"), "ccd_subset.cif");
  return all;
}

/// With a job's own.
inline folding::ComponentTable af3_components(const Case& golden, const folding::Job& job) {
  folding::ComponentTable all = af3_components(golden);
  if (job.user_components) all.add(*job.user_components, "userCCD");
  return all;
}

/// A job with its alignments completed.
inline folding::Job af3_job(const Case& golden, folding::Job job) {
  folding::complete_alignments(job, af3_components(golden, job));
  return job;
}

/// The text of `what`, or "" without a problem: for checks of one case among many.
template <class Check>
std::string problem_of(const Check& check) {
  try {
    return check();
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace groel::golden
