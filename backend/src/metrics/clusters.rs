//! What the parts of each cluster know of themselves, read when it is asked for.

use crate::app::Cluster;
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
};
use std::{fmt, sync::Arc};

/// Metrics of these clusters, each under its name.
#[derive(Debug)]
pub struct ClusterMetrics(pub Vec<Arc<Cluster>>);

impl Collector for ClusterMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        self.counters(&mut encoder)?;
        self.gauge(&mut encoder, "live_readers", "Pages that follow the cluster live", |cluster| {
            Some(cluster.hub.readers() as f64)
        })?;
        self.gauge(
            &mut encoder,
            "ledger_size_bytes",
            "Bytes of the ledger in use, counted once a minute",
            |cluster| Some(*cluster.ledger.size().borrow() as f64),
        )?;
        self.gauge(
            &mut encoder,
            "ledger_lag_seconds",
            "Time from being told something to having stored it: of the last thing, or so far of what still waits",
            |cluster| Some(cluster.ledger.lag().as_secs_f64()),
        )?;
        self.gauge(&mut encoder, "ledger_writable", "1 while operations and facts can be recorded", |cluster| {
            Some(f64::from(u8::from(cluster.ledger.trouble().borrow().is_none())))
        })?;
        self.gauge(
            &mut encoder,
            "watcher_lag_seconds",
            "Time since this process last read the cluster and stored what it saw; absent before that, and while another \
             replica watches",
            |cluster| {
                let watches = *cluster.ledger.is_watching().borrow();
                cluster.ledger.since_observed().filter(|_| watches).map(|age| age.as_secs_f64())
            },
        )?;
        self.gauge(&mut encoder, "leader_known", "1 while a controller leads", |cluster| {
            Some(f64::from(u8::from(cluster.has_leader())))
        })
    }
}

impl ClusterMetrics {
    fn counters(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let mut calls = encoder.encode_descriptor(
            "upstream_calls",
            "Requests sent to the cluster, for pages, clients and the watcher",
            None,
            MetricType::Counter,
        )?;
        for cluster in &self.0 {
            let labels = [("cluster", cluster.label.name.as_str())];
            ConstCounter::new(cluster.client.upstream().traffic().calls()).encode(calls.encode_family(&labels)?)?;
        }
        let mut errors = encoder.encode_descriptor(
            "upstream_errors",
            "Requests to the cluster that failed, by what happened: no_leader, not_sent, answer_lost, server_error \
             (answered with a status from 500), or given_up (not answered while somebody waited)",
            None,
            MetricType::Counter,
        )?;
        for cluster in &self.0 {
            for (kind, count) in cluster.client.upstream().traffic().failures() {
                let labels = [("cluster", cluster.label.name.as_str()), ("kind", kind)];
                ConstCounter::new(count).encode(errors.encode_family(&labels)?)?;
            }
        }
        let mut leaders = encoder.encode_descriptor(
            "leader_changes",
            "How often another controller became the leader since this process began",
            None,
            MetricType::Counter,
        )?;
        for cluster in &self.0 {
            let labels = [("cluster", cluster.label.name.as_str())];
            ConstCounter::new(cluster.leader_changes()).encode(leaders.encode_family(&labels)?)?;
        }
        Ok(())
    }

    fn gauge(
        &self,
        encoder: &mut DescriptorEncoder<'_>,
        name: &str,
        help: &str,
        value: impl Fn(&Cluster) -> Option<f64>,
    ) -> fmt::Result {
        let mut gauge = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
        for cluster in &self.0 {
            if let Some(value) = value(cluster) {
                let labels = [("cluster", cluster.label.name.as_str())];
                ConstGauge::new(value).encode(gauge.encode_family(&labels)?)?;
            }
        }
        Ok(())
    }
}
