// What SIGHUP changes in a daemon that runs, and what it leaves alone.
import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import { eventually } from "../support/waiting.ts";
import { freePort } from "../support/free_port.ts";
import { serviceTest } from "../services/with_services.ts";
import { SitemonProcess } from "../support/sitemon_process.ts";
import { Pipeline, storedSequence } from "./pipeline.ts";
import { serveLocally } from "../support/local_server.ts";
import { RunFolder } from "./run_folder.ts";

const DEADLINE_MS = 60_000;

/** A folder with a configuration, and a site that notes which path was asked for when. */
class Place implements AsyncDisposable {
  readonly folder = new RunFolder();
  readonly file = this.folder.config;
  readonly operatorPort = freePort();
  readonly #intervalS: number;
  readonly #visits = new Map<string, number[]>();
  readonly #server = serveLocally((request) => {
    const { pathname } = new URL(request.url);
    this.#visits.set(pathname, [...this.visits(pathname), performance.now()]);
    return new Response("hello");
  });

  constructor({ intervalS = 1 } = {}) {
    this.#intervalS = intervalS;
  }

  get origin(): string {
    return this.#server.origin;
  }

  /** When a path was asked for. */
  visits(path: string): readonly number[] {
    return this.#visits.get(path) ?? [];
  }

  /** `sites` are paths, or `host/path`. */
  write(sites: readonly string[], extra = ""): void {
    const { port } = this.#server;
    const urls = sites.map((site) => {
      const [host, path] = site.startsWith("/") ? ["127.0.0.1", site] : site.split(/(?=\/)/);
      return `  - { name: '${path}', url: 'http://${host}:${port}${path}' }`;
    });
    this.folder.configure(`interval: ${this.#intervalS}s
web: false
listen: 127.0.0.1:${this.operatorPort}
sites:
${urls.join("\n")}
${extra}`);
  }

  run(): SitemonProcess {
    return this.folder.run();
  }

  async visited(path: string, count: number): Promise<void> {
    const isVisited = () => this.visits(path).length >= count || undefined;
    await eventually(DEADLINE_MS, `${count} visits of ${path}`, isVisited);
  }

  async readiness() {
    const response = await fetch(`http://127.0.0.1:${this.operatorPort}/readyz`);
    const { dependencies }: {
      dependencies: { dependency: string; reason?: string; detail?: string }[];
    } = await response.json();
    const configuration = dependencies.find(({ dependency }) => dependency === "configuration")!;
    return { status: response.status, configuration };
  }

  /** Sites are visited before each of the other threads has started. */
  async ready(): Promise<void> {
    await eventually(DEADLINE_MS, "readiness", async () => {
      return (await this.readiness()).status === 200 || undefined;
    });
  }

  async metrics(): Promise<string> {
    return await (await fetch(`http://127.0.0.1:${this.operatorPort}/metrics`)).text();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
    this.folder[Symbol.dispose]();
  }
}

function change(file: string, from: string, to: string): void {
  Deno.writeTextFileSync(file, Deno.readTextFileSync(file).replace(from, to));
}

/** Sends SIGHUP and waits until the process logs the result. */
async function reload(process: SitemonProcess): Promise<string> {
  const seen = process.logs.length;
  process.signal("SIGHUP");
  const { message } = await process.log("the end of the reload", (line) => {
    return process.logs.indexOf(line) >= seen &&
      /^(configuration reloaded|reload refused)/.test(line.message);
  });
  return message;
}

/**
 * True when no slot was left out or visited twice: either would move all later visits by an interval,
 * and a busy machine delays them by less. The first visit waited for its thread to start.
 */
function isInEachSlot([, ...visits]: readonly number[], intervalS = 1): boolean {
  const offsetsMs = visits.map((at, index) => at - index * intervalS * 1_000);
  return Math.max(...offsetsMs) - Math.min(...offsetsMs) < intervalS * 900;
}

