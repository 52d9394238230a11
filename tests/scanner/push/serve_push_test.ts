import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { SiteReport } from "../../../src/report/report.ts";
import type { PushSite } from "../../../src/scanner/push/push_report.ts";
import { PushSites, type Stored } from "../../../src/scanner/push/push_sites.ts";
import { servePush, STORE_MS_MAX } from "../../../src/scanner/push/serve_push.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { RecordingTelemetry } from "../../support/recording_telemetry.ts";
import { eventually } from "../../support/waiting.ts";
import { aSite } from "../sites.ts";

const DEADLINE_MS = 30_000;
const TOKEN = "the-token-of-backup";
const SITE: PushSite = {
  ...aSite("push:backup", { name: "backup" }),
  push: { everyMs: 86_400_000, graceMs: 3_600_000, token: TOKEN },
};

/** A server whose outbox stores when it is told to, or at once. */
class Served implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly telemetry = new RecordingTelemetry();
  readonly reports: SiteReport[] = [];
  readonly waiting: Stored[] = [];
  isStoring = true;
  readonly #sites: PushSites;
  readonly #server;

  constructor({ isReady = true } = {}) {
    const { clock, telemetry } = this;
    const keep = (stored: Stored) => {
      if (this.isStoring) stored.onStored?.();
      else this.waiting.push(stored);
    };
    const send = (report: SiteReport, stored: Stored) => {
      this.reports.push(report);
      keep(stored);
      return report;
    };
    this.#sites = new PushSites({ clock, telemetry, outbox: { send, keep } });
    const listen = { host: "127.0.0.1", port: 0 };
    const options = { listen, connectionsMax: 10, sites: this.#sites, clock, telemetry };
    this.#server = servePush(options);
    this.#sites.start();
    if (isReady) this.makeReady();
  }

  makeReady(): void {
    this.#sites.assign({ sites: [SITE], location: "here", secrets: [], hasSiteMetrics: false });
    this.#sites.load([]);
  }

  async ask(path: string, init?: RequestInit): Promise<Asked> {
    const response = await fetch(`${this.#server.address}${path}`, init);
    const headers = [...response.headers].filter(([name]) => name !== "date");
    return { status: response.status, headers, body: await response.text() };
  }

  counted(result: string): number {
    return this.telemetry.value("sitemon_pings_total", { result });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#sites.stop();
    const stopped = this.#server.stop(0);
    this.clock.advance(1);
    await stopped;
  }
}

interface Asked {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

Deno.test("servePush() answers each service's scripts as that service does", async () => {
  await using served = new Served();
  const text = [["content-length", "2"], ["content-type", "text/plain; charset=utf-8"]] as const;
  for (const init of [{}, { method: "POST", body: "done" }]) {
    deepStrictEqual(await served.ask(`/push/${TOKEN}`, init), {
      status: 200,
      headers: text,
      body: "OK",
    });
  }
  deepStrictEqual(await served.ask(`/ping/${TOKEN}`, { method: "HEAD" }), {
    status: 200,
    headers: text,
    body: "",
  });
  deepStrictEqual(await served.ask(`/api/push/${TOKEN}?status=up&msg=OK&ping=`), {
    status: 200,
    headers: [["content-length", "11"], ["content-type", "application/json; charset=utf-8"]],
    body: '{"ok":true}',
  });
  strictEqual(served.reports.length, 4);
  strictEqual(served.counted("success"), 4);
});

Deno.test("servePush() tells strangers nothing, whatever they ask, and counts them", async () => {
  await using served = new Served();
  const paths = [
    ...["/", "/metrics", "/push/", "/push/wrong-token-1", "/push/wrong-token-1/start"],
    ...["/ping/wrong/slug/fail", "/api/push/wrong-token-1?status=down", `/push/${TOKEN}x`],
    ...[`/push/${TOKEN}/999`, `/push/${"x".repeat(5_000)}`, `/push/%00${TOKEN}`, "/push/..%2f"],
    ...[`/other/${TOKEN}`, "/ping/wrong?rid=%20"],
  ];
  const answers = new Set<string>();
  for (const path of paths) answers.add(JSON.stringify(await served.ask(path)));
  deepStrictEqual(answers.size, 1, [...answers].join("\n"));
  match([...answers][0]!, /"status":404.*"not found\\n"/);
  strictEqual(served.counted("unknown"), paths.length);
  strictEqual(served.reports.length, 0);
  for (const token of [TOKEN, "wrong-token-1"]) {
    strictEqual((await served.ask(`/push/${token}`, { method: "DELETE" })).status, 405);
  }
});

Deno.test("servePush() answers once a ping is stored, and 503 when that takes too long", async () => {
  await using served = new Served();
  served.isStoring = false;
  const asking = served.ask(`/push/${TOKEN}`);
  await eventually(DEADLINE_MS, "a ping", () => served.waiting.length === 1 || undefined);
  strictEqual(served.counted("success"), 0);
  served.waiting[0]!.onStored!();
  strictEqual((await asking).status, 200);
  const late = served.ask(`/push/${TOKEN}`);
  await eventually(DEADLINE_MS, "another", () => served.waiting.length === 2 || undefined);
  served.clock.advance(STORE_MS_MAX + 20);
  const { status, headers, body } = await late;
  strictEqual(status, 503);
  deepStrictEqual(new Map(headers).get("retry-after"), "5");
  match(body, /^cannot store a ping at the moment; try again\n$/);
  strictEqual(served.counted("unavailable"), 1);
});

Deno.test("servePush() waits for the notes of the outbox, and does not guess without them", async () => {
  await using served = new Served({ isReady: false });
  const asking = served.ask(`/push/${TOKEN}`);
  await eventually(DEADLINE_MS, "a wait", () => served.clock.pending >= 2 || undefined);
  served.makeReady();
  strictEqual((await asking).status, 200);
});

Deno.test("servePush() keeps the beginning of a body, and refuses one without a length", async () => {
  await using served = new Served();
  const body = "x".repeat(SITE.bodyBytesMax + 1);
  strictEqual((await served.ask(`/push/${TOKEN}`, { method: "POST", body })).status, 200);
  const [{ truncated, snippet }] = served.reports as [SiteReport];
  deepStrictEqual([truncated, snippet!.length], [true, 1_024]);
  const chunks = ReadableStream.from([new TextEncoder().encode("done")]);
  const asked = await served.ask(`/push/${TOKEN}`, { method: "POST", body: chunks });
  strictEqual(asked.status, 411);
  strictEqual((await served.ask(`/push/${TOKEN}?rid=a%20b`)).status, 400);
  strictEqual(served.counted("invalid"), 2);
  strictEqual(served.reports.length, 1);
});
