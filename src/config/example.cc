#include "config/example.h"

#include <string>

namespace firn {
namespace {

constexpr const char* kExample = R"(# Firn: CommCare forms into a table, exactly once.
# After a change: `firn check`, then restart the daemon. docs/configuration.md explains every setting.
# Sizes: "64 MB", "1.5 GB", "64 MiB". Times: "90s", "15m", "1h", "7d". Relative paths start at this file's folder.
# A line that begins with # has no effect; where a setting is missing, its standard value is used.

# Where Firn keeps its journal, chunks and catalog. As a service: "/var/lib/firn".
data_dir = "firn-data"

[intake]
# Where forms come in: a numeric address and a port; port 0 takes any free one. Other machines, CommCare HQ too, reach
# Firn through a reverse proxy that speaks HTTPS, or at a listener with a certificate (below).
listen = "127.0.0.1:8641"
# The largest document that is taken; larger ones are answered 413.
max_body = "64 MB"
# All bodies that are being received, together; over it the answer is 503 and HQ sends again later.
in_flight = "128 MB"

# HTTPS without a proxy: remove the line "listen" above, then take the # away. docs/tls.md
# [[intake.listener]]
# listen = "0.0.0.0:443"
# certificate_file = "fullchain.pem"
# private_key_file = "privkey.pem"

# Who may send: `firn credential add hq` makes a password, shows it once, and keeps a hash of it only. As long as there
# is no credential, everybody on this machine may send, and nobody else. Where a secret must come from a file or the
# environment, take the # away:
# [[intake.credential]]
# name = "hq"
# username = "hq"
# secret_file = "hq.secret"

[disk]
# With less free space than this, intake answers 503 and HQ sends again later.
intake_floor = "2 GB"
# With less than this, packing stops too. It must be smaller, so that a full disk can empty itself.
pack_floor = "500 MB"

[log]
# The least important lines that are written: "debug", "info", "warning" or "error".
level = "info"
# "logfmt" (key=value) or "json".
format = "logfmt"

# Outside systems, each with a name that repeaters use.
[connection.local_stage]
# A stage: chunks wait there until they are loaded.
type = "directory"
path = "firn-stage"
# Comes before every file name, with / between its parts.
prefix = ""

[connection.local_warehouse]
# A destination: a DuckDB database that people may query between two batches.
type = "duckdb"
database = "warehouse.duckdb"
# What the loading program may use of the machine's memory.
memory_limit = "1 GB"
# A batch that takes longer is stopped and tried again.
time_limit = "1h"

# A repeater: what comes in, and where it goes. Its name is part of the address: http://.../in/forms/
[repeater.forms]
# What the documents are.
kind = "form"
# The table that it fills; no other repeater fills it. The newest version of each form is in the view forms_latest.
table = "forms"
# The connections from above.
stage = "local_stage"
destination = "local_warehouse"
# So much uncompressed data that is not yet ingested starts an ingest; `firn ingest` starts one at any time.
threshold = "1 GB"
# Or the age of the oldest form that is not yet ingested, at most 30 days.
max_age = "30d"
# Or a time, written as in crontab(5), in a time zone of the IANA; here at midnight on the first day of each month.
# schedule = "@monthly"
# time_zone = "Africa/Nairobi"
# The stage has a directory for each "month", "week" or "day".
period = "month"
# A chunk is closed at this compressed size. 10 to 250 MB: smaller ones cost more, larger ones load slower.
chunk_size = "64 MB"
# Or at this age, because until then its forms lie on one disk only.
chunk_age = "1h"
# How long loaded files stay on the stage, 0 to 55 days, or "next_ingest": until the next one.
keep_staged = "7d"
# The largest size of the journal; over it the answer is 503 and HQ sends again later.
journal_quota = "10 GB"

# Cases, users, locations and rows of data sources (kind = "case", "user", "location" or "data_source") have a repeater
# and a table each. Take the # away to receive cases too, at http://.../in/cases/
# [repeater.cases]
# kind = "case"
# table = "cases"
# stage = "local_stage"
# destination = "local_warehouse"
)";

}  // namespace

std::string example_config() { return kExample; }

}  // namespace firn
