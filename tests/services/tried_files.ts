/** The configurations that `deno task services` prints, as the README tries them. */
import { parsePostgresUrl } from "./postgres.ts";

export function triedFiles(kafka: string, postgres: string) {
  const { host, port, user, password, db } = parsePostgresUrl(postgres);
  const producer = `interval: 10
sites:
  - url: https://example.org
outbox: { path: producer-outbox.db }
kafka:
  server: ${kafka}
  topic: sitemon
`;
  const consumer = `kafka:
  server: ${kafka}
  topic: sitemon
postgres:
  host: ${host}
  port: ${port}
  user: ${user}
  password: ${password}
  db: ${db}
`;
  return { producer, consumer };
}
