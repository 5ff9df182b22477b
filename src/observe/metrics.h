#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace prometheus {
class Counter;
class Histogram;
}  // namespace prometheus

namespace firn {

using MetricLabels = std::map<std::string, std::string>;

/// Counts up; an atomic, so that the hot path pays no lock. Lives in its Metrics. Threads: any.
class MetricCounter {
 public:
  explicit MetricCounter(prometheus::Counter& counter) : counter_(&counter) {}
  void add(std::uint64_t more = 1);

 private:
  prometheus::Counter* counter_;
};

/// Sorts values into buckets; takes a lock of its own for a moment, so not for every request. Threads: any.
class MetricHistogram {
 public:
  explicit MetricHistogram(prometheus::Histogram& histogram) : histogram_(&histogram) {}
  void observe(double value);

 private:
  prometheus::Histogram* histogram_;
};

/// What callbacks add at each scrape: values that are kept elsewhere anyway.
class MetricSamples {
 public:
  enum class Type { kCounter, kGauge };
  struct Sample {
    MetricLabels labels;
    double value = 0;
  };
  struct Family {
    Type type = Type::kGauge;
    std::string help;
    std::vector<Sample> samples;
  };

  void gauge(const std::string& name, const std::string& help, double value, MetricLabels labels = {}) {
    add(Type::kGauge, name, help, {std::move(labels), value});
  }
  /// Never goes down while the process lives.
  void counter(const std::string& name, const std::string& help, double value, MetricLabels labels = {}) {
    add(Type::kCounter, name, help, {std::move(labels), value});
  }
  [[nodiscard]] const std::map<std::string, Family>& families() const { return families_; }

 private:
  void add(Type type, const std::string& name, const std::string& help, Sample sample);
  std::map<std::string, Family> families_;
};

/// Every metric of the daemon (docs/metrics.md lists them). Names and units follow Prometheus' conventions; label
/// values come from the configuration and from fixed lists only, so that strangers cannot make more of them. One name
/// has one help text and one set of label names. Threads: any; callbacks run on the thread that calls text().
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  MetricCounter counter(const std::string& name, const std::string& help, const MetricLabels& labels);
  /// `bounds` are the upper ends of the buckets, ascending.
  MetricHistogram histogram(const std::string& name, const std::string& help, const MetricLabels& labels,
                            const std::vector<double>& bounds);
  /// Before the first text(). What `collect` uses must outlive the last text().
  void on_scrape(std::function<void(MetricSamples&)> collect);

  /// Everything in Prometheus' text format.
  [[nodiscard]] std::string text() const;

 private:
  struct Registry;
  std::unique_ptr<Registry> registry_;
  std::vector<std::function<void(MetricSamples&)>> collectors_;
};

}  // namespace firn
