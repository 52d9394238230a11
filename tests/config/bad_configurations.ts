/** Configurations that are refused, each with every mistake at its place. */
import type { Role } from "../../src/config/loaded_config.ts";
import { BAD_ALERTS } from "./bad_alerts.ts";
import { pem } from "../support/pem.ts";

/** Files that the configurations name. */
export const NAMED_FILES: Readonly<Record<string, string>> = {
  "notes.txt": "no PEM",
  "c.pem": pem("right.cert"),
  "k.pem": pem("other.key"),
  "shadow": "root:$6$hunter2:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\n",
  "secret.yaml": "apiVersion: v1\nhunter2: hunter2\n",
  "hosts.yaml": "- host: a\n  hunter2hunter2hunter2hunter2hunter2: x\n",
  "shops.yaml": "sites:\n  - url: http://a/\n  - url: b\n",
};

/** What their references stand for. */
export const ENVIRONMENT: Readonly<Record<string, string>> = { SECRET: "hunter2" };

/** The mistakes of each text. Places without a file are in the configuration. */
export const BAD_CONFIGURATIONS: Readonly<Record<string, string | readonly string[]>> = {
  "- a": "1:1: invalid configuration: a list of 1 item is not a mapping of keys",
  "hello": "1:1: invalid configuration: text is not a mapping of keys",
  "intervall: 5": '1:1: unknown key "intervall"; did you mean "interval"?',
  "colour: red": '1:1: unknown key "colour"',
  "timeout: 5s": '1:1: unknown key "timeout"; did you mean "sites.timeout" or "defaults.timeout"?',
  "concurrency: 5": '1:1: unknown key "concurrency"; did you mean "scanner.concurrency"?',
  "sites:\n  - url: http://h/\n    timout: 3s":
    '3:5: unknown key "sites.timout"; did you mean "timeout"?',
  "kafka:\n  server: k:9092\n  tls: {serverName: x}":
    '3:9: unknown key "kafka.tls.serverName"; did you mean "server_name"?',
  "kafka:\n  server: k\n  gap_topic: sitemon":
    '3:14: "kafka.gap_topic" and "kafka.topic" are the same topic; remove one',
  "kafka:\n  server: k\n  format: confluent":
    '3:11: missing "kafka.registry": "kafka.format: confluent" needs it',
  "kafka:\n  server: k\n  registry: {timeout: 1s}": '3:13: "kafka.registry.url" is required',
  "kafka:\n  server: k\n  registry: {url: 'http://r', urls: ['http://s'], bearer: b, basic_auth: {username: u, password: p}}":
    [
      '3:37: "kafka.registry.url" and "kafka.registry.urls" exclude each other; remove one',
      '3:59: "kafka.registry.basic_auth" and "kafka.registry.bearer" exclude each other; remove one',
    ],
  "kafka:\n  server: k\n  registry: {url: 'http://u:secret@r'}":
    '3:19: invalid "kafka.registry.url": "http://r" is not the http or https URL of a registry, without credentials and query',
  "kafka:\n  server: k\n  registry: {url: 'http://r', tls: {cert: notes.txt}}": [
    '3:36: missing "kafka.registry.tls.key": "kafka.registry.tls.cert" needs it',
    '3:43: invalid "kafka.registry.tls.cert": "notes.txt" holds no certificate in PEM format',
  ],
  "interval: true": '1:11: invalid "interval": true is not a duration from 100ms to 7d',
  "maintenance: [{name: x, from: 2026-02-31T00:00, to: 2026-03-01T00:00}]":
    '1:31: invalid "maintenance.from": the value is not a time such as 2026-12-01T22:00, with or without an offset',
  "maintenance:\n  - {name: x, cron: 0 3 * * *, duration: 2h}\n  - {name: x, cron: 0 4 * * *, duration: 2h}":
    '3:12: duplicate name "x": first used at line 2',
  "maintenance: [{name: x, from: 2026-03-01T00:00}]":
    '1:15: invalid "maintenance": needs from and to, or cron and duration, or rrule, start and duration',
  "maintenance: [{name: x, from: 2026-03-02T00:00, to: 2026-03-01T00:00}]":
    '1:15: invalid "maintenance": ends before it begins, or later than 31 days after it',
  "maintenance: [{name: x, cron: 0 3 * *, duration: 2h, zone: Berlin}]": [
    '1:31: invalid "maintenance.cron": the value is not a cron line of five fields, such as 0 3 * * sun',
    '1:60: invalid "maintenance.zone": the value is not a time zone, such as Europe/Berlin',
  ],
  "maintenance: [{name: x, rrule: FREQ=YEARLY, start: 2026-02-31T00:00, duration: 59s}]": [
    '1:32: invalid "maintenance.rrule": the value is not a rule of FREQ=DAILY, WEEKLY or MONTHLY with INTERVAL, BYDAY, BYMONTHDAY, and UNTIL or COUNT',
    '1:52: invalid "maintenance.start": the value is not a local time such as 2026-12-01T22:00',
    '1:80: invalid "maintenance.duration": "59s" is not a duration from 1m to 31d',
  ],
  "maintenance: [{name: x, sites: [], cron: 0 3 * * *, duration: 2h}]":
    '1:32: invalid "maintenance.sites": a list of 0 items is not a list of 1 to 100 names, such as [shop, "api-*"]',
  "interval: 5 minutes":
    '1:11: invalid "interval": "5 minutes" is not a duration; write 500ms, 30s, 5m, 2h, 1d or a number of seconds',
  "interval: 99ms": '1:11: invalid "interval": "99ms" is not a duration from 100ms to 7d',
  "interval: 8d": '1:11: invalid "interval": "8d" is not a duration from 100ms to 7d',
  "interval:": '1:10: invalid "interval": an empty value is not a duration from 100ms to 7d',
  "outbox:\n  max_bytes: 10M":
    '2:14: invalid "outbox.max_bytes": "10M" is not a size; write 64KiB, 256MiB, 1GB or a number of bytes',
  "outbox:\n  max_bytes: 1KiB":
    '2:14: invalid "outbox.max_bytes": "1KiB" is not a size from 256KiB to 1TiB',
  "sites: http://h/": '1:8: invalid "sites": text is not a list of sites',
  "sites:": '1:7: invalid "sites": an empty value is not a list of sites',
  "sites:\n  - http://h/": '2:5: invalid "sites": text is not a mapping with url or push',
  "sites:\n  - name: shop": '2:5: "sites.url" is required',
  "sites:\n  - url: ftp://user:secret@h/":
    '2:10: invalid "sites.url": "ftp://h/" is not an http, https, tcp, tls or dns URL of at most 2048 characters, without spaces and wildcards',
  "sites:\n  - url: tcp://h":
    '2:10: invalid "sites.url": "tcp://h" is not tcp://host:port or tls://host:port with a port up to 65535, and nothing else',
  "sites:\n  - url: tls://h:65536":
    '2:10: invalid "sites.url": "tls://h:65536" is not tcp://host:port or tls://host:port with a port up to 65535, and nothing else',
  "sites:\n  - url: tls://h:1/a":
    '2:10: invalid "sites.url": "tls://h:1/…" is not tcp://host:port or tls://host:port with a port up to 65535, and nothing else',
  "sites:\n  - url: tcp://user:secret@h:1":
    '2:10: invalid "sites.url": "tcp://h:1" is not tcp://host:port or tls://host:port with a port up to 65535, and nothing else',
  "sites:\n  - url: tcp://*:1":
    '2:10: invalid "sites.url": "tcp://*:1" is not tcp://host:port or tls://host:port with a port up to 65535, and nothing else',
  "sites:\n  - url: dns://h":
    '2:10: invalid "sites.url": "dns://h" is not dns://server[:port]/name?type=TYPE with a name of at most 253 characters and a type of A, AAAA, CAA, CNAME, MX, NS, PTR, SOA, SRV, TXT',
  "sites:\n  - url: dns://h:0/a":
    '2:10: invalid "sites.url": "dns://h:0/…" is not dns://server[:port]/name?type=TYPE with a name of at most 253 characters and a type of A, AAAA, CAA, CNAME, MX, NS, PTR, SOA, SRV, TXT',
  "sites:\n  - url: dns://user@h/a":
    '2:10: invalid "sites.url": "dns://h/…" is not dns://server[:port]/name?type=TYPE with a name of at most 253 characters and a type of A, AAAA, CAA, CNAME, MX, NS, PTR, SOA, SRV, TXT',
  "sites:\n  - url: dns://*/a":
    '2:10: invalid "sites.url": "dns://*/…" is not dns://server[:port]/name?type=TYPE with a name of at most 253 characters and a type of A, AAAA, CAA, CNAME, MX, NS, PTR, SOA, SRV, TXT',
  "sites:\n  - url: dns://h/a..b":
    '2:10: invalid "sites.url": "dns://h/…" is not dns://server[:port]/name?type=TYPE with a name of at most 253 characters and a type of A, AAAA, CAA, CNAME, MX, NS, PTR, SOA, SRV, TXT',
  "sites:\n  - url: 'dns://h/a?type=ANY'":
    '2:10: invalid "sites.url": "dns://h/…" is not dns://server[:port]/name?type=TYPE with a name of at most 253 characters and a type of A, AAAA, CAA, CNAME, MX, NS, PTR, SOA, SRV, TXT',
  "sites:\n  - url: 'dns://h/a?type=A&x=1'":
    '2:10: invalid "sites.url": "dns://h/…" is not dns://server[:port]/name?type=TYPE with a name of at most 253 characters and a type of A, AAAA, CAA, CNAME, MX, NS, PTR, SOA, SRV, TXT',
  "sites:\n  - url: dns://h/a/b":
    '2:10: invalid "sites.url": "dns://h/…" is not dns://server[:port]/name?type=TYPE with a name of at most 253 characters and a type of A, AAAA, CAA, CNAME, MX, NS, PTR, SOA, SRV, TXT',
  "sites:\n  - url: dns:example.org":
    '2:10: invalid "sites.url": the value is not dns://server[:port]/name?type=TYPE with a name of at most 253 characters and a type of A, AAAA, CAA, CNAME, MX, NS, PTR, SOA, SRV, TXT',
  "sites:\n  - {url: dns://h/a, expect: {rcode: NXDOMAN}}":
    '2:38: invalid "sites.expect.rcode": "NXDOMAN" is not one of NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED; did you mean "NXDOMAIN"?',
  "sites:\n  - {url: dns://h/a, expect: {answers: {}}}":
    '2:40: invalid "sites.expect.answers": no condition; add contains, matches or both',
  "sites:\n  - {url: dns://h/a, expect: {answers: {matches: '(?=x)'}}}":
    '2:50: invalid "sites.expect.answers.matches": lookahead is not supported',
  "sites:\n  - {url: dns://h/a, expect: {min_ttl: 8d}}":
    '2:40: invalid "sites.expect.min_ttl": "8d" is not a duration from 1s to 7d',
  "sites:\n  - {url: 'dns://h/a?type=SOA', expect: {serial_of: []}}":
    '2:53: invalid "sites.expect.serial_of": a list of 0 items is not 1 to 8 addresses, host or host:port, as a list or with commas between them',
  "sites:\n  - {url: tcp://h:1, steps: []}":
    '2:29: invalid "sites.steps": a list of 0 items is not a list of 1 to 32 steps with send, expect or both',
  "sites:\n  - {url: tcp://h:1, steps: [{}]}":
    '2:30: invalid "sites.steps": no send and no expect; add one',
  "sites:\n  - {url: tcp://h:1, steps: [{expect: '(?=x)'}]}":
    '2:39: invalid "sites.steps.expect": lookahead is not supported',
  "sites:\n  - {url: tcp://h:1, starttls: smtps}":
    '2:32: invalid "sites.starttls": "smtps" is not one of smtp, imap, pop3, ldap, postgres, mysql, xmpp; did you mean "smtp"?',
  "sites:\n  - {name: a, push: {every: 1d, grace: 1h}}": '2:21: "sites.push.token" is required',
  "sites:\n  - {name: a, push: {every: 0s, grace: 2d, token: short}}": [
    '2:29: invalid "sites.push.every": "0s" is not a duration from 1s to 366d',
    '2:40: invalid "sites.push.grace": "2d" is not a duration from 1s to 1d',
    '2:51: invalid "sites.push.token": the value is not 10 to 200 letters, digits, dots, hyphens, underscores and tildes',
  ],
  "sites:\n  - {push: {every: 1d, grace: 1h, token: abcdefghij}}":
    '2:6: "sites.name" is required with "sites.push"',
  "sites:\n  - {name: a, url: http://h/, push: {every: 1d, grace: 1h, token: abcdefghij}}":
    '2:31: "sites.url" and "sites.push" exclude each other; remove one',
  "sites:\n  - {name: a, push: {every: 1d, grace: 1h, token: abcdefghij}}\n  - {name: b, push: {every: 1d, grace: 1h, token: abcdefghij}}":
    '3:51: duplicate "sites.push.token": first used at sitemon.yaml:2',
  "sites:\n  - {name: a, push: {every: 1d, grace: 1h, token: abcdefghij}, method: POST, interval: 5s, tls: {insecure: true}}":
    [
      '2:64: "sites.method" needs an http or https url; remove it',
      '2:78: "sites.interval" needs a url; remove it',
      '2:92: "sites.tls" needs TLS: an https or tls url, or "starttls"; remove it',
    ],
  "kafka: {server: k}\nscanner: {group: g}\nsites:\n  - {name: a, push: {every: 1d, grace: 1h, token: abcdefghij}}":
    '4:15: "sites.push" excludes "scanner.group": a ping reaches one of its producers, and the others would miss it; give the site to a producer of its own',
  "push: {listen: 8081}":
    '1:16: invalid "push.listen": 8081 is not a host:port address, such as 127.0.0.1:9464',
  "sites:\n  - url: http://*.example.org/":
    '2:10: invalid "sites.url": "http://*.example.org/" is not an http or https URL of at most 2048 characters, without spaces and wildcards',
  "sites:\n  - url: http://example.org/a b":
    '2:10: invalid "sites.url": "http://example.org/…" is not an http or https URL of at most 2048 characters, without spaces and wildcards',
  "sites:\n  - url: http:user:secret@example.org":
    '2:10: invalid "sites.url": the value is not an http or https URL of at most 2048 characters, without spaces and wildcards',
  "sites:\n  - {name: a, url: http://a/}\n  - {name: a, url: http://b/}":
    '3:12: duplicate site name "a": first used at sitemon.yaml:2',
  [`sites:\n  - {name: ${"n".repeat(201)}, url: http://a/}`]:
    '2:12: invalid "sites.name": the value is not one line of 1 to 200 characters',
  'sites:\n  - {name: "a\\ud800", url: http://a/}':
    '2:12: invalid "sites.name": the value is not one line of 1 to 200 characters',
  'sites:\n  - url: http://h/\n    pattern: "\\0"':
    '3:14: invalid "sites.pattern": the value is not a regular expression of 1 to 4096 characters',
  'sites:\n  - url: "http://h/\\udfff"':
    '2:10: invalid "sites.url": "http://h/…" is not an http or https URL of at most 2048 characters, without spaces and wildcards',
  "interval: 99999999999999999999":
    '1:11: invalid "interval": a number is not a duration from 100ms to 7d',
  "sites:\n  - url: http://h/\n    redirects: 99999999999999999999":
    '3:16: invalid "sites.redirects": a number is neither a whole number from 0 to 10 nor a mapping with max, allow_downgrade',
  "sites:\n  - url: http://h/\n    method: get":
    '3:13: invalid "sites.method": "get" is not one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS; did you mean "GET"?',
  "sites:\n  - url: http://h/\n    headers: {Content-Length: '3'}":
    '3:15: invalid key "sites.headers.Content-Length": "Content-Length" is a header that sitemon sets itself',
  "sites:\n  - url: http://h/\n    headers: {X-Id: 3}":
    '3:21: invalid "sites.headers.X-Id": 3 is not text; put it in quotes',
  'sites:\n  - url: http://h/\n    headers: {X-Id: "a\\nb"}':
    '3:21: invalid "sites.headers.X-Id": the value is not one line of at most 8192 characters',
  "sites:\n  - url: http://h/\n    headers: {Authorization: [hunter2]}":
    '3:30: invalid "sites.headers.Authorization": the value is not one line of at most 8192 characters',
  "sites:\n  - url: http://h/\n    body: {path: x}": [
    '3:11: "sites.body.file" is required',
    '3:12: unknown key "sites.body.path"',
  ],
  "sites:\n  - url: http://h/\n    body: {file: body.json}":
    '3:18: invalid "sites.body.file": cannot read "body.json": no such file',
  "sites:\n  - url: http://h/\n    expect: {status: 2xy}":
    '3:22: invalid "sites.expect.status": "2xy" is not a status code from 100 to 999, such as 200, 200-299, 2xx or "!404", or a list of at most 32',
  "sites:\n  - url: http://h/\n    expect: {status: [200, 99]}":
    '3:28: invalid "sites.expect.status": 99 is not a status code from 100 to 999, such as 200, 200-299, 2xx or "!404", or a list of at most 32',
  "sites:\n  - url: http://h/\n    expect:\n      status: !404":
    '4:15: unknown tag; put a value that begins with "!" in quotes',
  "sites:\n  - url: http://h/\n    expect: {json: x, size: 5}": [
    '3:20: invalid "sites.expect.json": text is not a list of 1 to 64 mappings with path and conditions',
    '3:29: invalid "sites.expect.size": a number is not a mapping with min, max',
  ],
  "sites:\n  - url: http://h/\n    expect: {json: [{path: $.a}]}":
    '3:21: invalid "sites.expect.json": no condition; add one of equals, not_equals, matches, less_than, greater_than, exists',
  "sites:\n  - url: http://h/\n    expect: {json: [{path: $.a, equal: 1}]}": [
    '3:21: invalid "sites.expect.json": no condition; add one of equals, not_equals, matches, less_than, greater_than, exists',
    '3:33: unknown key "sites.expect.json.equal"; did you mean "equals"?',
  ],
  "defaults:\n  expect:\n    response_time: {degraded: 5s, down: 1s}\n    certificate_days: {degraded: 3, down: 7}":
    [
      '3:20: invalid "defaults.expect.response_time": degraded (5s) must be shorter than down (1s)',
      '4:23: invalid "defaults.expect.certificate_days": degraded (3) must be more than down (7)',
    ],
  'defaults:\n  expect:\n    body: {matches: ["a", "(?=x)"], not_matches: "(?=y)"}\n    header: [{name: etag, matches: "(?=z)"}]\n    json: [{path: status, matches: "(?=v)"}]':
    [
      '3:27: invalid "defaults.expect.body.matches": lookahead is not supported',
      '3:50: invalid "defaults.expect.body.not_matches": lookahead is not supported',
      '4:36: invalid "defaults.expect.header.matches": lookahead is not supported',
      '5:19: invalid "defaults.expect.json.path": must begin with $',
      '5:36: invalid "defaults.expect.json.matches": lookahead is not supported',
    ],
  "defaults:\n  retries: 3":
    '2:12: invalid "defaults.retries": a number is not a mapping with attempts, delay, on',
  "defaults:\n  retries: {on: [slowly]}":
    '2:18: invalid "defaults.retries.on": "slowly" is not one of any, dns, connect_refused, connect_timeout, reset, tls_expired, tls_name, tls_untrusted, tls_other, timeout, redirect_loop, protocol, body_too_large, status, header, body, json, size, inverted, slow, certificate_soon, missed, failed, proxy, redirect_refused, blocked_by_policy, internal; did you mean "slow"?',
  'sites:\n  - url: http://h/\n    auth: {bearer: "to ken"}':
    '3:20: invalid "sites.auth.bearer": the value is not a token of visible ASCII characters',
  "defaults: {auth: {bearer: t, basic: {username: u, password: p}}}":
    '1:18: invalid "defaults.auth": either basic or bearer is required',
  "defaults: {auth: {beerer: t}}": [
    '1:18: invalid "defaults.auth": either basic or bearer is required',
    '1:19: unknown key "defaults.auth.beerer"; did you mean "bearer"?',
  ],
  "traces: {endpoint: 'https://u:hunter2@c/', ratio: 0}": [
    '1:20: invalid "traces.endpoint": "https://c/" is not the http or https URL of a collector, without credentials and query',
    '1:51: invalid "traces.ratio": 0 is not a number above 0 and up to 1',
  ],
  "connectivity: {urls: [], interval: 1ms}": [
    '1:22: invalid "connectivity.urls": a list of 0 items is not a list of 1 to 16 URLs',
    '1:36: invalid "connectivity.interval": "1ms" is not a duration from 1s to 1h',
  ],
  "web: {listen: 8080, titel: x, basic_auth: {username: 'a:b'}}": [
    '1:15: invalid "web.listen": 8080 is not a host:port address, such as 127.0.0.1:9464',
    '1:21: unknown key "web.titel"; did you mean "title"?',
    '1:43: "web.basic_auth.password" is required',
    '1:54: invalid "web.basic_auth.username": the value is not a name of 1 to 256 characters without a colon',
  ],
  "web: true": '1:6: invalid "web": true is neither false nor a mapping of keys',
  "web: {public_url: 'https://u:hunter2@h/'}":
    '1:19: invalid "web.public_url": "https://h/" is not an http or https URL, such as https://ops.example.org/status/, without credentials and query',
  "web: {public_url: 'https://h/api/'}":
    '1:19: invalid "web.public_url": "https://h/…" is not an http or https URL, such as https://ops.example.org/status/, without credentials and query',
  "web: {accent: '#ffcc00'}":
    '1:15: invalid "web.accent": the value is not a color, such as #0b57b4, with a contrast of at least 4.5 to the page\'s light grounds (WCAG 2.2, 1.4.3)',
  "web: {links: [{text: Imprint, url: 'javascript:alert(1)'}]}":
    '1:36: invalid "web.links.url": the value is not an http, https or mailto URL',
  "sites: [{name: shop, url: http://h/}]\nweb: {announcements: [{text: a, sites: [shpo]}]}":
    '2:41: invalid "web.announcements.sites": "shpo" is not the name of a site; did you mean "shop"?',
  "web: {announcements: [{text: a, from: '2026-12-01T22:00', until: '2026-12-01T22:00Z'}]}":
    "1:23: ends before it begins",
  "sites: [{name: a, url: http://h/}, {name: b, url: http://h/, public: {name: a}}]":
    '1:77: duplicate name "a" on a public page: "a" has it too',
  "web: {time_zone: +02:00}":
    '1:18: invalid "web.time_zone": the value is not a time zone, such as Europe/Berlin',
  "web: {logo: notes.txt}":
    '1:13: invalid "web.logo": "notes.txt" is not an SVG file of at most 256 KiB',
  "web: {trusted_proxies: [10.0.0.0/33]}":
    '1:25: invalid "web.trusted_proxies": "10.0.0.0/33" is not an address or a range of them, such as 10.0.0.0/8',
  "web: {cors: ['https://h/path']}":
    '1:14: invalid "web.cors": "https://h/…" is not an origin, such as https://ops.example.org, or *',
  "web: {cors: [HTTPS://h:443]}":
    '1:14: invalid "web.cors": "HTTPS://h:443" is not an origin, such as https://ops.example.org, or *',
  "web: {trusted_proxies: [nginx]}":
    '1:25: invalid "web.trusted_proxies": the value is not an address or a range of them, such as 10.0.0.0/8',
  "history: {retention: 23h}":
    '1:22: invalid "history.retention": "23h" is not a duration from 1d to 400d',
  "scanner: {group: a}": '1:18: missing section "kafka": "scanner.group" needs it',
  [`scanner: {group: a}\nkafka: {server: k:1, topic: ${"t".repeat(241)}}`]:
    '2:29: "kafka.topic" is too long for "scanner.group": the group\'s topic would have 250 characters, and Kafka allows 249',
  "scanner: {group: {name: a, session_timeout: 1s}}\nkafka: {server: k:1}":
    '1:45: invalid "scanner.group.session_timeout": "1s" is not a duration from 6s to 5m',
  "sites:\n  - url: http://h/\n    redirects: 11":
    '3:16: invalid "sites.redirects": 11 is not a whole number from 0 to 10',
  "sites:\n  - url: http://h/\n    ip_version: 5":
    '3:17: invalid "sites.ip_version": 5 is not 4 or 6',
  "sites:\n  - url: http://h/\n    proxy: socks5://u:secret@h:1":
    '3:12: invalid "sites.proxy": "socks5://h:1" is not a URL of the form http://[user:password@]host:port',
  "sites:\n  - url: http://h/\n    labels: {team: 3}":
    '3:20: invalid "sites.labels.team": 3 is not text; put it in quotes',
  "sites:\n  - url: http://h/\n    labels: {my-team: a}":
    '3:14: invalid key "sites.labels.my-team": "my-team" is not a name of 1 to 63 letters, digits and underscores without a leading digit',
  "sites:\n  - url: http://h/\n    pattern: (?=a)":
    '3:14: invalid "sites.pattern": lookahead is not supported',
  "sites:\n  - url: http://h/\n    tls: {cert: c.pem}":
    '3:10: missing "sites.tls.key": "sites.tls.cert" needs it',
  "postgres:\n  host: postgres://u:hunter2@h/db\n  user: u":
    '2:9: invalid "postgres.host": "postgres://h/…" is not a host name, an IP address or the folder of a socket',
  "postgres:\n  host: h password=hunter2\n  user: u":
    '2:9: invalid "postgres.host": the value is not a host name, an IP address or the folder of a socket',
  "postgres: postgres://u:hunter2@h/db":
    '1:11: invalid "postgres": text is not a mapping with url, or with host and user',
  "kafka:\n  server: u:hunter2@k:9092":
    '2:11: invalid "kafka.server": the value is not a host:port address, such as 127.0.0.1:9464',
  "kafka:\n  server: k:9092\n  sasl: hunter2":
    '3:9: invalid "kafka.sasl": text is not a mapping with mechanism, username, password',
  "sites:\n  - url: http://h/\n    auth: hunter2":
    '3:11: invalid "sites.auth": text is not a mapping with basic, bearer',
  "sites:\n  - url: http://h/\n    auth: {basic: 123456}":
    '3:19: invalid "sites.auth.basic": a number is not a mapping with username, password',
  "include: [sites/pipe.yaml]": '1:11: cannot read "sites/pipe.yaml": not a regular file',
  "kafka:\n  server: k:9092\n  tls: {ca: sites/pipe.yaml}":
    '3:13: invalid "kafka.tls.ca": cannot read "sites/pipe.yaml": not a regular file',
  "sites:\n  - url: http://h/\n    tls: {cert: c.pem, key: k.pem}":
    '3:29: invalid "sites.tls.key": "k.pem" is not the key of the certificate in "cert"',
  "postgres:\n  host: h\n  user: u\n  tls: {cert: c.pem, key: k.pem}":
    '4:27: invalid "postgres.tls.key": "k.pem" is not the key of the certificate in "cert"',
  "kafka:\n  server: k:9092\n  tls: {cert: c.pem, key: k.pem}":
    '3:27: invalid "kafka.tls.key": "k.pem" is not the key of the certificate in "cert"',
  "kafka:\n  server: k:9092\n  tls: {ca: no.pem}":
    '3:13: invalid "kafka.tls.ca": cannot read "no.pem": no such file',
  "kafka:\n  server: k:9092\n  tls: {ca: notes.txt}":
    '3:13: invalid "kafka.tls.ca": "notes.txt" holds no certificate in PEM format',
  "kafka:\n  topic: t": '2:3: "kafka.server" is required',
  "kafka:\n  server: k:9092\n  servers: [k:9092]":
    '3:12: "kafka.server" and "kafka.servers" exclude each other; remove one',
  "kafka:\n  server: k:9092, http://k":
    '2:11: invalid "kafka.server": the value is not a host:port address, such as 127.0.0.1:9464',
  "kafka:\n  servers: [k:9092, k:70000]":
    '2:21: invalid "kafka.servers": "k:70000" is not a host:port address, such as 127.0.0.1:9464',
  "kafka:\n  servers: []":
    '2:12: invalid "kafka.servers": a list of 0 items is not 1 to 32 addresses, host or host:port, as a list or with commas between them',
  "kafka:\n  server: '::1:9092'":
    '2:11: invalid "kafka.server": "::1:9092" is not a host:port address, such as 127.0.0.1:9464',
  "kafka:\n  server: k:9092\n  topic: a b":
    '3:10: invalid "kafka.topic": the value is not a name of 1 to 249 letters, digits, dots, hyphens and underscores',
  "kafka:\n  server: k:9092\n  partitions: 0":
    '3:15: invalid "kafka.partitions": 0 is not a whole number from 1 to 10000, or -1 for the broker\'s default',
  "kafka:\n  server: k:9092\n  consumers: 65":
    '3:14: invalid "kafka.consumers": 65 is not a whole number from 1 to 64',
  "kafka:\n  server: k:9092\n  sasl: {mechanism: plain, username: u}":
    '3:9: "kafka.sasl.password" is required',
  "kafka:\n  server: k:9092\n  sasl: {mechanism: gssapi, username: u, password: p}":
    '3:21: invalid "kafka.sasl.mechanism": the value is not one of plain, scram-sha-256, scram-sha-512',
  "postgres: {port: 5433}": [
    '1:11: "postgres.host" is required',
    '1:11: "postgres.user" is required',
  ],
  "postgres:\n  host: run/postgresql\n  user: u":
    '2:9: invalid "postgres.host": the value is not a host name, an IP address or the folder of a socket',
  "postgres: {host: /run/postgresql, user: u, tls: require}":
    '1:11: invalid "postgres": a socket has no TLS; remove it',
  "postgres: {url: 'postgres://u@%2Frun%2Fpostgresql/d?sslmode=require'}":
    '1:11: invalid "postgres": a socket has no TLS; remove it',
  "postgres: {url: 'mysql://u:hunter2@h/db'}":
    '1:17: invalid "postgres.url": "mysql://h/…" is not a URL of the form postgres://user:password@host:port/db',
  "postgres: {url: 'postgres://h/db'}":
    '1:17: invalid "postgres.url": names no user; write postgres://user@host/db',
  "postgres: {url: 'postgres://u:hunter2@h/dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd'}":
    '1:17: invalid "postgres.url": names a database that PostgreSQL cannot have, or that is a connection string',
  "postgres: {url: 'postgres://u%00x:hunter2@h/db'}":
    '1:17: invalid "postgres.url": names a user that PostgreSQL cannot have, or that is a connection string',
  "postgres: {url: 'postgres://u:hunter2@a,b/db'}":
    '1:17: invalid "postgres.url": the value is not a URL of the form postgres://user:password@host:port/db',
  "postgres: {url: 'postgres://u:hunter2%@h/db'}":
    '1:17: invalid "postgres.url": "postgres://h/…" is not a URL of the form postgres://user:password@host:port/db',
  "postgres: {url: 'postgres://u@h/db?password=hunter2'}":
    '1:17: invalid "postgres.url": has parameters beside sslmode; write keys of the configuration in their place',
  "postgres: {url: 'postgres://u@h/db?sslmode=prefer'}":
    '1:17: invalid "postgres.url": has an sslmode that is not one of disable, require, verify-ca, verify-full',
  "postgres: {url: 'postgres://u:w@h/db?sslmode=require', db: d, password: w, tls: disable}": [
    '1:60: "postgres.url" and "postgres.db" exclude each other; remove one',
    '1:73: "postgres.url" and "postgres.password" exclude each other; remove one',
    '1:81: "postgres.url" and "postgres.tls" exclude each other; remove one',
  ],
  "postgres:\n  host: p\n  user: u\n  password: 12345":
    '4:13: invalid "postgres.password": the value is not text; put it in quotes',
  "postgres:\n  host: p\n  user: u\n  tls: prefer":
    '4:8: invalid "postgres.tls": the value is neither one of disable, require, verify-ca, verify-full nor a mapping with mode, ca, cert, key',
  "postgres:\n  host: p\n  user: u\n  tls: {mode: require, insecure: true}":
    '4:24: unknown key "postgres.tls.insecure"',
  "outbox: {max_rows: 3}\nsites:\n  - url: http://a/\n  - url: http://b/":
    '1:20: "outbox.max_rows" (3) must be at least twice the number of sites (2); write 4 or more',
  "outbox: {path: a.db}\nstore: {path: ./a.db}":
    '2:15: "store.path" and "outbox.path" are the same file',
  ...BAD_ALERTS,
  "address_policy: {deny: [intranet]}":
    '1:25: invalid "address_policy.deny": the value is not an address, a CIDR range, "loopback" or "private"',
  "allow_hosts: ['*.example.org']":
    '1:15: invalid "allow_hosts": "*.example.org" is not a host or host:port without scheme, path and wildcard',
  "listen: localhost":
    '1:9: invalid "listen": the value is not a host:port address, such as 127.0.0.1:9464',
  "log: {level: warn}":
    '1:14: invalid "log.level": "warn" is not one of debug, info, warning, error; did you mean "warning"?',
  "postgres:\n  host: p\n  user: u\n  password: ${PGPASS}":
    '4:13: environment variable "PGPASS" is not set; set it, or write ${PGPASS:-default}',
  "location: ${a b}":
    "1:11: invalid reference; write ${NAME}, ${NAME:-default} or ${file:PATH}, or $${ for a literal ${",
  "location: ${HOME":
    "1:11: invalid reference; write ${NAME}, ${NAME:-default} or ${file:PATH}, or $${ for a literal ${",
  "postgres:\n  host: p\n  user: u\n  password: ${file:/run/secret}":
    '4:13: cannot read "/run/secret": no such file',
  "postgres:\n  host: p\n  user: u\n  port: ${SECRET}":
    '4:9: invalid "postgres.port": the value of "${SECRET}" is not a whole number from 1 to 65535',
  "interval: 5\ninterval: 6": '2:1: duplicate key "interval": first defined at line 1',
  "location: here\nallow_hosts: [a\n":
    "3:1: invalid YAML here or on the line before: flow sequence in block collection must be sufficiently indented and end with a ]",
  "log:\n\tlevel: info": "2:1: tab in the indentation; YAML requires spaces",
  "interval: 5\n---\ninterval: 6": "2:1: second YAML document; a configuration file holds only one",
  "%YAML 1.1\n---\n? <<: ": '3:5: unknown key "{…}"',
  "? [a]\n: 1": '1:3: unknown key "[…]"',
  "location: *here":
    '1:11: alias without an anchor before it; put a value that begins with "*" in quotes',
  "labels: &a\n  b: *a": [
    '1:1: unknown key "labels"; did you mean "sites.labels" or "defaults.labels"?',
    "2:6: alias contains itself",
  ],
  "include: [more.yaml]": '1:11: cannot read "more.yaml": no such file',
  "include: [more/*.yaml]": '1:11: no file matches "more/*.yaml"',
  "include: [shops.yaml]":
    'shops.yaml:3:10: invalid "sites.url": the value is not an http, https, tcp, tls or dns URL of at most 2048 characters, without spaces and wildcards',
  "include: [shadow, secret.yaml, hosts.yaml]": [
    "shadow:1:1: invalid configuration: a mapping is not a list of sites or a mapping with sites",
    "secret.yaml:1:1: invalid configuration: a mapping is not a list of sites or a mapping with sites",
    'hosts.yaml:1:3: unknown key "sites.host"',
    'hosts.yaml:1:3: "sites.url" is required',
    'hosts.yaml:2:3: unknown key "sites.…"',
  ],
  "kafka:\n  server: k:9092\n  tls:\n    ca: |\n      -----BEGIN CERTIFICATE-----\n      hunter2":
    '4:9: invalid "kafka.tls.ca": the value is not the path of a file',
  "postgres: {host: p, user: u, db: 'postgres://u:hunter2@p/db'}":
    '1:34: invalid "postgres.db": "postgres://p/…" is a connection string; write it as "postgres.url"',
  "postgres: {host: p, username: u, dbname: d, sslmode: require}": [
    '1:11: "postgres.user" is required',
    '1:21: unknown key "postgres.username"; did you mean "user"?',
    '1:34: unknown key "postgres.dbname"; did you mean "db"?',
    '1:45: unknown key "postgres.sslmode"; did you mean "tls"?',
  ],
  "kafka: {brokers: ['k:9092'], sasl: {mechanism: SCRAM-SHA-512, user: u, password: p}}": [
    '1:8: "kafka.server" is required',
    '1:9: unknown key "kafka.brokers"; did you mean "servers"?',
    '1:36: "kafka.sasl.username" is required',
    '1:48: invalid "kafka.sasl.mechanism": "SCRAM-SHA-512" is not one of plain, scram-sha-256, scram-sha-512; did you mean "scram-sha-512"?',
    '1:63: unknown key "kafka.sasl.user"; did you mean "username"?',
  ],
  "log: {levels: {kafak: debug}}": '1:16: unknown key "log.levels.kafak"; did you mean "kafka"?',
};

/** Configurations that are refused for one command. */
export const BAD_FOR_COMMAND: readonly (readonly [
  role: Role,
  yaml: string,
  ...mistakes: string[],
])[] = [
  [
    "run",
    "sites: []\nscanner: {group: a}\nkafka: {server: k:1}",
    '2:18: "sitemon run" cannot use "scanner.group": producers share sites through Kafka',
  ],
  [
    "consumer",
    "location: here",
    '1:1: missing section "kafka": "sitemon consumer" needs it',
    '1:1: missing section "postgres": "sitemon consumer" needs it',
  ],
  [
    "status",
    "kafka:\n  server: k:9092",
    '1:1: missing section "postgres": "sitemon status" needs it to read a consumer\'s store, or "store" to read that of "sitemon run"',
  ],
];
