/** A configuration of Telegraf for the load of a producer. */
import type { ProducerLoad } from "./bench_producer.ts";

/**
 * As sitemon does: checks are spread over the interval, each over a connection of its own, and kept on
 * disk until every replica of their partition has them. An input checks its urls one after the other,
 * so that each site has one. Needs `ca.pem` in its folder for TLS.
 *
 * @see https://docs.influxdata.com/telegraf/v1/configuration/agent/
 */
export function telegrafToml({ url, ca, sites, perSecond, topic }: ProducerLoad): string {
  const interval = `${Math.round(sites * 1_000 / perSecond)}ms`;
  const inputs = Array.from({ length: sites }, (_, n) => `
[[inputs.http_response]]
  urls = ["${url}"]
  response_timeout = "10s"${ca === undefined ? "" : '\n  tls_ca = "ca.pem"'}
  [inputs.http_response.tags]
    site = "site ${n}"
`);
  return `[agent]
  interval = "${interval}"
  round_interval = false
  collection_jitter = "${interval}"
  flush_interval = "250ms"
  metric_batch_size = 500
  metric_buffer_limit = 1000000
  buffer_strategy = "disk"
  buffer_directory = "buffer"
  omit_hostname = true

[[outputs.kafka]]
  brokers = ["${topic.bootstrap}"]
  topic = "${topic.name}"
  routing_tag = "site"
  required_acks = -1
  data_format = "json"
${inputs.join("")}`;
}
