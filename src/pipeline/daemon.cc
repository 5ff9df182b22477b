#include "pipeline/daemon.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalog/sqlite/sqlite_catalog.h"
#include "intake/http_intake.h"
#include "pipeline/access.h"
#include "pipeline/daemon_metrics.h"
#include "pipeline/instance.h"
#include "pipeline/intake_mediator.h"
#include "pipeline/method_choice.h"
#include "platform/environment.h"
#include "platform/paths.h"
#include "platform/system_clock.h"
#include "platform/thread.h"

namespace firn {
namespace {

constexpr std::size_t kWorkers = 2;
constexpr std::size_t kMostWorkers = 32;
// Intake comes before the steps when both want the processor: an answer is waited for, a chunk is not.
constexpr int kWorkerNiceness = 10;
constexpr Duration kLongestWait = std::chrono::seconds(5);
constexpr Duration kDrainLimit = std::chrono::seconds(20);
const RepeaterName kEverything;

/// A bucket that answers slowly must not hold the other repeaters: each of the four steps that may ask one has a
/// worker.
std::size_t workers_for(const Config& config) {
  constexpr std::size_t kStepsThatAsk = 4;
  const auto remote = std::ranges::count_if(config.repeaters, [&](const RepeaterConfig& repeater) {
    return std::ranges::find(config.buckets, repeater.stage, &S3Connection::name) != config.buckets.end();
  });
  return std::min(kWorkers + kStepsThatAsk * static_cast<std::size_t>(remote), kMostWorkers);
}

HttpIntakeOptions intake_options(const IntakeConfig& config) {
  HttpIntakeOptions options;
  options.max_body_bytes = config.max_body;
  options.max_in_flight_bytes = config.in_flight;
  return options;
}

}  // namespace

Daemon::Daemon(Config config, Log& log)
    : config_(std::move(config)),
      log_(log),
      clock_(std::make_unique<SystemClock>()),
      files_(make_posix_file_system()),
      launcher_(make_process_launcher()),
      alarms_(*clock_, log) {}

Daemon::~Daemon() { stop(); }

std::string Daemon::version() { return FIRN_VERSION; }

RepeaterLine* Daemon::line(const RepeaterName& name) {
  const auto found = std::ranges::find_if(lines_, [&](const auto& line) { return line->name() == name; });
  return found == lines_.end() ? nullptr : found->get();
}

std::size_t Daemon::intake_bytes() const { return intake_->in_flight(); }

Result<std::vector<UsageEntry>> Daemon::usage(const UsageFilter& filter) {
  FIRN_TRY(request_usage_->write());
  return catalog_->usage(filter);
}

std::optional<Error> Daemon::intake_refusal(RepeaterLine& line) const {
  auto refusal = mediator_->refusal(line.name());
  return refusal || line.queue() == nullptr ? refusal : line.queue()->refusal();
}

Status Daemon::start() {
  started_ = clock_->steady();
  FIRN_TRY(open_data_directory());
  FIRN_TRY(open_catalog());
  FIRN_TRY(choose_methods());
  FIRN_TRY(open_lines());
  FIRN_TRY(open_certificates());
  FIRN_TRY(listen());
  run_workers();
  log_.write(LogLevel::kInfo, "daemon.started",
             {{"version", version()}, {"data_dir", config_.data_dir}, {"listeners", listener_urls()}});
  return {};
}

Status Daemon::open_data_directory() {
  FIRN_TRY(files_->create_directories(config_.data_dir));
  FIRN_ASSIGN(lock_, files_->lock(join(config_.data_dir, "lock")));
  return {};
}

Status Daemon::open_catalog() {
  FIRN_ASSIGN(catalog_, SqliteCatalog::open(join(config_.data_dir, "catalog.sqlite"), SqliteCatalogOptions{}));
  return {};
}

Status Daemon::choose_methods() {
  FIRN_TRY(firn::choose_methods(config_, *catalog_, *clock_));
  for (const RepeaterConfig& repeater : config_.repeaters) {
    if (repeater.method_is_auto) {
      log_.write(LogLevel::kInfo, "method.chosen",
                 {{"repeater", repeater.name.str()},
                  {"method", std::string(to_string(repeater.method.value_or(LoadMethod::kSnowpipe)))},
                  {"why", repeater.method_why}});
    }
  }
  return {};
}

Status Daemon::open_lines() {
  FIRN_ASSIGN(const std::string instance, instance_of(*files_, config_.data_dir));
  request_usage_ = std::make_unique<RequestUsage>(*catalog_, *clock_);
  connections_ = std::make_unique<Connections>(
      config_, S3Access::Surroundings{*files_, *launcher_, *clock_, environment_variable}, instance, *request_usage_);
  scheduler_ = std::make_unique<Scheduler>(*catalog_, *clock_, alarms_, log_, std::random_device{}());
  controls_ = std::make_unique<Controls>(*catalog_, *scheduler_, alarms_, *clock_);
  std::vector<RepeaterName> names;
  std::ranges::transform(config_.repeaters, std::back_inserter(names), &RepeaterConfig::name);
  FIRN_TRY(controls_->load(names));
  targets_ = std::make_unique<TargetGuard>(*catalog_, *controls_, alarms_);
  disk_ = std::make_unique<DiskWatch>(*files_, alarms_, config_.data_dir,
                                      DiskFloors{config_.disk.intake_floor, config_.disk.pack_floor});
  scheduler_->add(kEverything, *disk_);
  quarantine_watch_ = std::make_unique<QuarantineWatch>(*catalog_, *clock_, alarms_, names);
  scheduler_->add(kEverything, *quarantine_watch_);
  scheduler_->add(kEverything, *request_usage_);
  budget_watch_ = std::make_unique<BudgetWatch>(*catalog_, *clock_, alarms_, config_);
  scheduler_->add(kEverything, *budget_watch_);
  meters_ = std::make_unique<IntakeMeters>(metrics_, names);
  scheduler_->observe([this](const RepeaterName& repeater, std::span<const Transition> transitions) {
    count_transitions(metrics_, repeater, transitions);
  });
  const Surroundings surroundings{*files_, *clock_, *catalog_, *scheduler_, alarms_, metrics_, *controls_, *targets_};
  for (const RepeaterConfig& repeater : config_.repeaters) {
    lines_.push_back(std::make_unique<RepeaterLine>(surroundings, config_, repeater, connections_->ends_of(repeater)));
    lines_.back()->start();
  }
  FIRN_TRY(check_stages());
  return tell_of_strangers();
}

/// Of a stage that does not answer only the first repeater asks now: intake must not wait for it again and again.
Status Daemon::check_stages() {
  std::set<ConnectionName> away;
  for (const auto& line : lines_) {
    const ConnectionName& stage = line->config().stage;
    Status checked = line->check_stage(!away.contains(stage));
    if (!checked && checked.error().kind == ErrorKind::kConflict) {
      return checked;
    }
    if (!checked) {
      away.insert(stage);
    }
  }
  return {};
}

/// Forms may wait in the journal of a repeater that somebody has renamed or removed.
Status Daemon::tell_of_strangers() {
  const std::string journals = join(config_.data_dir, "journal");
  FIRN_TRY(files_->create_directories(journals));
  FIRN_ASSIGN(const auto names, files_->list(journals));
  for (const std::string& name : names) {
    if (line(RepeaterName(name)) == nullptr) {
      alarms_.raise("repeater.not_configured", name,
                    "firn.toml has no repeater of this name, but " + join(journals, name) +
                        " is its journal: nothing works on what was accepted for it");
    }
  }
  return {};
}

Status Daemon::open_certificates() {
  std::vector<std::shared_ptr<TlsSource>> watched;
  for (const ListenerConfig& listener : config_.intake.listeners) {
    if (!listener.tls) {
      certificates_.push_back(nullptr);
      continue;
    }
    FIRN_ASSIGN(auto source, TlsSource::open(listener.tls->files(), *files_));
    certificates_.push_back(source);
    watched.push_back(std::move(source));
  }
  if (!watched.empty()) {
    certificate_watch_ = std::make_unique<CertificateWatch>(std::move(watched), *clock_, alarms_, log_);
    scheduler_->add(kEverything, *certificate_watch_);
  }
  return {};
}

Status Daemon::listen() {
  mediator_ = std::make_unique<IntakeMediator>(lines_, *disk_, *scheduler_, alarms_, *meters_, *clock_);
  FIRN_ASSIGN(access_, open_access_control(config_, *files_, *clock_, alarms_, log_));
  intake_ = std::make_unique<HttpIntake>(intake_options(config_.intake), *access_, *mediator_);
  HttpServerOptions options;
  options.endpoints.clear();
  for (std::size_t i = 0; i < certificates_.size(); ++i) {
    const ListenAddress& where = config_.intake.listeners[i].where;
    options.endpoints.push_back({where.address, where.port, certificates_[i]});
  }
  options.max_connections = config_.intake.http.max_connections;
  options.max_connections_per_address = config_.intake.http.max_connections_per_address;
  options.trusted_proxies = config_.intake.http.trusted_proxies;
  FIRN_ASSIGN(intake_server_, start_http_server(options, *intake_));
  return {};
}

std::string Daemon::listener_urls() const {
  std::string urls;
  const auto ports = intake_ports();
  for (std::size_t i = 0; i < ports.size(); ++i) {
    urls += (i == 0 ? "" : ",") + config_.intake.listeners[i].url(ports[i]);
  }
  return urls;
}

void Daemon::run_workers() {
  for (std::size_t i = 0; i < workers_for(config_); ++i) {
    workers_.emplace_back([this] { work(); });
  }
}

void Daemon::work() {
  set_thread_name("firn-worker");
  lower_thread_priority(kWorkerNiceness);
  while (!scheduler_->stopped()) {
    if (!scheduler_->run_one()) {
      scheduler_->wait_for_work(kLongestWait);
    }
  }
}

void Daemon::stop() {
  if (draining_.exchange(true)) {
    return;
  }
  if (mediator_) {
    mediator_->drain();
  }
  if (access_) {
    access_->stop();
  }
  if (intake_server_) {
    intake_server_->drain(kDrainLimit);
  }
  for (const auto& line : lines_) {
    line->stop_intake();
  }
  if (scheduler_) {
    scheduler_->stop();
  }
  for (std::thread& worker : workers_) {
    worker.join();
  }
  workers_.clear();
  for (const auto& line : lines_) {
    line->stop_intake();  // of a journal that was opened only just now
  }
  if (request_usage_) {
    static_cast<void>(request_usage_->write());  // a catalog that fails has been told of before
  }
  log_.write(LogLevel::kInfo, "daemon.stopped", {});
}

}  // namespace firn