Deno.test("SIGHUP brings a site, takes one away, and leaves the slots of the others", async () => {
  await using place = new Place();
  place.write(["/stays", "/goes"]);
  await using process = place.run();
  await place.visited("/stays", 2);
  await place.visited("/goes", 1);
  place.write(["/stays", "/comes"]);
  match(await reload(process), /no threads restarted/);
  await place.visited("/comes", 2);
  // A check that had begun before the reload is over by now.
  const gone = place.visits("/goes").length;
  await place.visited("/stays", Math.max(6, place.visits("/stays").length + 2));
  strictEqual(place.visits("/goes").length, gone);
  ok(isInEachSlot(place.visits("/stays")), place.visits("/stays").join());
  const metrics = await place.metrics();
  ok(!metrics.includes('site="/goes"'), "a site that is gone has no metrics");
  match(metrics, /^sitemon_config_reloads_total\{result="applied"\} 1$/m);
  strictEqual(await process.stop(), 0);
});

Deno.test("SIGHUP by a pid file reaches one daemon of two, and the file goes with it", async () => {
  await using first = new Place();
  await using second = new Place();
  const daemons = [first, second].map((place) => {
    place.write(["/stays"]);
    const pidFile = place.folder.file("sitemon.pid");
    return {
      pidFile,
      process: new SitemonProcess(["run", "-c", place.file, "--pid-file", pidFile]),
    };
  });
  for (const place of [first, second]) await place.visited("/stays", 1);
  const pid = Number(Deno.readTextFileSync(daemons[1]!.pidFile));
  strictEqual(pid, daemons[1]!.process.pid);
  Deno.kill(pid, "SIGHUP");
  await daemons[1]!.process.log("the reload", "configuration reloaded");
  for (const { process, pidFile } of daemons) {
    strictEqual(await process.stop(), 0);
    throws(() => Deno.statSync(pidFile), Deno.errors.NotFound);
  }
  ok(!daemons[0]!.process.logs.some(({ message }) => message.startsWith("configuration reloaded")));
});

Deno.test("SIGHUP with a new host starts a new scanner, which takes the slots over", async () => {
  // The time that a busy machine may take to start it.
  const intervalS = 4;
  await using place = new Place({ intervalS });
  place.write(["/stays"]);
  await using process = place.run();
  await place.visited("/stays", 2);
  place.write(["/stays", "localhost/comes"]);
  match(await reload(process), /restarted threads: scanner-1/);
  await place.visited("/comes", 1);
  await place.visited("/stays", 4);
  ok(isInEachSlot(place.visits("/stays"), intervalS), place.visits("/stays").join());
  ok(!/^sitemon_thread_restarts_total\{.*\} [1-9]/m.test(await place.metrics()), "nothing died");
  strictEqual(await process.stop(), 0);
});

Deno.test("SIGHUP with mistakes keeps the old configuration, and says so until it is healed", async () => {
  await using place = new Place();
  place.write(["/stays"]);
  await using process = place.run();
  await place.visited("/stays", 1);
  await place.ready();
  place.write(["/stays", "/comes"], "intervall: 3\nlocation: 7");
  match(await reload(process), /^reload refused \(invalid\)/);
  const mistakes = process.logs.filter(({ message }) => message.startsWith("mistake "));
  strictEqual(mistakes.length, 2);
  match(mistakes[0]!.message, /^mistake 1 of 2: .*run\.yaml:10:1: unknown key "intervall"/);
  const { status, configuration } = await place.readiness();
  deepStrictEqual([status, configuration.reason], [503, "invalid"]);
  match(configuration.detail!, /run\.yaml:10:1/);
  match(await place.metrics(), /^sitemon_config_last_reload_successful 0$/m);
  const visits = place.visits("/stays").length;
  await place.visited("/stays", visits + 2);
  strictEqual(place.visits("/comes").length, 0);
  place.write(["/stays", "/comes"]);
  match(await reload(process), /^configuration reloaded/);
  await place.visited("/comes", 1);
  await place.ready();
  match(await place.metrics(), /^sitemon_config_last_reload_successful 1$/m);
});

