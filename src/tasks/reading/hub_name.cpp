// Looks a name up among published models and addresses.
#include "tasks/reading/hub_name.h"

#include "models/published.h"

namespace groel::tasks {

std::string hub_name(const std::string& name) {
  if (const models::PublishedModel* published = models::find_published(name)) return std::string(published->id);
  if (const models::Download* other = models::find_download(name); other != nullptr && !other->id.empty())
    return std::string(other->id);
  const std::string id = models::hub_id(name);
  return id.empty() ? name : id;
}

}  // namespace groel::tasks
