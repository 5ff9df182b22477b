#pragma once

#include <span>

#include "model/names.h"
#include "model/transition.h"
#include "observe/metrics.h"

namespace firn {

class Daemon;

/// Adds what the daemon knows anyway: states, sums and sizes. Asks the catalog, some short questions for each repeater.
void collect_daemon(Daemon& daemon, MetricSamples& samples);

/// Counts what a commit changed: moves of chunks and batches, and what the destination said of files.
void count_transitions(Metrics& metrics, const RepeaterName& repeater, std::span<const Transition> transitions);

}  // namespace firn
