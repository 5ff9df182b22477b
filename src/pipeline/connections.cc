#include "pipeline/connections.h"

#include <memory>

#include "config/config.h"
#include "load/duckdb/duckdb_loader.h"
#include "platform/paths.h"
#include "stage/directory/directory_stage.h"

namespace firn {

Connections::Connections(const Config& config, FileSystem& files, ProcessLauncher& launcher, const Clock& clock) {
  for (const DirectoryConnection& connection : config.directories) {
    stages_[connection.name] = std::make_unique<DirectoryStage>(files, connection.path, connection.prefix);
  }
  for (const DuckdbConnection& connection : config.databases) {
    DuckDbOptions options;
    options.database = connection.database;
    options.memory_limit = connection.memory_limit;
    options.load_limit = connection.time_limit;
    options.allow_core_dumps = config.debug.core_dumps;
    options.helper = join(program_directory(), "firn-duckdb");
    loaders_[connection.name] = std::make_unique<DuckDbLoader>(launcher, clock, options);
  }
}

}  // namespace firn
