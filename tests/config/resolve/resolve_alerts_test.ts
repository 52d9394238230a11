import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { parse } from "yaml";
import { CONFIRMING_CHECKS_MAX } from "../../../src/config/schema/alerts/alerts_schema.ts";
import { showConfig } from "../../../src/config/show.ts";
import { RECENT_CHECKS_MAX } from "../../../src/status/alert_store.ts";
import { loadText } from "../load_text.ts";

const DOWN = {
  name: "down",
  when: ["down", "stale"],
  severity: "critical",
  after: { checks: 2, of: 2 },
  recoverAfter: { checks: 1, of: 1 },
};

Deno.test("resolveAlerts() makes two lines a working set-up", () => {
  const { alerts } = loadText("alerts:\n  channels: {ops: {slack: {url: https://h/a}}}");
  deepStrictEqual(alerts, {
    channels: [{ name: "ops", slack: { url: "https://h/a" } }],
    rules: [{ ...DOWN, channels: ["ops"] }],
    groupBy: [],
    groupWaitMs: 10_000,
    flapsMax: 6,
  });
  strictEqual(loadText("interval: 5s").alerts, undefined);
});

Deno.test("resolveAlerts() gives every key in the program's units", () => {
  const { alerts } = loadText(`
web: {public_url: https://ops.example.org/}
alerts:
  channels:
    ops: {webhook: {url: https://h/a, headers: {A: b}, tls: {server_name: h}}}
    mail: {email: {host: mail, from: a@b, to: [c@d]}}
    pager: {pagerduty: {routing_key: k}}
    events: {kafka: {servers: "k1, k2:9093", tls: true, sasl: {mechanism: plain, username: u, password: p}}}
  rules:
    - {name: slow, when: [degraded], after: 2 of 5 checks, recover_after: 2m, locations: 2 of 3,
       remind: 4h, severity: info, sites: {labels: {team: shop}}, channels: [ops, ops]}
    - {name: other, sites: ["shop-*"]}
  group_by: [team]
  group_wait: 0
  flapping: {changes: 10}
  heartbeat: {url: https://h/b}
`);
  deepStrictEqual(alerts, {
    channels: [
      {
        name: "ops",
        webhook: {
          url: "https://h/a",
          headers: { A: "b" },
          tls: { insecure: false, serverName: "h" },
        },
      },
      {
        name: "mail",
        email: { host: "mail", from: "a@b", to: ["c@d"], port: 587, tls: "starttls" },
      },
      {
        name: "pager",
        pagerduty: { routingKey: "k", url: "https://events.pagerduty.com/v2/enqueue" },
      },
      {
        name: "events",
        kafka: {
          servers: ["k1:9092", "k2:9093"],
          ...{ topic: "sitemon-alerts", createTopic: true, clientId: "sitemon" },
          tls: { insecure: false },
          sasl: { mechanism: "plain", username: "u", password: "p" },
        },
      },
    ],
    rules: [
      {
        name: "slow",
        when: ["degraded"],
        severity: "info",
        after: { checks: 2, of: 5 },
        recoverAfter: { forMs: 120_000 },
        locations: { count: 2, of: 3 },
        remindMs: 14_400_000,
        sites: { labels: { team: "shop" } },
        channels: ["ops"],
      },
      {
        ...DOWN,
        name: "other",
        sites: { names: ["shop-*"] },
        channels: ["ops", "mail", "pager", "events"],
      },
    ],
    groupBy: ["team"],
    groupWaitMs: 0,
    flapsMax: 10,
    heartbeat: { url: "https://h/b", everyMs: 60_000 },
    publicUrl: "https://ops.example.org/",
  });
});

Deno.test("resolveAlerts() warns of a rule that matches no configured site", () => {
  const rules = "alerts: {rules: [{name: a, sites: [b*]}]}";
  const site = (name: string) => loadText(`${rules}\nsites: [{name: ${name}, url: http://h/}]`);
  deepStrictEqual(site("ab").warnings.map(({ message, column }) => [column, message]), [
    [35, 'warning: rule "a" matches none of the configured sites'],
  ]);
  deepStrictEqual(site("ba").warnings, []);
  // A consumer has no sites.
  deepStrictEqual(
    loadText(`${rules}\nkafka: {server: k}\npostgres: {host: p, user: u}`).warnings,
    [],
  );
});

Deno.test("resolveSites() makes labels of depends_on and runbook", () => {
  const { sites } = loadText(`
defaults: {runbook: https://wiki/all, labels: {team: shop}}
sites:
  - {name: gateway, url: http://a/, runbook: https://wiki/gateway}
  - {name: power, url: http://b/}
  - {name: shop, url: http://c/, depends_on: [gateway, power]}
`);
  deepStrictEqual(sites.map(({ labels }) => labels), [
    { team: "shop", runbook: "https://wiki/gateway" },
    { team: "shop", runbook: "https://wiki/all" },
    { team: "shop", runbook: "https://wiki/all", depends_on: "gateway, power" },
  ]);
});

/** Each secret of a channel is hunter2 and something. */
const SECRETS = `
alerts:
  channels:
    a: {webhook: {url: "https://h/1/hunter2hunter2hunter2", secret: hunter2AAAAAAAAAAAAAAAAAAAAAAAAA, headers: {Authorization: Bearer hunter2b}}}
    b: {pagerduty: {routing_key: hunter2c}}
    c: {slack: {url: https://h/hunter2d}}
    d: {telegram: {token: hunter2e, chat_id: "1"}}
    e: {opsgenie: {api_key: hunter2f}}
    f: {email: {host: m, from: a@b, to: [a@b], username: u, password: hunter2g}}
    g: {alertmanager: {urls: ["https://u:hunter2h@h/"]}}
    h: {ntfy: {url: https://h/hunter2i, token: hunter2j}}
    i: {kafka: {servers: k, sasl: {mechanism: plain, username: u, password: hunter2l}}}
  heartbeat: {url: https://h/hunter2k}
`;

Deno.test("showConfig() hides the secrets of channels, and logs do", () => {
  const loaded = loadText(SECRETS);
  const shown = showConfig(loaded);
  ok(!shown.includes("hunter2"), shown);
  const { alerts } = parse(shown);
  strictEqual(alerts.channels.b.pagerduty.url, "https://events.pagerduty.com/v2/enqueue");
  const written = [...SECRETS.matchAll(/hunter2\w+/g)].map(([text]) => text);
  const missing = written.filter((text) => !loaded.secrets.some((secret) => secret.includes(text)));
  deepStrictEqual(missing, []);
  // A part of a url may be shown alone, as the path of a request that failed.
  ok(loaded.secrets.includes("hunter2hunter2hunter2"));
});

Deno.test("the schema allows as many checks as one decision looks at", () => {
  strictEqual(CONFIRMING_CHECKS_MAX, RECENT_CHECKS_MAX);
});
