// Goal: producers share the sites; the others take over from one that fails, and no site is left out.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { administer } from "../kafka/kafka_fixture.ts";
import { aGroup, TestMember } from "../kafka/group/test_member.ts";
import { startKafka } from "../services/kafka.ts";
import { serviceTest } from "../services/with_services.ts";
import { serveLocally } from "../support/local_server.ts";
import { type LogLine, SitemonProcess } from "../support/sitemon_process.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { uniqueName } from "../support/unique_name.ts";
import { eventually } from "../support/waiting.ts";

const brokerTest = serviceTest("own kafka");
const groupTest = serviceTest("kafka");

/** How long a test waits for what takes seconds. */
const DEADLINE_MS = 60_000;
const INTERVAL_MS = 1_000;
/** In so much time each site is visited by whoever holds it, on a busy machine too. */
const WINDOW_MS = 2_500;

/** A site was visited. */
interface Visit {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly site: string;
  /** The producer that visited it. */
  readonly by: string;
}

/** Producers with one configuration file, and the sites that they share, which know who visits them. */
class ProducerGroup implements AsyncDisposable {
  readonly sites: string[];
  readonly visits: Visit[] = [];
  readonly #folder = new TempFolder();
  readonly #server = serveLocally(({ url, headers }) => {
    const site = new URL(url).pathname.slice(1);
    this.visits.push({ at: Date.now(), site, by: headers.get("x-producer")! });
    return new Response("fine");
  });
  readonly #topic = uniqueName("topic");
  readonly #processes: SitemonProcess[] = [];

  constructor(
    count: number,
    /** YAML of `scanner.group`. */
    private readonly group: string,
    private readonly bootstrap = Deno.env.get("SITEMON_TEST_KAFKA")!,
  ) {
    this.sites = Array.from({ length: count }, (_, n) => `site-${n}`);
    this.#write();
  }

  /** Starts a producer by the file that all have in common. */
  start(name: string, { location = "here" } = {}): SitemonProcess {
    const state = this.#folder.file(name);
    Deno.mkdirSync(state, { recursive: true });
    const own = { PRODUCER: name, LOCATION: location, STATE_DIRECTORY: state };
    const process = new SitemonProcess(["producer", "-c", this.#folder.file("producer.yaml")], {
      env: { ...Deno.env.toObject(), ...own },
    });
    this.#processes.push(process);
    return process;
  }

  /**
   * Waits until each site is visited by one producer alone, and each of these visits some; resolves
   * to who visits which.
   */
  sitesAreShared(producers: readonly string[]): Promise<Map<string, string>> {
    return eventually(DEADLINE_MS, `sites shared by ${producers}`, () => {
      const recent = this.visits.filter(({ at }) => at > Date.now() - WINDOW_MS);
      const pairs = new Set(recent.map(({ site, by }) => `${site} ${by}`));
      const owners = new Map([...pairs].map((pair) => pair.split(" ") as [string, string]));
      const isShared = owners.size === this.sites.length && pairs.size === owners.size;
      const seen = new Set(owners.values());
      const areAll = seen.size === producers.length && producers.every((name) => seen.has(name));
      return isShared && areAll ? new Map([...owners].sort()) : undefined;
    });
  }

  /** When a site was first visited after a moment by somebody other than that producer. */
  visitedSince(site: string, sinceMs: number, notBy: string): Promise<number> {
    return eventually(DEADLINE_MS, `a visit of ${site}`, () => {
      return this.visits.find(({ at, by, ...visit }) => {
        return visit.site === site && at > sinceMs && by !== notBy;
      })?.at;
    });
  }

  /** Gives the file one site more, and tells every producer to read it again. */
  addSite(name: string): void {
    this.sites.push(name);
    this.#write();
    for (const process of this.#processes) process.signal("SIGHUP");
  }

  #write(): void {
    const { origin } = this.#server;
    const sites = this.sites.map((site) => `  - { name: ${site}, url: '${origin}/${site}' }\n`);
    this.#folder.write(
      "producer.yaml",
      `location: "\${LOCATION:-here}"
interval: ${INTERVAL_MS}ms
log: { level: debug, format: json }
defaults: { headers: { X-Producer: "\${PRODUCER}" } }
scanner: { group: ${this.group} }
kafka: { servers: [${this.bootstrap}], topic: ${this.#topic} }
sites:
${sites.join("")}`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const process of this.#processes) await process.kill();
    await this.#server[Symbol.asyncDispose]();
    this.#folder[Symbol.dispose]();
  }
}

const SESSION_MS = 6_000;
/** A site that nobody checks is taken over this long after the session has ended. */
const TAKE_OVER_MS = 10_000;

const isHolding = ({ message }: LogLine) => message.startsWith("assigned ");

function timeOf({ time }: LogLine): number {
  return Date.parse(String(time));
}

/** The number of partitions that a producer was given last. */
function holds(producer: SitemonProcess): number {
  return Number(producer.logs.findLast(isHolding)?.count ?? 0);
}

function shareEvenly(producers: readonly SitemonProcess[]): Promise<true> {
  const even = 60 / producers.length;
  return eventually(DEADLINE_MS, `${even} partitions each`, () => {
    return producers.every((producer) => holds(producer) === even) || undefined;
  });
}

