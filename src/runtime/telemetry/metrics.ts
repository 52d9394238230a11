/**
 * Every metric of sitemon, by name. The one list: threads may only name these, main registers
 * them, and the docs are checked against them.
 *
 * @see https://prometheus.io/docs/practices/naming/
 */

interface Definition {
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly labels?: readonly string[];
  readonly buckets?: readonly number[];
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

export const METRICS = {
  sitemon_checks_total: {
    type: "counter",
    help: "Checks that ended, by what they concluded",
    labels: ["outcome", "reason"],
  },
  sitemon_check_duration_seconds: {
    type: "histogram",
    help: "Time from the start of a check to its report",
    buckets: SECONDS,
  },
  sitemon_check_phase_duration_seconds: {
    type: "histogram",
    help: "Time of the last visit of a check, by phase: dns, connect, tls, first_byte, transfer",
    labels: ["phase"],
    buckets: SECONDS,
  },
  sitemon_check_lateness_seconds: {
    type: "histogram",
    help: "How long after its slot a check began",
    buckets: SECONDS,
  },
  sitemon_checks_skipped_total: {
    type: "counter",
    help:
      "Slots that were left out, by cause: busy (the site's last check still ran), late, paused, unheld (no word of the group)",
    labels: ["cause"],
  },
  sitemon_checks_running: { type: "gauge", help: "Checks in progress", labels: ["thread"] },
  sitemon_site_up: {
    type: "gauge",
    help: "1 when the site's newest check was up or degraded, 0 when it was down",
    labels: ["site", "location"],
  },
  sitemon_connectivity_up: {
    type: "gauge",
    help: "1 while one of the urls of connectivity answers, 0 while none does",
    labels: ["thread"],
  },
  sitemon_site_response_time_seconds: {
    type: "gauge",
    help: "Time that the site's newest check took, when it answered",
    labels: ["site", "location"],
  },
  sitemon_site_certificate_expiry_timestamp_seconds: {
    type: "gauge",
    help: "When the site's certificate ends, in seconds since 1970",
    labels: ["site", "location"],
  },
  sitemon_dns_lookups_abandoned_total: {
    type: "counter",
    help: "Name lookups that outlived their check",
  },
  sitemon_reports_lost_total: {
    type: "counter",
    help: "Reports that could not be stored, by cause",
    labels: ["cause"],
  },
  sitemon_outbox_stored_total: { type: "counter", help: "Reports committed to the outbox" },
  sitemon_outbox_commit_duration_seconds: {
    type: "histogram",
    help: "Time of one group commit",
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1],
  },
  sitemon_outbox_rows: { type: "gauge", help: "Rows that wait in the outbox" },
  sitemon_outbox_bytes: { type: "gauge", help: "Bytes of the outbox file in use" },
  sitemon_outbox_oldest_age_seconds: { type: "gauge", help: "Age of the oldest waiting row" },
  sitemon_outbox_dropped_total: {
    type: "counter",
    help: "Stored reports that were dropped and announced as gaps, by reason",
    labels: ["reason"],
  },
  sitemon_outbox_resets_total: {
    type: "counter",
    help: "Times that an outbox began anew: it was damaged or gone",
  },
  sitemon_published_total: { type: "counter", help: "Rows that the receiver acknowledged" },
  sitemon_publish_failures_total: {
    type: "counter",
    help: "Batches that were not acknowledged whole, by failure",
    labels: ["failure"],
  },
  sitemon_publish_duration_seconds: {
    type: "histogram",
    help: "Time from sending a batch to its acknowledgement",
    buckets: SECONDS,
  },
  sitemon_ingest_reports_total: {
    type: "counter",
    help:
      "Reports that reached the store: applied, duplicate, stale (applied, not newest), expired",
    labels: ["result"],
  },
  sitemon_ingest_dead_letters_total: {
    type: "counter",
    help: "Messages that can never be applied, by reason",
    labels: ["reason"],
  },
  sitemon_ingest_duration_seconds: {
    type: "histogram",
    help: "Time of one ingest transaction",
    buckets: SECONDS,
  },
  sitemon_ingest_retries_total: { type: "counter", help: "Transactions that were tried again" },
  sitemon_upkeep_runs_total: {
    type: "counter",
    help: "Tries to let old history go: done, busy (another process is at it), failed",
    labels: ["result"],
  },
  sitemon_upkeep_let_go_total: {
    type: "counter",
    help: "What was let go: reports (days of them in PostgreSQL), transitions, rollups",
    labels: ["what"],
  },
  sitemon_ingest_data_age_seconds: {
    type: "gauge",
    help: "Age of the newest report that was applied, when it was applied",
    labels: ["thread"],
  },
  sitemon_consumer_lag_messages: {
    type: "gauge",
    help: "Messages between the newest and the last applied",
    labels: ["partition"],
  },
  sitemon_group_partitions: {
    type: "gauge",
    help: "Partitions of the scanner's group that this producer holds, each a part of the sites",
  },
  sitemon_group_sites: {
    type: "gauge",
    help: "Sites that this producer checks for its group",
    labels: ["thread"],
  },
  sitemon_group_joins_total: {
    type: "counter",
    help: "Times that the scanner's group shared out its partitions anew",
  },
  sitemon_config_reloads_total: {
    type: "counter",
    help: "Reloads of the configuration, by result: applied, refused",
    labels: ["result"],
  },
  sitemon_config_last_reload_successful: {
    type: "gauge",
    help: "1 when the newest configuration is in use, 0 when it was refused and an older one is",
  },
  sitemon_thread_restarts_total: {
    type: "counter",
    help: "Threads that were replaced",
    labels: ["thread"],
  },
  sitemon_thread_heap_bytes: {
    type: "gauge",
    help: "JavaScript memory in use",
    labels: ["thread"],
  },
  sitemon_thread_loop_lag_seconds: {
    type: "gauge",
    help: "How late the last timer of a second's length fired: how busy the thread is",
    labels: ["thread"],
  },
  sitemon_process_resident_bytes: { type: "gauge", help: "Memory of the whole process" },
  sitemon_process_start_timestamp_seconds: {
    type: "gauge",
    help: "When the process began, in seconds since 1970",
  },
  sitemon_log_records_suppressed_total: {
    type: "counter",
    help: "Log records that were summarized instead of written",
  },
  sitemon_build_info: {
    type: "gauge",
    help: "1, labelled with the version that runs",
    labels: ["version", "deno"],
  },
} as const satisfies Record<string, Definition>;

type NamesOf<T extends Definition["type"]> = {
  [K in keyof typeof METRICS]: (typeof METRICS)[K]["type"] extends T ? K : never;
}[keyof typeof METRICS];

export type CounterName = NamesOf<"counter">;
export type GaugeName = NamesOf<"gauge">;
export type HistogramName = NamesOf<"histogram">;
export type Labels = Readonly<Record<string, string>>;
