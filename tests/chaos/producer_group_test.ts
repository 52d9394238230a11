// Goal: producers share the sites; the others take over from one that fails, and no site is left out.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { eventually } from "../support/waiting.ts";
import { startKafka } from "../services/kafka.ts";
import { serviceTest } from "../services/with_services.ts";
import type { LogLine, SitemonProcess } from "../support/sitemon_process.ts";
import { DEADLINE_MS, ProducerGroup } from "./faults/producer_group.ts";

const brokerTest = serviceTest("own kafka");
const groupTest = serviceTest("kafka");

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
    await using group = new ProducerGroup({
      bootstrap: kafka.bootstrap,
      sites: 30,
      group: `{ name: checkers, session_timeout: ${SESSION_MS}ms }`,
    });
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
    ok(
      tookMs < SESSION_MS + TAKE_OVER_MS,
      `${tookMs} ms until all sites of a killed one are checked`,
    );
    const kept = await group.sitesAreShared(["b", "c"]);
    for (const site of group.sites) {
      if (owners.get(site) !== "a") {
        strictEqual(
          kept.get(site),
          owners.get(site),
          "stays where it is",
        );
      }
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
    const early = group.visits.filter(({ at, by }) =>
      by === "b" && at > continuedAt && at < heardAt
    );
    deepStrictEqual(
      early,
      [],
      "one that was suspended checks nothing before the group has answered",
    );

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
    await c.log("the brokers again", ({ message }) => message === "publishing works again");
    strictEqual(await b.stop(), 0);
    await shareEvenly([c]);
    await group.sitesAreShared(["c"]);
    strictEqual(await c.stop(), 0);
  },
);

groupTest("groups of one name at two locations do not disturb each other, and reload", async () => {
  await using group = new ProducerGroup({ sites: 8, group: "checkers" });
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
