/** Parts of `alerts`, and keys of sites that concern them, that are refused. */
const RULES = "is not 1 to 20 checks or a duration, such as 3 checks, 2 of 5 checks or 2m";
const ONE_KIND = "exactly one of webhook, alertmanager, pagerduty, slack, " +
  "mattermost, discord, teams, ntfy, telegram, opsgenie, email, kafka";
const CHANNEL = "alerts: {channels: {ops: {slack: {url: 'https://h/hunter2'}}}, ";

/** As BAD_CONFIGURATIONS has them. */
export const BAD_ALERTS: Readonly<Record<string, string | readonly string[]>> = {
  "alerts: {channel: {}}": '1:10: unknown key "alerts.channel"; did you mean "channels"?',
  "alerts: {channels: {ops: {slak: {url: https://h/hunter2}}}}": [
    `1:26: invalid "alerts.channels.ops": needs ${ONE_KIND}`,
    '1:27: unknown key "alerts.channels.ops.slak"; did you mean "slack"?',
  ],
  "alerts: {channels: {ops: {slack: {url: https://h/hunter2}, teams: {url: https://h/hunter2}}}}":
    `1:26: invalid "alerts.channels.ops": needs ${ONE_KIND}`,
  "alerts: {channels: {ops: https://hooks.example.org/hunter2}}":
    `1:26: invalid "alerts.channels.ops": text is not a mapping with ${ONE_KIND}`,
  "alerts: {channels: {my-ops: {slack: {url: https://h/a}}}}":
    '1:21: invalid key "alerts.channels.my-ops": "my-ops" is not a name of 1 to 63 letters, digits and underscores without a leading digit',
  "alerts: {channels: {ops: {slack: {url: hunter2}}}}":
    '1:40: invalid "alerts.channels.ops.slack.url": the value is not an http or https URL of at most 2048 characters, without spaces and wildcards',
  "alerts: {channels: {ops: {slack: {url: 'https://${SECRET}/a'}}}}":
    "1:40: the scheme, host and port of a URL cannot hold a reference; write them out, and use references in its credentials, path or query",
  "alerts: {channels: {ops: {email: {host: h, username: u, from: a@b, to: [a@b]}}}}":
    '1:34: invalid "alerts.channels.ops.email": username and password need each other',
  "alerts: {channels: {ops: {email: {host: h, from: 'Ops <a@b', to: [Ops <a@b>]}}}}":
    '1:50: invalid "alerts.channels.ops.email.from": the value is not an email address',
  "alerts: {channels: {ops: {webhook: {url: https://h/a, tls: {cert: c.pem}}}}}":
    '1:60: missing "alerts.channels.ops.webhook.tls.key": "alerts.channels.ops.webhook.tls.cert" needs it',
  "alerts: {channels: {ops: {kafka: {topic: a}}}}":
    '1:34: "alerts.channels.ops.kafka.servers" is required',
  "alerts: {channels: {ops: {kafka: {servers: 'k:99999', topic: a/b}}}}": [
    '1:44: invalid "alerts.channels.ops.kafka.servers": "k:99999" is not a host:port address, such as 127.0.0.1:9464',
    '1:62: invalid "alerts.channels.ops.kafka.topic": the value is not a name of 1 to 249 letters, digits, dots, hyphens and underscores',
  ],
  "alerts: {channels: {ops: {kafka: {servers: k, tls: {cert: c.pem}}}}}":
    '1:52: missing "alerts.channels.ops.kafka.tls.key": "alerts.channels.ops.kafka.tls.cert" needs it',
  "alerts: {channels: {ops: {kafka: {servers: k, sasl: {mechanism: plain, username: u}}}}}":
    '1:53: "alerts.channels.ops.kafka.sasl.password" is required',
  "alerts: {rules: [{name: a, after: 21 checks}]}":
    `1:35: invalid "alerts.rules.after": "21 checks" ${RULES}`,
  "alerts: {rules: [{name: a, after: 0 checks}]}":
    `1:35: invalid "alerts.rules.after": "0 checks" ${RULES}`,
  "alerts: {rules: [{name: a, after: 3 of 2 checks}]}":
    `1:35: invalid "alerts.rules.after": "3 of 2 checks" ${RULES}`,
  "alerts: {rules: [{name: a, recover_after: 25h}]}":
    `1:43: invalid "alerts.rules.recover_after": "25h" ${RULES}`,
  "alerts: {rules: [{name: a, locations: 3 of 2}]}":
    '1:39: invalid "alerts.rules.locations": "3 of 2" is not K of N locations with K up to N and N up to 100, such as 2 of 3',
  "alerts: {rules: [{name: a}, {name: a}]}": '1:36: duplicate rule "a": first used at line 1',
  [`${CHANNEL}rules: [{name: a, channels: [opps, pager]}]}`]: [
    '1:93: invalid "alerts.rules.channels": "opps" is not one of "alerts.channels"; did you mean "ops"?',
    '1:99: invalid "alerts.rules.channels": the value is not one of "alerts.channels"',
  ],
  "alerts: {rules: [{name: a, when: [dwon]}]}":
    '1:35: invalid "alerts.rules.when": "dwon" is not one of down, degraded, stale, inconclusive, certificate_soon, location; did you mean "down"?',
  "alerts: {flapping: {changes: 1}}":
    '1:30: invalid "alerts.flapping.changes": 1 is not a whole number from 2 to 1000',
  "alerts: {heartbeat: {url: 'hunter2'}}":
    '1:27: invalid "alerts.heartbeat.url": the value is not an http or https URL of at most 2048 characters, without spaces and wildcards',
  "sites:\n  - {name: shop, url: http://a/, depends_on: [gatway]}\n  - {name: gateway, url: http://b/}":
    '2:47: invalid "sites.depends_on": "gatway" is not the name of a site; did you mean "gateway"?',
  "sites:\n  - {name: a, url: http://a/, depends_on: [b]}\n  - {name: b, url: http://b/, depends_on: [a]}":
    [
      '2:44: "a" depends on itself, by way of "b"',
      '3:44: "b" depends on itself, by way of "a"',
    ],
  "sites:\n  - {name: 'a, b', url: http://a/}\n  - {name: c, url: http://b/, depends_on: ['a, b']}":
    "3:44: a site with a comma and a space in its name cannot be named here; rename it",
  [
    `sites:\n  - {name: ${"n".repeat(200)}, url: http://a/}\n  - {name: ${
      "m".repeat(60)
    }, url: http://a/}\n  - {url: http://b/, depends_on: [${"n".repeat(200)}, ${"m".repeat(60)}]}`
  ]: '4:34: "sites.depends_on" names 262 characters; at most 256 fit',
  "sites:\n  - {url: http://a/, runbook: 'https://u:hunter2@h/'}":
    '2:31: invalid "sites.runbook": "https://h/" is not an http or https URL of at most 256 characters without credentials',
  [
    `sites:\n  - {url: http://a/, runbook: https://h/, labels: {${
      Array.from({ length: 32 }, (_, index) => `a${index}: b`).join()
    }}}`
  ]: '2:5: more than 32 labels, with those of "defaults", runbook and depends_on',
};