Deno.test("SIGHUP refuses what cannot change in a running process", async () => {
  await using place = new Place();
  place.write(["/stays"]);
  await using process = place.run();
  await place.visited("/stays", 1);
  change(place.file, "outbox.db", "other.db");
  match(await reload(process), /^reload refused \(fixed\)/);
  const { message } = process.logs.find(({ message }) => message.startsWith("mistake"))!;
  match(message, /run\.yaml:2:\d+: cannot change "outbox\.path" while sitemon runs/);
  strictEqual((await place.readiness()).configuration.reason, "fixed");
});

Deno.test("SIGHUP changes limits and log levels while checks go on", async () => {
  await using place = new Place();
  place.write(["/stays"]);
  await using process = place.run();
  await place.visited("/stays", 2);
  change(place.file, "outbox.db'", "outbox.db', max_rows: 1000");
  change(place.file, "level: debug", "level: debug, levels: { outbox: warning }");
  match(await reload(process), /restarted threads: store/);
  const isStored = ({ message }: { message: string }) => message.startsWith("stored ");
  const stored = process.logs.filter(isStored).length;
  await place.visited("/stays", 6);
  strictEqual(process.logs.filter(isStored).length, stored, "commits are logged at level debug");
  ok(isInEachSlot(place.visits("/stays")), place.visits("/stays").join());
  strictEqual(await process.stop(), 0);
});

Deno.test("a strict sandbox takes other sites of its hosts, and refuses a new host", async () => {
  await using place = new Place();
  place.write(["/stays"], "sandbox: strict");
  await using process = place.run();
  await process.log("strictness", "all threads are running; main thread dropped its network");
  await place.visited("/stays", 1);
  place.write(["/stays", "/comes"], "sandbox: strict");
  match(await reload(process), /^configuration reloaded/);
  await place.visited("/comes", 1);
  place.write(["/stays", "/comes", "localhost/new"], "sandbox: strict");
  match(await reload(process), /^reload refused \(not_permitted\)/);
  const { status, configuration } = await place.readiness();
  deepStrictEqual([status, configuration.reason], [503, "not_permitted"]);
  match(configuration.detail!, /no permission for network access to "127\.0\.0\.1"/);
  const visits = place.visits("/stays").length;
  await place.visited("/stays", visits + 2);
  strictEqual(place.visits("/new").length, 0);
});

Deno.test("SIGHUP reads secrets again", async () => {
  await using place = new Place();
  place.folder.write("path", "old-path");
  place.write(["/stays", "/${file:path}"]);
  change(place.file, "name: '/${file:path}'", "name: secret");
  await using process = place.run();
  await place.visited("/old-path", 1);
  place.folder.write("path", "new-path");
  match(await reload(process), /no threads restarted/);
  await place.visited("/new-path", 1);
  ok(!process.lines.join("\n").includes("new-path"), "what a reload reads is hidden too");
  strictEqual(await process.stop(), 0);
});

serviceTest("kafka", "postgres")(
  "SIGHUP replaces a relay and adds a consumer, and loses nothing",
  async () => {
    await using place = new Place();
    await using pipeline = await Pipeline.create({
      sites: `  - { name: a, url: '${place.origin}/a' }\n  - { name: b, url: '${place.origin}/b' }`,
      interval: "200ms",
    });
    const producer = pipeline.startProducer();
    const consumer = pipeline.startConsumer();
    await pipeline.historyHolds(5, { orMore: true });
    change(pipeline.producerFile, "kafka:", "kafka:\n  compression: gzip");
    match(await reload(producer), /restarted threads: relay$/);
    change(pipeline.consumerFile, "consumers: 1", "consumers: 2");
    match(await reload(consumer), /restarted threads: consumer-2$/);
    const stored = storedSequence(producer);
    await pipeline.historyHolds(stored + 20, { orMore: true });
    strictEqual(await producer.stop(), 0);
    // Each report once, and none is missing.
    await pipeline.historyHolds(storedSequence(producer));
    strictEqual(await consumer.stop(), 0);
  },
);
