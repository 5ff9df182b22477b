#include "observe/metrics.h"

#include <prometheus/client_metric.h>
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/metric_family.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace firn {
namespace {

prometheus::ClientMetric client_metric(const MetricSamples::Sample& sample, MetricSamples::Type type) {
  prometheus::ClientMetric metric;
  for (const auto& [name, value] : sample.labels) {
    metric.label.push_back({name, value});
  }
  type == MetricSamples::Type::kCounter ? metric.counter.value = sample.value : metric.gauge.value = sample.value;
  return metric;
}

prometheus::MetricFamily metric_family(const std::string& name, const MetricSamples::Family& family) {
  prometheus::MetricFamily out;
  out.name = name;
  out.help = family.help;
  out.type =
      family.type == MetricSamples::Type::kCounter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
  for (const MetricSamples::Sample& sample : family.samples) {
    out.metric.push_back(client_metric(sample, family.type));
  }
  return out;
}

}  // namespace

struct Metrics::Registry {
  prometheus::Registry registry{prometheus::Registry::InsertBehavior::Merge};
};

void MetricCounter::add(std::uint64_t more) { counter_->Increment(static_cast<double>(more)); }

void MetricHistogram::observe(double value) { histogram_->Observe(value); }

void MetricSamples::add(Type type, const std::string& name, const std::string& help, Sample sample) {
  Family& family = families_[name];
  family.type = type;
  family.help = help;
  family.samples.push_back(std::move(sample));
}

Metrics::Metrics() : registry_(std::make_unique<Registry>()) {}
Metrics::~Metrics() = default;

MetricCounter Metrics::counter(const std::string& name, const std::string& help, const MetricLabels& labels) {
  auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(registry_->registry);
  return MetricCounter(family.Add(labels));
}

MetricHistogram Metrics::histogram(const std::string& name, const std::string& help, const MetricLabels& labels,
                                   const std::vector<double>& bounds) {
  auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(registry_->registry);
  return MetricHistogram(family.Add(labels, bounds));
}

void Metrics::on_scrape(std::function<void(MetricSamples&)> collect) { collectors_.push_back(std::move(collect)); }

std::string Metrics::text() const {
  MetricSamples samples;
  for (const auto& collect : collectors_) {
    collect(samples);
  }
  auto families = registry_->registry.Collect();
  for (const auto& [name, family] : samples.families()) {
    families.push_back(metric_family(name, family));
  }
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families);
  return out.str();
}

}  // namespace firn
