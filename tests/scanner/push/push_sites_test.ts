import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { NEXT_CHECK_MS_MAX } from "../../../src/report/bounds.ts";
import type { SiteReport } from "../../../src/report/report.ts";
import type { Ping } from "../../../src/scanner/push/ping.ts";
import type { PushSite } from "../../../src/scanner/push/push_report.ts";
import { PushSites, RETRY_MS, type Stored, TICK_MS } from "../../../src/scanner/push/push_sites.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { RecordingTelemetry } from "../../support/recording_telemetry.ts";
import { aSite, requireStorable } from "../sites.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const TOKEN = "the-token-of-backup";

function aPushSite(changes: Partial<PushSite> = {}): PushSite {
  return {
    ...aSite("push:backup", { name: "backup" }),
    push: { everyMs: DAY_MS, graceMs: HOUR_MS, token: TOKEN },
    ...changes,
  };
}

/** Push sites with an outbox that outlives them: reports and notes as they are stored. */
class Rig {
  readonly clock = new FakeClock();
  readonly telemetry = new RecordingTelemetry();
  readonly reports: SiteReport[] = [];
  readonly notes = new Map<string, string>();
  readonly startMs = this.nowMs;
  work;
  sites: PushSites;

  constructor(site = aPushSite()) {
    const secrets = [site.push.token, "s3cret"];
    this.work = { sites: [site], location: "here", secrets, hasSiteMetrics: true };
    this.sites = this.#open();
  }

  get nowMs(): number {
    return this.clock.nowMicros() / 1_000;
  }

  #open(): PushSites {
    const { clock, telemetry, notes } = this;
    const keep = ({ note: { name, value }, onStored }: Stored) => {
      if (value === null) notes.delete(name);
      else notes.set(name, value);
      onStored?.();
    };
    const send = (report: SiteReport, stored: Stored) => {
      this.reports.push(report);
      requireStorable(report);
      keep(stored);
      return report;
    };
    const sites = new PushSites({ clock, telemetry, outbox: { send, keep } });
    sites.assign(this.work);
    sites.load(Array.from(notes, ([name, value]) => ({ name, value })));
    sites.start();
    return sites;
  }

  /** The process is killed, and another one starts after so long. */
  restart(downMs = 0): void {
    this.sites.stop();
    this.clock.advance(downMs);
    this.sites = this.#open();
  }

  ping(kind: Ping["kind"] = "success", rest: Partial<Ping> & { body?: string } = {}): void {
    const { body = "", run = "", ...more } = rest;
    let isStored = false;
    this.sites.take(this.sites.find(TOKEN)!, { kind, run, ...more }, {
      body: new TextEncoder().encode(body),
      isTruncated: false,
      address: "192.0.2.7",
      onStored: () => isStored = true,
    });
    ok(isStored);
  }

  /** The verdicts since the last call, with the minutes since the start. */
  verdicts(): unknown[] {
    return this.reports.splice(0).map(({ outcome, reason, checked_at }) =>
      [outcome, reason, (checked_at / 1_000 - this.startMs) / MINUTE_MS].join(" ")
    );
  }
}

const DUE_MS = DAY_MS + HOUR_MS;

Deno.test("PushSites reports a ping with what it brought, until the next one is due", () => {
  const rig = new Rig(aPushSite({ labels: { team: "s3cret ops" } }));
  rig.ping("start");
  strictEqual(rig.reports.length, 0);
  rig.clock.advance(90_500);
  rig.ping("success", { body: `copied\n\x1b 3 files of s3cret, ${TOKEN}` });
  const [report] = rig.reports;
  const { site, url, location, outcome, reason, response_time, next_check_ms } = report!;
  deepStrictEqual({ site, url, location, outcome, reason, response_time, next_check_ms }, {
    site: "backup",
    url: "push:backup",
    location: "here",
    outcome: "up",
    reason: null,
    response_time: 90_500,
    next_check_ms: DUE_MS,
  });
  strictEqual(report!.snippet, "copied \\x1b 3 files of ***, ***");
  strictEqual(report!.labels.team, "*** ops");
  strictEqual(report!.remote_address, "192.0.2.7");
  strictEqual(rig.telemetry.value("sitemon_site_up", { site: "backup", location: "here" }), 1);
});

Deno.test("PushSites tells a failed run with its message, and a log says nothing", () => {
  const rig = new Rig();
  rig.ping("fail", { message: "exit code 3" });
  rig.ping("fail");
  rig.ping("log", { body: "half" });
  deepStrictEqual(
    rig.reports.map(({ outcome, reason, error_text, snippet }) => {
      return [outcome, reason, error_text, snippet];
    }),
    [
      ["down", "failed", "run failed: exit code 3", "exit code 3"],
      ["down", "failed", "run failed", null],
    ],
  );
  // What nobody has timed is no response of 0 ms.
  deepStrictEqual(rig.reports.map(({ body_bytes }) => body_bytes), [null, null]);
});

