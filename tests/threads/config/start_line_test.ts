import { strictEqual } from "node:assert/strict";
import { startLine } from "../../../src/threads/config/start_line.ts";
import type { DaemonRole } from "../../../src/config/loaded_config.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { fakeHostEnvironment } from "../../config/fake_host_environment.ts";

const SITES =
  "sites: [{ name: a, url: 'http://h.example/' }, { name: b, url: 'http://h.example/' }]";
const KAFKA = "kafka: { servers: ['b1:9092', 'b2:9093'], topic: reports }";
const POSTGRES = "postgres: { host: db, user: u, password: s3cret, db: status }";

const TABLE: [DaemonRole, yaml: string, line: string][] = [
  [
    "producer",
    `${SITES}\n${KAFKA}\noutbox: { path: /var/o.db }`,
    'checking 2 sites; publishing to topic "reports" at b1:9092, b2:9093; outbox "/var/o.db"',
  ],
  [
    "consumer",
    `${KAFKA}\n${POSTGRES}`,
    'applying topic "reports" at b1:9092, b2:9093 to database "status", schema "public", of ' +
    "PostgreSQL at db:5432",
  ],
  [
    "run",
    `${SITES}\nstore: { path: /var/s.db }\noutbox: { path: /var/o.db }`,
    'checking 2 sites; keeping their status in "/var/s.db"; outbox "/var/o.db"; status page on ' +
    "http://127.0.0.1:8080",
  ],
  [
    "run",
    `${SITES}\nstore: { path: /var/s.db }\noutbox: { path: /var/o.db }\nweb: false
alerts: { channels: { ${
      ["a", "b", "c", "d", "e", "f"].map((name) =>
        `${name}: { slack: { url: 'https://h.example/s3cret' } }`
      ).join(", ")
    } } }`,
    'checking 2 sites; keeping their status in "/var/s.db"; outbox "/var/o.db"; alerts to "a", ' +
    '"b", "c", "d", "e" and 1 more',
  ],
  [
    "web",
    `${POSTGRES}\nweb: { listen: '127.0.0.1:8081' }`,
    'serving the status in database "status", schema "public", of PostgreSQL at db:5432; status ' +
    "page on http://127.0.0.1:8081",
  ],
];

for (const [role, yaml, expected] of TABLE) {
  Deno.test(`startLine() of ${role} says what it watches, where it writes and listens`, () => {
    const hostEnvironment = fakeHostEnvironment({ files: { "/a.yaml": yaml } });
    const { message, properties } = startLine(
      role,
      loadConfig("/a.yaml", { role, hostEnvironment }),
    );
    const said = message.replaceAll(/\{(\w+)\}/g, (_, name) => String(properties[name]));
    strictEqual(said, expected);
    strictEqual(properties.outbox !== undefined, expected.includes("outbox"));
  });
}
