#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "model/chunk.h"
#include "model/names.h"
#include "model/position.h"

namespace firn {

/// What travels with an object, so that a stage can be understood without the catalog.
struct ObjectMetadata {
  std::uint64_t rows = 0;
  PositionRange range;
  Sha256 content_digest{};  ///< of the uncompressed content
  Sha256 file_digest{};     ///< of the object's bytes
  std::uint64_t bytes = 0;  ///< of the object
  std::string definition;
  std::optional<ObjectKey> replaces;  ///< the earlier attempt
};

struct StagedObject {
  ObjectKey key;
  ObjectMetadata metadata;
};

enum class PutOutcome {
  kCreated,
  kAlreadyThere,  ///< the same content: an earlier put whose answer was lost
};

struct ListedObject {
  ObjectKey key;
  std::uint64_t bytes = 0;
};

struct ListPage {
  std::vector<ListedObject> objects;  ///< in order of key
  bool more = false;                  ///< ask again after the last key
};

/// The place where files wait for the destination. Objects are written once and never changed. Threads: any.
class Stage {
 public:
  virtual ~Stage() = default;

  /// Copies the file at `path` under `key`, unless an object is there: then kAlreadyThere when its content digest is
  /// the same and kConflict when not. When it returns, the object is durable and complete; a reader never sees a part
  /// of it. kDamaged: the file at `path` is not what `metadata` says.
  virtual Result<PutOutcome> put(const ObjectKey& key, const std::string& path, const ObjectMetadata& metadata) = 0;

  /// kNotFound when there is none.
  virtual Result<StagedObject> head(const ObjectKey& key) = 0;

  /// Copies the object to the file at `path`, which is made or emptied, and checks it against its digest: kDamaged.
  /// kNotFound when there is none. After a failure any part of it may be at `path`. The copy is not synced.
  virtual Result<StagedObject> fetch(const ObjectKey& key, const std::string& path) = 0;

  /// Objects whose key begins with `prefix` and is greater than `after`, `limit` at most. What was not put by Firn may
  /// be among them: head() tells.
  virtual Result<ListPage> list(const std::string& prefix, const ObjectKey& after, std::size_t limit) = 0;

  /// Removes the objects. One that is not there counts as removed.
  virtual Status remove(std::span<const ObjectKey> keys) = 0;

  /// How the destination names the object: a path or a URL.
  [[nodiscard]] virtual std::string location(const ObjectKey& key) const = 0;

  /// Why put() keeps its promise less well here than it should, for people; empty when it keeps it. May become known
  /// only with the first put.
  [[nodiscard]] virtual std::string weakness() const { return {}; }
};

}  // namespace firn