Deno.test("PushSites compares what a run printed, and how long it took", () => {
  const expect = { responseTimeMs: { degraded: MINUTE_MS }, body: bodyWith("files") };
  const rig = new Rig(aPushSite({ expect }));
  rig.ping("success", { body: "3 files" });
  rig.ping("success", { body: "nothing" });
  rig.ping("success", { body: "3 files", durationMs: MINUTE_MS + 1 });
  deepStrictEqual(rig.reports.map(({ outcome, reason }) => [outcome, reason]), [
    ["up", null],
    ["down", "body"],
    ["degraded", "slow"],
  ]);
});

function bodyWith(text: string) {
  return { contains: [text], notContains: [], matches: [], notMatches: [] };
}

Deno.test("PushSites misses each ping that is due once, at its moment, across restarts", () => {
  const rig = new Rig();
  rig.ping();
  rig.verdicts();
  rig.clock.advance(12 * HOUR_MS);
  rig.restart();
  rig.clock.advance(DUE_MS - 12 * HOUR_MS - 1);
  deepStrictEqual(rig.verdicts(), []);
  rig.clock.advance(TICK_MS);
  deepStrictEqual(rig.reports.map(({ error_text, next_check_ms }) => [error_text, next_check_ms]), [
    ["no ping since 2026-01-01T00:00:00Z, expected every 1d with 1h of grace", DAY_MS],
  ]);
  deepStrictEqual(rig.verdicts(), [`down missed ${DUE_MS / MINUTE_MS}`]);
  for (let restarts = 0; restarts < 5; restarts++) {
    rig.restart();
    rig.clock.advance(HOUR_MS);
  }
  deepStrictEqual(rig.verdicts(), []);
  rig.clock.advance(DAY_MS - 5 * HOUR_MS);
  deepStrictEqual(rig.verdicts(), [`down missed ${(DUE_MS + DAY_MS) / MINUTE_MS}`]);
  rig.ping();
  deepStrictEqual(rig.verdicts().length, 1);
  rig.clock.advance(DAY_MS);
  deepStrictEqual(rig.verdicts(), []);
  strictEqual(rig.telemetry.value("sitemon_pings_total", { result: "missed" }), 2);
});

Deno.test("PushSites misses a site that was never told of, from when it first knew it", () => {
  const rig = new Rig();
  rig.clock.advance(HOUR_MS);
  rig.restart();
  rig.clock.advance(DUE_MS - HOUR_MS + TICK_MS);
  match(rig.reports[0]!.error_text!, /^no ping yet, expected every 1d with 1h of grace$/);
  deepStrictEqual(rig.verdicts(), [`down missed ${DUE_MS / MINUTE_MS}`]);
});

Deno.test("PushSites repeats what a rare job said, until it is due", () => {
  const push = { everyMs: 30 * DAY_MS, graceMs: HOUR_MS, token: TOKEN };
  const rig = new Rig(aPushSite({ push }));
  const days = (count: number) => count * DAY_MS / MINUTE_MS;
  rig.ping("fail", { message: "disk full" });
  strictEqual(rig.reports[0]!.next_check_ms, NEXT_CHECK_MS_MAX);
  rig.verdicts();
  rig.restart(8 * DAY_MS - MINUTE_MS);
  rig.clock.advance(MINUTE_MS - 1);
  deepStrictEqual(rig.verdicts(), []);
  rig.clock.advance(MINUTE_MS);
  strictEqual(rig.reports[0]!.error_text, "run failed: disk full");
  deepStrictEqual(rig.verdicts(), [`down failed ${days(8)}`]);
  rig.restart(12 * DAY_MS - MINUTE_MS + 1);
  deepStrictEqual(rig.verdicts(), [`down failed ${days(20)}`]);
  rig.restart(9 * DAY_MS);
  deepStrictEqual(rig.reports.map(({ next_check_ms }) => next_check_ms), [DAY_MS + HOUR_MS]);
  deepStrictEqual(rig.verdicts(), [`down failed ${days(29)}`]);
  rig.clock.advance(DAY_MS + HOUR_MS);
  deepStrictEqual(rig.verdicts(), [`down missed ${days(30) + 60}`]);
});

Deno.test("PushSites misses a run that does not end within its grace, once", () => {
  const rig = new Rig();
  rig.ping();
  rig.clock.advance(DAY_MS);
  rig.ping("start", { run: "a" });
  rig.verdicts();
  rig.restart(TICK_MS);
  rig.clock.advance(HOUR_MS);
  // Its end may have come while the process was restarted.
  deepStrictEqual(rig.verdicts(), [`inconclusive missed ${(DAY_MS + HOUR_MS) / MINUTE_MS}`]);
  rig.ping("start", { run: "b" });
  rig.clock.advance(HOUR_MS + TICK_MS);
  match(rig.reports[0]!.error_text!, /^run began at .* and did not end within 1h$/);
  strictEqual(rig.verdicts().length, 1);
  rig.clock.advance(DAY_MS - HOUR_MS - 2 * TICK_MS);
  deepStrictEqual(rig.verdicts(), []);
});

