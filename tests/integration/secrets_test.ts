// Goal: no secret of a configuration is in anything that a run writes, whatever a site sends back.
import { deepStrictEqual, match, ok } from "node:assert/strict";
import { eventually } from "../support/waiting.ts";
import { serviceTest } from "../services/with_services.ts";
import { readTopic } from "../kafka/kafka_fixture.ts";
import { DEADLINE_MS, Pipeline, storedSequence } from "./pipeline.ts";
import { type LocalServer, serveLocally } from "../support/local_server.ts";

/** A secret for each place where one may be. */
const SECRETS = {
  urlPassword: "planted-url-pässword",
  headerToken: "planted-header-token",
  bearer: "planted-bearer-token",
  proxyPassword: "planted-proxy-password",
  bodyToken: "planted-body-token",
};

/** Every form in which they could be written down. */
function forms(): string[] {
  return Object.values(SECRETS).flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    btoa(String.fromCharCode(...new TextEncoder().encode(`user:${secret}`))),
  ]);
}

/** A site that sends back what it was sent: in its headers and its body. */
function echo(): LocalServer {
  return serveLocally(async (request) => {
    const headers = Object.fromEntries(request.headers);
    const echoed = JSON.stringify({ url: request.url, headers, body: await request.text() });
    const { pathname } = new URL(request.url);
    const reply = { "x-echo": encodeURIComponent(echoed), "content-type": "application/json" };
    if (pathname !== "/redirect") return new Response(echoed, { status: 500, headers: reply });
    const token = request.headers.get("x-api-token") ?? "";
    return new Response(echoed, { status: 302, headers: { location: `/echo?token=${token}` } });
  });
}

function sites(origin: string, port: number): string {
  const header = "headers: { x-api-token: '${file:token}' }";
  const user = `user:${encodeURIComponent(SECRETS.urlPassword)}`;
  return `
  - { name: url, url: 'http://${user}@127.0.0.1:${port}/', pattern: never }
  - { name: header, url: '${origin}/', ${header}, expect: { status: 500, body: { contains: never } } }
  - { name: bearer, url: '${origin}/', auth: { bearer: '${SECRETS.bearer}' } }
  - { name: redirect, url: '${origin}/redirect', ${header} }
  - { name: proxy, url: 'http://nowhere.invalid/', proxy: 'http://user:${SECRETS.proxyPassword}@127.0.0.1:${port}' }
  - { name: body, url: '${origin}/', method: POST, body: 'token=\${file:body}', expect: { json: [{ path: $.body, equals: never }] } }
  - { name: dead, url: 'http://${user}@127.0.0.1:9/' }
  - { name: json, url: '${origin}/', ${header}, expect: { header: [{ name: x-echo, equals: never }] } }`;
}

/** Everything of every table, as text. */
async function dump(pipeline: Pipeline): Promise<string> {
  const tables = await pipeline.query<{ name: string }>(
    `SELECT quote_ident(relname) AS name FROM pg_class
      WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace`,
  );
  const texts = await Promise.all(tables.map(async ({ name }) => {
    const rows = await pipeline.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
    return rows.map(({ row }) => row).join("\n");
  }));
  return texts.join("\n");
}

/** The bytes of every message, each byte a character. */
async function topicBytes({ bootstrap, topic }: Pipeline): Promise<string> {
  const messages = await readTopic(bootstrap, topic);
  return messages.flatMap(({ key, value, headers }) => {
    return [key, value, ...Object.values(headers ?? {})].map(binaryText);
  }).join("\n");
}

function binaryText(bytes: unknown): string {
  return bytes instanceof Uint8Array ? new TextDecoder().decode(bytes) : String(bytes ?? "");
}

/** The outbox with all files beside it. */
function outboxBytes({ outboxPath }: Pipeline): string {
  const folder = outboxPath.replace(/\/[^/]+$/, "");
  return [...Deno.readDirSync(folder)]
    .map(({ name }) => new TextDecoder().decode(Deno.readFileSync(`${folder}/${name}`))).join("\n");
}

serviceTest("kafka", "postgres")("no secret is in logs, topic, database or outbox", async () => {
  await using site = echo();
  await using pipeline = await Pipeline.create({ sites: sites(site.origin, site.port) });
  Deno.writeTextFileSync(`${pipeline.folder}/token`, SECRETS.headerToken);
  Deno.writeTextFileSync(`${pipeline.folder}/body`, SECRETS.bodyToken);
  const producer = pipeline.startProducer();
  const consumer = pipeline.startConsumer();
  const seen = await eventually(DEADLINE_MS, "a status of every site", async () => {
    const rows = await pipeline.query<{ site: string; failures: unknown; error_text: string }>(
      "SELECT * FROM site_status ORDER BY site",
    );
    return rows.length === 8 && storedSequence(producer) > 20 ? rows : undefined;
  });
  deepStrictEqual(
    seen.map(({ site }) => site),
    ["bearer", "body", "dead", "header", "json", "proxy", "redirect", "url"],
  );
  await producer.stop();
  const written = {
    logs: [...producer.lines, ...consumer.lines].join("\n"),
    database: await dump(pipeline),
    topic: await topicBytes(pipeline),
    outbox: outboxBytes(pipeline),
  };
  await consumer.stop();
  // The texts are what they should be, and what a site sent was kept without the secrets.
  match(written.logs, /stored /);
  match(written.database, /\*\*\*/);
  match(written.topic, /127\.0\.0\.1/);
  ok(written.outbox.startsWith("SQLite format") || written.outbox.includes("SQLite format 3"));
  for (const [what, text] of Object.entries(written)) {
    deepStrictEqual(forms().filter((form) => text.includes(form)), [], `in ${what}`);
  }
});
