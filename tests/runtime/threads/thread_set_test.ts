import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { systemClock } from "../../../src/runtime/clock.ts";
import { type Plan, ThreadSet } from "../../../src/runtime/threads/thread_set.ts";
import { missingPermissions } from "../../../src/runtime/threads/missing_permissions.ts";
import type { ThreadSpec } from "../../../src/runtime/threads/supervised_thread.ts";
import { Supervisor } from "../../../src/runtime/threads/supervisor.ts";
import { within } from "../../support/waiting.ts";

const DEADLINE_MS = 60_000;
const MODULE = new URL("../../testdata/threads/telling.ts", import.meta.url);

/** A thread set of threads that tell what happens to them, line by line. */
class Stage implements AsyncDisposable {
  readonly told: string[] = [];
  readonly threadSet: ThreadSet;
  readonly #supervisor: Supervisor;
  #wake = () => {};

  constructor(plan: Plan) {
    this.#supervisor = new Supervisor({
      clock: systemClock,
      finalErrors: new Set(),
      onLog: () => {},
      onResult: (line) => {
        this.told.push(String(line));
        this.#wake();
      },
      onFatal: () => {},
    });
    this.threadSet = new ThreadSet(plan, { supervisor: this.#supervisor, clock: systemClock });
  }

  async tells(...lines: string[]): Promise<void> {
    const all = new Promise<void>((resolve) => {
      this.#wake = () => lines.every((line) => this.told.includes(line)) && resolve();
      this.#wake();
    });
    await within(DEADLINE_MS, `${lines.join(", ")} among ${this.told.join(", ")}`, all);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#supervisor.stop(0);
  }
}

function spec(name: string, setup: string, work?: string): ThreadSpec {
  return {
    name,
    module: MODULE,
    permissions: { net: false, read: false, write: false, env: false, run: false, ffi: false },
    setup: `${name} ${setup}`,
    ...(work === undefined ? {} : { work }),
    logLevels: { level: "info" },
  };
}

function plan(...threads: ThreadSpec[]): Plan {
  return { threads, links: [["scanner", "outbox"]], drain: [{ kinds: ["scanner"], share: 1 }] };
}

Deno.test("ThreadSet.apply() leaves alone what is the same, and links what is new to it", async () => {
  await using stage = new Stage(plan(spec("outbox", "a"), spec("scanner-1", "a", "x")));
  await stage.tells("outbox a starts", "scanner-1 a works on x", "outbox a is linked to scanner");
  stage.told.length = 0;
  const next = plan(
    spec("outbox", "a"),
    spec("scanner-1", "a", "y"),
    spec("scanner-2", "a", "z"),
  );
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

Deno.test("ThreadSet.apply() stops what the plan has no more", async () => {
  await using stage = new Stage(plan(spec("outbox", "a"), spec("scanner-1", "a", "x")));
  await stage.tells("outbox a starts", "scanner-1 a starts");
  await stage.threadSet.apply(plan(spec("outbox", "a")), 1_000);
  await stage.tells("scanner-1 a stops");
  await stage.threadSet.drain(1_000);
  ok(!stage.told.includes("outbox a stops"), "the plan's drain does not name it");
});

Deno.test("missingPermissions() names what the process may not do, once", async () => {
  const program = `
    import { missingPermissions } from "${
    import.meta.resolve("../../../src/runtime/threads/missing_permissions.ts")
  }";
    const permissions = { net: ["a.example", "b.example:80"], read: ["/data"], env: ["HOME"], sys: ["statfs"] };
    console.log(JSON.stringify(missingPermissions([{ permissions }, { permissions }])));
  `;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", program],
  }).output();
  deepStrictEqual(JSON.parse(new TextDecoder().decode(stdout)), []);
  strictEqual(missingPermissions([{ permissions: { net: false, run: false } }]).length, 0);
});