/** What keeps sitemon from hearing a ping around the time at which it is expected. */
const DEAF: Readonly<Record<string, (rig: Rig) => void | Promise<void>>> = {
  "it was not there": (rig) => rig.restart(3 * HOUR_MS),
  "it was stopped": (rig) => rig.clock.suspend(3 * HOUR_MS),
  "the clock was set forward": (rig) => {
    rig.clock.stepWall(3 * HOUR_MS);
    rig.clock.advance(TICK_MS);
  },
  "it could take no connections": (rig) => {
    rig.sites.noteDeaf(true);
    rig.clock.advance(HOUR_MS / 2);
    rig.sites.noteDeaf(false);
    rig.clock.advance(HOUR_MS);
  },
  "it could not store a ping": (rig) => {
    rig.sites.noteDeaf();
    rig.clock.advance(2 * HOUR_MS);
  },
};

for (const [what, happens] of Object.entries(DEAF)) {
  Deno.test(`PushSites makes no site down, when ${what} as its ping was expected`, async () => {
    const rig = new Rig();
    rig.ping();
    rig.clock.advance(DAY_MS);
    rig.verdicts();
    await happens(rig);
    rig.clock.advance(RETRY_MS + TICK_MS);
    strictEqual(rig.reports.length, 1);
    match(rig.reports[0]!.error_text!, /^no ping since .*; sitemon did not listen before 2026-/);
    match(String(rig.verdicts()), /^inconclusive missed/);
    // A day later it has listened all the while.
    rig.clock.advance(DAY_MS);
    deepStrictEqual(rig.verdicts(), [`down missed ${(DUE_MS + DAY_MS) / MINUTE_MS}`]);
  });

  Deno.test(`PushSites hears those first that try again, when ${what}`, async () => {
    const rig = new Rig();
    rig.ping();
    rig.clock.advance(DAY_MS);
    await happens(rig);
    rig.clock.advance(TICK_MS);
    rig.verdicts();
    rig.ping();
    match(String(rig.verdicts()), /^up/);
    rig.clock.advance(DAY_MS);
    deepStrictEqual(rig.verdicts(), []);
  });
}

Deno.test("PushSites takes a stop at another time for no excuse", async () => {
  const rig = new Rig();
  rig.ping();
  rig.clock.advance(HOUR_MS);
  rig.restart(HOUR_MS);
  await rig.clock.suspend(HOUR_MS);
  rig.verdicts();
  rig.clock.advance(DUE_MS - 3 * HOUR_MS + TICK_MS);
  deepStrictEqual(rig.verdicts(), [`down missed ${DUE_MS / MINUTE_MS}`]);
});

Deno.test("PushSites has no site wait for longer than a period, when the clock was set back", () => {
  const rig = new Rig();
  rig.ping();
  rig.clock.stepWall(-365 * DAY_MS);
  rig.restart();
  rig.ping("log");
  rig.verdicts();
  rig.clock.advance(DUE_MS + TICK_MS);
  strictEqual(rig.verdicts().length, 1);
});

Deno.test("PushSites makes one report of a long absence, and none of what nobody could tell", () => {
  const rig = new Rig();
  rig.ping();
  rig.verdicts();
  rig.restart(10 * DAY_MS);
  rig.clock.advance(RETRY_MS + TICK_MS);
  match(String(rig.verdicts()), /^inconclusive missed/);
});

Deno.test("assign() keeps what is known of a site, and forgets those that are gone", () => {
  const rig = new Rig();
  rig.ping();
  rig.clock.advance(HOUR_MS);
  const changed = aPushSite({ push: { everyMs: HOUR_MS, graceMs: HOUR_MS, token: "another-one" } });
  rig.sites.assign({ ...rig.work, sites: [changed] });
  strictEqual(rig.sites.find(TOKEN), undefined);
  rig.verdicts();
  rig.clock.advance(HOUR_MS + TICK_MS);
  deepStrictEqual(rig.verdicts(), [`down missed ${2 * HOUR_MS / MINUTE_MS}`]);
  rig.sites.assign({ ...rig.work, sites: [] });
  deepStrictEqual([...rig.notes], []);
  ok(Number.isNaN(rig.telemetry.value("sitemon_site_up", { site: "backup", location: "here" })));
});

Deno.test("PushSites keeps its notes small, and without the token", () => {
  const rig = new Rig();
  for (let run = 0; run < 100; run++) rig.ping("start", { run: "r".repeat(60) + run });
  const [[name, value]] = [...rig.notes] as [[string, string]];
  strictEqual(name, "push:backup");
  ok(value.length < 2_000, value);
  ok(!value.includes(TOKEN));
});
