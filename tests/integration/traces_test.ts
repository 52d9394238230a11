// Goal: a check and its ingest are one trace, that a collector really receives; and nothing of it
// is exported unless it is configured.
import { deepStrictEqual, match, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import { eventually } from "../support/waiting.ts";
import { freePort } from "../support/free_port.ts";
import { serviceTest } from "../services/with_services.ts";
import { serveLocally } from "../support/local_server.ts";
import { sitemon } from "../support/sitemon_process.ts";
import { Collector, type ReceivedSpan } from "./collector.ts";
import { DEADLINE_MS, Pipeline } from "./pipeline.ts";
import { RunFolder } from "./run_folder.ts";

const SECRETS = ["planted-url-password", "planted-header-token"];
/** By OTLP. */
const [CLIENT, CONSUMER, ERROR] = [3, 5, 2];

/** Redirects `/go` to `/there`, answers anything else with 200, and keeps what it was sent. */
class Site implements AsyncDisposable {
  readonly #server = serveLocally((request) => {
    const { pathname } = new URL(request.url);
    this.seen.push([pathname, request.headers.get("traceparent")]);
    if (pathname !== "/go") return new Response("It works");
    return new Response(null, { status: 302, headers: { location: "/there" } });
  });
  /** Path and `traceparent` of each request. */
  readonly seen: (readonly [path: string, traceparent: string | null])[] = [];

  get host(): string {
    return `127.0.0.1:${this.#server.port}`;
  }

  /** What requests for a path were sent, as soon as there are so many. */
  async sent(path: string, count: number): Promise<(string | null)[]> {
    return await eventually(DEADLINE_MS, `${count} requests for ${path}`, () => {
      const sent = this.seen.filter(([seen]) => seen === path).map(([, value]) => value);
      return sent.length >= count ? sent : undefined;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }
}

/** A folder with the configuration of a `sitemon run`. */
function placeOf(lines: string): RunFolder {
  return new RunFolder(`interval: 300ms\nweb: false\n${lines}`);
}

function isWithin(inner: ReceivedSpan, outer: ReceivedSpan): boolean {
  // The exporter rounds to nanoseconds what was computed in milliseconds.
  const roundingMs = 0.01;
  return inner.startMs >= outer.startMs - roundingMs && inner.endMs <= outer.endMs + roundingMs;
}

Deno.test("sitemon run exports a check with its visits, its phases and its ingest as one trace", async () => {
  await using collector = new Collector();
  await using site = new Site();
  using place = placeOf(`traces: { endpoint: '${collector.endpoint}' }
sites:
  - name: shop
    url: 'http://user:${SECRETS[0]}@${site.host}/go?x=1'
    headers: { x-api-token: ${SECRETS[1]} }
    traceparent: true
  - { name: plain, url: 'http://${site.host}/plain' }
  - { name: gone, url: 'http://127.0.0.1:${freePort()}/', retries: { attempts: 2, delay: 0 } }
`);
  await using run = place.run({ env: collector.env("sitemon-run") });
  const ingestOf = (site: string) =>
    collector.span(
      `the ingest of ${site}`,
      ({ kind, attributes }) => kind === CONSUMER && attributes["sitemon.site"] === site,
    );
  const [ingest] = await Promise.all([ingestOf("shop"), ingestOf("plain"), ingestOf("gone")]);
  strictEqual(await run.stop(), 0);

  const trace = collector.spans.filter(({ traceId }) => traceId === ingest.traceId);
  const check = trace.find(({ name }) => name === "check")!;
  deepStrictEqual([check.service, check.scope, check.parentSpanId], ["sitemon-run", "sitemon", ""]);
  deepStrictEqual(check.attributes, {
    "sitemon.site": "shop",
    "sitemon.location": "default",
    "sitemon.outcome": "up",
    "sitemon.attempts": 1,
  });
  strictEqual(ingest.parentSpanId, check.spanId);

  const visits = trace.filter(({ kind }) => kind === CLIENT)
    .sort((a, b) => a.startMs - b.startMs);
  const common = {
    "http.request.method": "GET",
    "server.address": "127.0.0.1",
    "server.port": Number(site.host.split(":")[1]),
    "network.peer.address": "127.0.0.1",
    "network.protocol.version": "1.1",
  };
  const answered = (path: string, status: number) => ({
    "url.full": `http://${site.host}${path}`,
    "http.response.status_code": status,
  });
  deepStrictEqual(visits.map(({ name, attributes }) => [name, attributes]), [
    ["GET", { ...common, ...answered("/go?x=1", 302) }],
    ["GET", { ...common, ...answered("/there", 200), "http.request.resend_count": 1 }],
  ]);
  for (const visit of visits) {
    ok(visit.parentSpanId === check.spanId && isWithin(visit, check), JSON.stringify(visit));
    const phases = trace.filter(({ parentSpanId }) => parentSpanId === visit.spanId);
    deepStrictEqual(phases.map(({ name }) => name), ["connect", "first_byte", "transfer"]);
    ok(phases.every((phase) => isWithin(phase, visit)), JSON.stringify(phases));
  }

  // The site is sent the very span that is exported, and the other one none.
  const names = visits.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`);
  const told = site.seen.filter(([path]) => path === "/go" || path === "/there");
  const at = told.findIndex(([, traceparent]) => traceparent === names[0]);
  deepStrictEqual(told.slice(at, at + 2), [["/go", names[0]], ["/there", names[1]]]);
  ok(site.seen.filter(([path]) => path === "/plain").every(([, value]) => value === null));

  const gone = collector.spans.find(({ name, attributes }) =>
    name === "check" && attributes["sitemon.site"] === "gone"
  )!;
  deepStrictEqual([gone.status.code, gone.attributes["error.type"]], [ERROR, "connect_refused"]);
  match(gone.status.message, /^Cannot connect to 127\.0\.0\.1:/);
  const tries = collector.spans.filter(({ kind, parentSpanId }) =>
    kind === CLIENT && parentSpanId === gone.spanId
  );
  deepStrictEqual(
    tries.map(({ attributes: a }) => [a["http.request.resend_count"], a["error.type"]]),
    [[undefined, "connect_refused"], [1, "connect_refused"]],
  );

  const chunk = collector.spans.find(({ name, links }) =>
    name === "ingest" && links.includes(`${check.traceId}/${check.spanId}`)
  )!;
  ok(ingest.links.includes(`${chunk.traceId}/${chunk.spanId}`));
  deepStrictEqual([...new Set(collector.paths)], ["/v1/traces"]);
  deepStrictEqual(SECRETS.filter((secret) => collector.text.includes(secret)), []);
});

Deno.test("sitemon exports nothing and names no span to a site, by default", async () => {
  await using collector = new Collector();
  await using site = new Site();
  using place = placeOf(`sites: [{ url: 'http://${site.host}/' }]`);
  const { OTEL_DENO_TRACING: _, ...env } = collector.env("sitemon-run");
  await using run = place.run({ env });
  deepStrictEqual((await site.sent("/", 3)).slice(0, 3), [null, null, null]);
  strictEqual(await run.stop(), 0);
  deepStrictEqual(collector.paths, []);
});

Deno.test("sitemon names spans that nobody records, where only the header is switched on", async () => {
  await using site = new Site();
  using place = placeOf(`defaults: { traceparent: true }
sites:
  - { url: 'http://${site.host}/told' }
  - { url: 'http://${site.host}/untold', traceparent: false }
  - { url: 'http://${site.host}/own', headers: { Traceparent: mine } }
`);
  await using run = place.run();
  const [first, second] = await site.sent("/told", 2);
  for (const traceparent of [first, second]) {
    match(traceparent!, /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-00$/);
  }
  notStrictEqual(first, second);
  strictEqual((await site.sent("/untold", 1))[0], null);
  strictEqual((await site.sent("/own", 1))[0], "mine");
  strictEqual(await run.stop(), 0);
});

Deno.test("sitemon does not start when its exporter does something else than its configuration says", async () => {
  await using collector = new Collector();
  const env = collector.env("sitemon-run");
  const { OTEL_DENO_TRACING: _, ...without } = env;
  const sites = "sites: [{ url: 'http://127.0.0.1:9/', timeout: 200ms }]";
  using untraced = placeOf(sites);
  using traced = placeOf(`traces: { endpoint: '${collector.endpoint}' }\n${sites}`);
  const exported = await sitemon(["run", "-c", untraced.config], { env });
  deepStrictEqual([exported.code, exported.stderr], [
    78,
    `this process exports traces to "${collector.endpoint}/v1/traces", but "traces" is not ` +
    'configured; set "traces.endpoint", unset OTEL_DENO_TRACING and OTEL_DENO, or use an ' +
    "executable made without traces\n",
  ]);
  const silent = await sitemon(["run", "-c", traced.config], { env: without });
  strictEqual(silent.code, 78);
  match(silent.stderr, /^"traces" is configured, but OTEL_DENO_TRACING is not "true"; set it/);
  deepStrictEqual(collector.paths, []);
});

serviceTest("kafka", "postgres")(
  "a check and its ingest are one trace through Kafka, and its batches are linked to it",
  async () => {
    await using collector = new Collector();
    await using site = new Site();
    const traces = `traces: { endpoint: '${collector.endpoint}' }`;
    await using pipeline = await Pipeline.create({
      sites: `  - { name: shop, url: 'http://${site.host}/' }`,
      producer: traces,
      consumer: traces,
    });
    const { topic } = pipeline;
    const producer = pipeline.startProducer({ env: collector.env("sitemon-producer") });
    const consumer = pipeline.startConsumer({ env: collector.env("sitemon-consumer") });
    const span = (name: string, matches: (span: ReceivedSpan) => boolean) =>
      collector.span(name, (it) => it.name === name && matches(it));
    const process = await span(`process ${topic}`, () => true);
    const check = await span("check", ({ spanId }) => spanId === process.parentSpanId);
    const isLinked = ({ links }: ReceivedSpan) =>
      links.includes(`${check.traceId}/${check.spanId}`);
    const send = await span(`send ${topic}`, isLinked);
    const ingest = await span("ingest", isLinked);
    await producer.stop();
    await consumer.stop();

    deepStrictEqual([check.service, send.service], ["sitemon-producer", "sitemon-producer"]);
    deepStrictEqual([process.service, ingest.service], ["sitemon-consumer", "sitemon-consumer"]);
    strictEqual(process.traceId, check.traceId);
    deepStrictEqual([check.kind, send.kind, process.kind, ingest.kind], [1, CLIENT, CONSUMER, 1]);
    const messaging = { "messaging.system": "kafka", "messaging.destination.name": topic };
    const operation = (name: string) => ({
      "messaging.operation.name": name,
      "messaging.operation.type": name,
    });
    const { "messaging.batch.message_count": count, ...sent } = send.attributes;
    ok(Number(count) >= 1, String(count));
    deepStrictEqual(sent, { ...messaging, ...operation("send") });
    const {
      "messaging.kafka.offset": offset,
      "messaging.destination.partition.id": partition,
      ...rest
    } = process.attributes;
    match(`${partition}/${offset}`, /^\d+\/\d+$/);
    deepStrictEqual(rest, { ...messaging, ...operation("process"), "sitemon.site": "shop" });
  },
);