brokerTest(
  "producers of a group take over from one that is killed, suspended or cut off",
  async () => {
    await using kafka = await startKafka();
    const yaml = `{ name: checkers, session_timeout: ${SESSION_MS}ms }`;
    await using group = new ProducerGroup(30, yaml, kafka.bootstrap);
    const [a, b, c] = [group.start("a"), group.start("b"), group.start("c")];
    await shareEvenly([a, b, c]);
    const owners = await group.sitesAreShared(["a", "b", "c"]);

    const killedAt = Date.now();
    await a.kill();
    const orphans = group.sites.filter((site) => owners.get(site) === "a");
    ok(orphans.length > 0);
    await shareEvenly([b, c]);
    const takenAt = await Promise.all(
      orphans.map((site) => group.visitedSince(site, killedAt, "a")),
    );
    const tookMs = Math.max(...takenAt) - killedAt;
    const isSoon = tookMs < SESSION_MS + TAKE_OVER_MS;
    ok(isSoon, `${tookMs} ms until all sites of a killed one are checked`);
    const kept = await group.sitesAreShared(["b", "c"]);
    for (const [site, owner] of owners) {
      if (owner !== "a") strictEqual(kept.get(site), owner, "stays where it is");
    }

    b.signal("SIGSTOP");
    await shareEvenly([c]);
    await group.sitesAreShared(["c"]);
    const seen = b.logs.length;
    const continuedAt = Date.now();
    b.signal("SIGCONT");
    await shareEvenly([b, c]);
    await group.sitesAreShared(["b", "c"]);
    const heardAt = timeOf(b.logs.slice(seen).find(isHolding)!);
    const early = group.visits.filter(({ at, by }) => {
      return by === "b" && at > continuedAt && at < heardAt;
    });
    deepStrictEqual(early, [], "a suspended one checks nothing before the group has answered");

    const [broker] = kafka.brokers;
    const before = await group.sitesAreShared(["b", "c"]);
    await broker!.kill();
    const downAt = Date.now();
    await eventually(DEADLINE_MS, "visits long after the session", () => {
      return group.visits.at(-1)!.at > downAt + SESSION_MS + 2_000 || undefined;
    });
    const during = await group.sitesAreShared(["b", "c"]);
    deepStrictEqual(during, before, "in an outage each goes on with what it held");
    await broker!.start();
    await c.log("the brokers again", ({ message }) => message.startsWith("regained kafka"));
    strictEqual(await b.stop(), 0);
    await shareEvenly([c]);
    await group.sitesAreShared(["c"]);
    strictEqual(await c.stop(), 0);
  },
);

groupTest("groups of one name at two locations do not disturb each other, and reload", async () => {
  await using group = new ProducerGroup(8, "checkers");
  const producers = [
    group.start("a", { location: "east" }),
    group.start("b", { location: "west" }),
  ];
  for (const producer of producers) {
    strictEqual((await producer.log("its share", isHolding)).count, 60, "nobody shares with it");
  }
  const areVisitedByBoth = async (sinceMs: number) => {
    for (const other of ["a", "b"]) {
      await Promise.all(group.sites.map((site) => group.visitedSince(site, sinceMs, other)));
    }
  };
  await areVisitedByBoth(Date.now());
  group.addSite("new");
  await areVisitedByBoth(Date.now());
});

/** The broker that the group is asked of: there is one partition of the topic that holds the groups. */
async function coordinatorOf(bootstrap: string): Promise<number> {
  const { topics } = await administer(bootstrap, (admin) => {
    return admin.fetchTopicMetadata({ topics: ["__consumer_offsets"] });
  });
  return topics[0]!.partitions[0]!.leader;
}

brokerTest(
  "members keep what they hold, when the coordinator dies, and when every broker does",
  async () => {
    await using kafka = await startKafka({ brokers: 3 });
    const group = { ...aGroup(), bootstrap: kafka.bootstrap };
    await using checking = new TestMember(group);
    await using pausing = new TestMember({ ...group, whenUnreachable: "pause" });
    const held = await Promise.all([checking.holds(6), pausing.holds(6)]);
    const joins = checking.joins;

    const id = await coordinatorOf(kafka.bootstrap);
    await kafka.brokers.find((broker) => broker.id === id)!.kill();
    const said = pausing.telemetry.dependencies;
    await eventually(DEADLINE_MS, "an outage", () => said.at(-1)?.ok === false || undefined);
    await eventually(DEADLINE_MS, "another coordinator", () => said.at(-1)?.ok || undefined);
    deepStrictEqual(await Promise.all([checking.holds(6), pausing.holds(6)]), held);
    strictEqual(checking.joins, joins, "nobody had to join again");

    await Promise.all(kafka.brokers.map((broker) => broker.kill()));
    deepStrictEqual(await pausing.holds(0), [], "one holds nothing once its session has ended");
    deepStrictEqual(await checking.holds(6), held[0], "the other goes on");
    await Promise.all(kafka.brokers.map((broker) => broker.start()));
    deepStrictEqual(await Promise.all([checking.holds(6), pausing.holds(6)]), held);
  },
);
