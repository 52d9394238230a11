import { deepStrictEqual, ok } from "node:assert/strict";
import { systemClock } from "../../../src/runtime/clock.ts";
import { type Plan, ThreadSet } from "../../../src/runtime/threads/thread_set.ts";
import { missingPermissions } from "../../../src/runtime/threads/missing_permissions.ts";
import type { ThreadSpec } from "../../../src/runtime/threads/supervised_thread.ts";
import { Supervisor } from "../../../src/runtime/threads/supervisor.ts";
import { eventually } from "../../support/waiting.ts";
import { threadSpecOf } from "../../testdata/threads/thread_spec_of.ts";

const DEADLINE_MS = 60_000;

/** A thread set of threads that tell what happens to them, line by line. */
class Stage implements AsyncDisposable {
  readonly told: string[] = [];
  readonly threadSet: ThreadSet;
  readonly supervisor: Supervisor;

  constructor(plan: Plan) {
    this.supervisor = new Supervisor({
      clock: systemClock,
      finalErrors: new Set(),
      onLog: () => {},
      onResult: (line) => this.told.push(String(line)),
      onFatal: () => {},
    });
    this.threadSet = new ThreadSet(plan, { supervisor: this.supervisor, clock: systemClock });
  }

  async tells(...lines: string[]): Promise<void> {
    await eventually(DEADLINE_MS, lines.join(", "), () => {
      if (lines.every((line) => this.told.includes(line))) return true;
      throw new Error(`told ${this.told.join(", ")}`);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.supervisor.stop(0);
  }
}

function spec(name: string, setup: string, work?: string): ThreadSpec {
  return threadSpecOf("telling", { name, setup: `${name} ${setup}`, ...(work && { work }) });
}

function plan(...threads: ThreadSpec[]): Plan {
  return { threads, links: [["scanner", "outbox"]], drain: [{ kinds: ["scanner"], share: 1 }] };
}

Deno.test("ThreadSet.apply() leaves alone what is the same, and links what is new to it", async () => {
  await using stage = new Stage(plan(spec("outbox", "a"), spec("scanner-1", "a", "x")));
  await stage.tells("outbox a starts", "scanner-1 a works on x", "outbox a is linked to scanner");
  stage.told.length = 0;
  const scanners = [spec("scanner-1", "a", "y"), spec("scanner-2", "a", "z")];
  const next = plan(spec("outbox", "a"), ...scanners);
  deepStrictEqual(stage.threadSet.starts(next).map(({ name }) => name), ["scanner-2"]);
  await stage.threadSet.apply(next, 1_000);
  await stage.tells(
    "scanner-1 a works on y",
    "scanner-2 a works on z",
    "scanner-2 a is linked to outbox",
    "outbox a is linked to scanner",
  );
  ok(!stage.told.includes("outbox a starts") && !stage.told.includes("scanner-1 a starts"));
});

Deno.test("ThreadSet.apply() ends what others wait for before its successor starts", async () => {
  await using stage = new Stage(plan(spec("outbox", "a"), spec("scanner-1", "a", "x")));
  await stage.tells("scanner-1 a is linked to outbox", "outbox a is linked to scanner");
  stage.told.length = 0;
  await stage.threadSet.apply(plan(spec("outbox", "b"), spec("scanner-1", "a", "x")), 1_000);
  await stage.tells("outbox b is linked to scanner", "scanner-1 a is linked to outbox");
  deepStrictEqual(stage.told.slice(0, 2), ["outbox a stops", "outbox b starts"]);
});

Deno.test("ThreadSet.apply() starts the successor of a thread with work at once, and tells it since when", async () => {
  await using stage = new Stage(plan(spec("scanner-1", "a", "x")));
  await stage.tells("scanner-1 a works on x");
  await stage.threadSet.apply(plan(spec("scanner-1", "b", "x")), 1_000);
  await stage.tells("scanner-1 a stops", "scanner-1 b takes over", "scanner-1 b works on x");
});

Deno.test("ThreadSet.apply() stops what the plan has no more, and ends its gauges", async () => {
  await using stage = new Stage(plan(spec("outbox", "a"), spec("scanner-1", "a", "x")));
  await stage.tells("outbox a starts", "scanner-1 a starts");
  const { registry } = stage.supervisor;
  for (const thread of ["outbox", "scanner-1"]) {
    registry.set("sitemon_checks_running", 1, { thread });
  }
  await stage.threadSet.apply(plan(spec("outbox", "a")), 1_000);
  await stage.tells("scanner-1 a stops");
  const { text } = await registry.render();
  deepStrictEqual(text.match(/^sitemon_checks_running\{.*$/gm), [
    'sitemon_checks_running{thread="outbox"} 1',
  ]);
  await stage.threadSet.drain(1_000);
  ok(!stage.told.includes("outbox a stops"), "the plan's drain does not name it");
});

Deno.test({
  name: "missingPermissions() names what the process may not do, once",
  permissions: { net: ["a.example"], read: false, env: false, sys: false },
  fn() {
    const net = ["a.example", "b.example:80"];
    const permissions = { net, read: ["/data"], env: ["HOME"], sys: ["statfs"] };
    deepStrictEqual(missingPermissions([{ permissions }, { permissions }]), [
      'network access to "b.example:80"',
      'reading "/data"',
      "reading $HOME",
      "the system call statfs",
    ]);
  },
});
