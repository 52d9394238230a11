/**
 * Every metric of sitemon, by name. The one list: threads may only name these, main registers
 * them, and the docs are checked against them.
 *
 * @see https://prometheus.io/docs/practices/naming/
 */

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const COMMIT_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1];

const counter = (help: string, labels: string[] = []) =>
  ({ type: "counter", help, labels }) as const;
const gauge = (help: string, labels: string[] = []) => ({ type: "gauge", help, labels }) as const;
/** A gauge in seconds that grows by itself: it is computed when it is read. */
const age = (help: string, labels: string[] = []) =>
  ({ type: "gauge", isAge: true, help, labels }) as const;
const histogram = (help: string, labels: string[] = [], buckets = SECONDS) =>
  ({ type: "histogram", help, labels, buckets }) as const;

export const METRICS = {
  sitemon_checks_total: counter("Finished checks by outcome and reason", [
    "outcome",
    "reason",
  ]),
  sitemon_check_duration_seconds: histogram("Duration of a check"),
  sitemon_check_phase_duration_seconds: histogram(
    "Duration of a phase of a check's last request: dns, connect, tls, first_byte, transfer",
    ["phase"],
  ),
  sitemon_check_lateness_seconds: histogram(
    "Delay between the scheduled and the actual start of a check",
  ),
  sitemon_checks_skipped_total: counter(
    "Skipped checks by cause: site_busy (the site's check still ran), busy (it still waited), late, paused, unleased (the lease had expired)",
    ["cause"],
  ),
  sitemon_checks_running: gauge("Checks in progress", ["thread"]),
  sitemon_sites_lost: gauge(
    "Sites that missed three slots although nothing holds them up; above 0 is a fault in sitemon",
    ["thread"],
  ),
  sitemon_site_up: gauge("1 if the latest check of the site was up or degraded, 0 if it was down", [
    "site",
    "location",
  ]),
  sitemon_pings_total: counter(
    "Pings of push sites by result: start, success, fail, log, missed (none came in time), unknown (no such token), invalid, unavailable (not stored in time)",
    ["result"],
  ),
  sitemon_connectivity_up: gauge("1 if any of the connectivity URLs responds, 0 if none does", [
    "thread",
  ]),
  sitemon_site_response_time_seconds: gauge(
    "Duration of the latest check of the site that got a response",
    ["site", "location"],
  ),
  sitemon_site_certificate_expiry_timestamp_seconds: gauge(
    "Expiry of the site's certificate as a Unix timestamp",
    ["site", "location"],
  ),
  sitemon_dns_lookups_abandoned_total: counter(
    "Name lookups that took longer than 6 s; their names back off",
  ),
  sitemon_certificate_reads_failed_total: counter(
    "Certificates that could not be read beside a check; they are tried again after 10 minutes",
  ),
  sitemon_reports_lost_total: counter(
    "Reports that could not be stored, by cause, or that an outbox that is not the one it was may have lost (outbox_reset)",
    ["cause"],
  ),
  sitemon_outbox_stored_total: counter("Reports committed to the outbox"),
  sitemon_outbox_commit_duration_seconds: histogram(
    "Duration of a group commit",
    [],
    COMMIT_SECONDS,
  ),
  sitemon_outbox_rows: gauge("Unsent rows in the outbox"),
  sitemon_outbox_bytes: gauge("Bytes of the outbox file in use"),
  sitemon_outbox_oldest_age_seconds: age("Age of the oldest unsent row; 0 when there is none"),
  sitemon_outbox_dropped_total: counter(
    "Stored reports that were dropped and recorded as gaps, by reason",
    ["reason"],
  ),
  sitemon_outbox_resets_total: counter(
    "New producers that began because their outbox was damaged, missing, or not the one it was",
  ),
  sitemon_published_total: counter("Rows acknowledged by the receiver"),
  sitemon_publish_failures_total: counter("Batches that were not fully acknowledged, by failure", [
    "failure",
  ]),
  sitemon_publish_duration_seconds: histogram("Time from sending a batch to its acknowledgement"),
  sitemon_ingest_reports_total: counter(
    "Reports that reached the store, by result: applied, duplicate, stale (applied, but not the latest), expired",
    ["result"],
  ),
  sitemon_ingest_dead_letters_total: counter("Messages stored as dead letters, by reason", [
    "reason",
  ]),
  sitemon_ingest_duration_seconds: histogram("Duration of an ingest transaction"),
  sitemon_ingest_retries_total: counter("Retried ingest transactions"),
  sitemon_web_wrong_passwords_total: counter("Requests to the page with wrong credentials"),
  sitemon_maintenance_runs_total: counter(
    "Attempts to purge expired history, by result: done, busy (another process is purging), failed",
    ["result"],
  ),
  sitemon_history_purged_total: counter(
    "Purged history: reports (in PostgreSQL, days of reports), transitions, rollups, alerts",
    ["what"],
  ),
  sitemon_ingest_data_age_seconds: age(
    "Age of the report that was applied last, or time since the thread's start while there is none",
    ["thread"],
  ),
  sitemon_sites: gauge(
    "Sites in the store at all their locations, by state; not set while the store is unavailable",
    ["state"],
  ),
  sitemon_consumer_lag_messages: gauge(
    "Messages in the partition that are not applied yet; not set while the broker cannot be asked",
    ["partition"],
  ),
  sitemon_consumer_messages_skipped_total: counter(
    "Messages that the topic no longer had when they should have been read",
  ),
  sitemon_registry_failures_total: counter(
    "Requests for the schema of a message that the schema registry did not answer",
  ),
  sitemon_group_partitions: gauge(
    "Partitions of the scanner group assigned to this producer, each a share of the sites",
  ),
  sitemon_group_sites: gauge("Sites assigned to this producer by its scanner group", ["thread"]),
  sitemon_group_rebalances_total: counter("Rebalances of the scanner group"),
  sitemon_dependency_up: gauge(
    "1 if the thread can use the dependency, 0 if it cannot; /readyz says why",
    [
      "dependency",
      "thread",
    ],
  ),
  sitemon_alerts_pending: gauge("Messages of a channel that are not delivered yet", ["channel"]),
  sitemon_alerts_oldest_age_seconds: age(
    "Age of a channel's oldest message that is not delivered yet; 0 when there is none",
    ["channel"],
  ),
  sitemon_alerts_channel_up: gauge(
    "1 if the channel accepts messages, 0 if it failed last or refuses them",
    ["channel"],
  ),
  sitemon_alerts_sent_total: counter(
    "Deliveries of alerts by channel and result: delivered, failed (tried again), refused (somebody has to change something)",
    ["channel", "result"],
  ),
  sitemon_alerts_decide_duration_seconds: histogram(
    "Duration of a decision about alerts, with all that it reads and writes; none where another process decides",
  ),
  sitemon_alerts_refused_total: counter(
    "Alerts that the store refused even alone, so that nobody is told; each is tried again after 5 min",
  ),
  sitemon_alerts_heartbeats_total: counter(
    "Requests to the heartbeat's url by result: sent, failed, withheld (no decision on fresh data)",
    ["result"],
  ),
  sitemon_config_reloads_total: counter(
    "Reloads of the configuration, by result: applied, refused",
    ["result"],
  ),
  sitemon_config_last_reload_successful: gauge(
    "1 if the last reload was applied, 0 if it was refused and the previous configuration is still in use",
  ),
  sitemon_thread_restarts_total: counter("Restarts of threads that died or hung", ["thread"]),
  sitemon_thread_heap_bytes: gauge("JavaScript heap in use", ["thread"]),
  sitemon_thread_loop_lag_seconds: gauge("Event loop lag: delay of a one-second timer", ["thread"]),
  sitemon_process_resident_memory_bytes: gauge("Resident memory of the process"),
  sitemon_process_start_time_seconds: gauge("Start of the process as a Unix timestamp"),
  sitemon_log_records_suppressed_total: counter("Repeated log records that were not written"),
  sitemon_build_info: gauge("Always 1, labeled with the version", ["version", "deno"]),
};

type NamesOf<T extends string> = {
  [K in keyof typeof METRICS]: (typeof METRICS)[K]["type"] extends T ? K : never;
}[keyof typeof METRICS];

export type CounterName = NamesOf<"counter">;
/** Gauges that are set from a moment, and grow from then on. */
export type AgeName = {
  [K in keyof typeof METRICS]: (typeof METRICS)[K] extends { isAge: true } ? K : never;
}[keyof typeof METRICS];
export type GaugeName = Exclude<NamesOf<"gauge">, AgeName>;
export type HistogramName = NamesOf<"histogram">;
export type Labels = Readonly<Record<string, string>>;
