// What can be wrong with a file and a disk must reach the ingest in the words of the store port.
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { systemClock } from "../../../src/runtime/clock.ts";
import { WAL_BYTES_MAX } from "../../../src/status/sqlite/store_file.ts";
import { MIGRATIONS } from "../../../src/status/sqlite/migrations/migrations.ts";
import { SqliteQueries } from "../../../src/status/sqlite/sqlite_queries.ts";
import { CLOCK_AHEAD_MAX_MICROS } from "../../../src/status/sqlite/report_row.ts";
import { SqliteStore } from "../../../src/status/sqlite/sqlite_store.ts";
import { StoreConfigurationError } from "../../../src/status/store.ts";
import { closing } from "../../contract/opened_store.ts";
import { aReport, chunk, NOON, nthReport } from "../../contract/site_reports.ts";
import { SmallDisk, WITHOUT_SMALL_DISK } from "../../outbox/file/small_disk.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { machineTest } from "../../support/machine_tests.ts";
import { TempFolder } from "../../support/temp_folder.ts";
import { openSqliteStore } from "./sqlite_tables.ts";

const UNAVAILABLE = { name: "StoreUnavailableError", isKnown: true };

type Opened = Awaited<ReturnType<typeof openSqliteStore>>;

/** Registers a test that gets a store of its own. */
function storeTest(
  name: string,
  body: (opened: Opened) => Promise<void>,
  clock = systemClock,
): void {
  Deno.test(name, async () => {
    await using opened = await openSqliteStore(clock);
    await body(opened);
  });
}

storeTest(
  "SqliteStore believes a clock that is five minutes ahead, and no more",
  async ({ store, tables }) => {
    const limit = NOON + CLOCK_AHEAD_MAX_MICROS;
    await store.apply(chunk([
      aReport({ recorded_at: limit, checked_at: NOON }),
      aReport({ sequence: 2, recorded_at: limit + 1, checked_at: NOON }),
    ]));
    deepStrictEqual((await tables()).site_report.map(({ order_at }) => order_at), [limit, NOON]);
  },
  new FakeClock(NOON),
);

storeTest(
  "SqliteStore.apply() is unavailable while another process holds the file",
  async ({ store, path }) => {
    using other = new DatabaseSync(path);
    other.exec("BEGIN IMMEDIATE");
    await rejects(() => store.apply(chunk([aReport()])), UNAVAILABLE);
    other.exec("ROLLBACK");
    strictEqual((await store.apply(chunk([aReport()]))).applied, 1);
  },
);

machineTest(WITHOUT_SMALL_DISK)(
  "SqliteStore.apply() is unavailable while the disk is full, and goes on afterwards",
  async () => {
    using disk = new SmallDisk(1);
    await using store = closing(
      new SqliteStore({ path: `${disk.folder}/status.db`, clock: systemClock }),
    );
    await store.migrate();
    const giveBack = disk.fill(16_384);
    const reports = Array.from({ length: 200 }, (_, index) => nthReport(index + 1));
    await rejects(() => store.apply(chunk(reports)), UNAVAILABLE);
    giveBack();
    strictEqual((await store.apply(chunk(reports))).applied, 200);
  },
);

storeTest("SqliteStore says what to check, when its tables are missing", async (opened) => {
  const { store, path } = opened;
  await store.close();
  await Deno.remove(path);
  await rejects(() => store.apply(chunk([aReport()])), StoreConfigurationError);
  await store.migrate();
  strictEqual((await store.apply(chunk([aReport()]))).applied, 1);
});

storeTest("SqliteStore says what to check, when its file is none", async ({ store, path }) => {
  await store.close();
  await Deno.writeTextFile(path, "this was never a database, though it is long enough to be one");
  await rejects(() => store.migrate(), {
    name: "StoreConfigurationError",
    message: `could not use the status database "${path}": file is not a database; ` +
      "check that its folder exists, that it is sitemon's database, and that this user may read and write it",
  });
  await rejects(() => readStatuses(path), StoreConfigurationError);
  await Deno.remove(path);
  await store.migrate();
});

Deno.test("SqliteStore says what to check, when its folder is missing", async () => {
  const store = new SqliteStore({ path: "/nowhere/status.db", clock: systemClock });
  await rejects(() => store.migrate(), StoreConfigurationError);
  await rejects(() => readStatuses("/nowhere/status.db"), StoreConfigurationError);
  await store.close();
});

storeTest("SqliteStore.migrate() refuses the file of a newer version", async ({ store, path }) => {
  using db = new DatabaseSync(path);
  db.exec("PRAGMA user_version = 99");
  await rejects(() => store.migrate(), {
    name: "StoreConfigurationError",
    message: "the status database is at version 99, but this sitemon supports up to " +
      `${MIGRATIONS.length}; upgrade sitemon`,
  });
  strictEqual(db.prepare("PRAGMA user_version").get()!.user_version, 99);
});

Deno.test("SqliteStore.migrate() is safe from several processes at once", async () => {
  using folder = new TempFolder();
  const path = folder.file("status.db");
  const outputs = await Promise.all([1, 2, 3].map(() => child("migrate", path).output()));
  deepStrictEqual(outputs.map(({ code }) => code), [0, 0, 0]);
  deepStrictEqual(await readStatuses(path), []);
});

// Goal: the outbox forgets a report when apply() has resolved, so it must survive from then on.
storeTest("SqliteStore.apply() keeps what it resolved for, through kill -9", async (opened) => {
  const { store, path, tables } = opened;
  await store.close();
  for (let round = 0; round < 3; round++) {
    const writer = child("write", path).spawn();
    const announced = await lastNumberOf(writer, 30 * (round + 1));
    writer.kill("SIGKILL");
    const last = Math.max(announced, await lastNumberOf(writer, Infinity));
    await writer.status;
    using db = new DatabaseSync(path, { readOnly: true });
    strictEqual(db.prepare("PRAGMA quick_check").get()!.quick_check, "ok");
    ok((await tables()).site_report.length >= last, `${last} were announced`);
  }
});

storeTest("SqliteStore cuts a -wal again that a long reader let grow", async ({ store, path }) => {
  const walBytes = () => Deno.statSync(`${path}-wal`).size;
  const applyThousands = async (first: number, last: number) => {
    for (let thousand = first; thousand <= last; thousand++) {
      const reports = Array.from({ length: 1_000 }, (_, index) => {
        return nthReport(1_000 * thousand + index, { error_text: "x".repeat(1_000) });
      });
      await store.apply(chunk(reports));
    }
  };
  {
    using reader = new DatabaseSync(path, { readOnly: true });
    reader.exec("BEGIN");
    reader.prepare("SELECT * FROM site_status").all();
    await applyThousands(1, 12);
    ok(walBytes() > WAL_BYTES_MAX, `only ${walBytes()} bytes`);
  }
  await applyThousands(13, 14);
  ok(walBytes() <= WAL_BYTES_MAX, `${walBytes()} bytes`);
});

storeTest(
  "SqliteQueries.statuses() reads beside the process that writes, with no right to write",
  async ({ store, path }) => {
    await store.apply(chunk([nthReport(1)]));
    const { code, stdout } = await child("read", path, "--allow-read").output();
    strictEqual(code, 0);
    strictEqual(new TextDecoder().decode(stdout), "shop up\n");
    await store.apply(chunk([nthReport(2, { outcome: "down", reason: "dns" })]));
    deepStrictEqual((await readStatuses(path)).map(({ outcome }) => outcome), ["down"]);
    await store.close();
    const closed = await child("read", path, "--allow-read").output();
    strictEqual(new TextDecoder().decode(closed.stdout), "shop down\n");
  },
);

Deno.test("SqliteQueries.statuses() makes no file", async () => {
  using folder = new TempFolder();
  await rejects(() => readStatuses(folder.file("status.db")), StoreConfigurationError);
  deepStrictEqual(folder.names(), []);
});

storeTest(
  "SqliteQueries.statuses() calls a file that its permissions leave out a configuration",
  async ({ path }) => {
    const sources = `--allow-read=${new URL("../../../", import.meta.url).pathname}`;
    const { stdout } = await child("read", path, sources).output();
    strictEqual(new TextDecoder().decode(stdout), "StoreConfigurationError\n");
  },
);

async function readStatuses(path: string) {
  await using queries = closing(new SqliteQueries({ path }));
  return await queries.statuses();
}

function child(command: string, path: string, permission = "--allow-all"): Deno.Command {
  const script = new URL("./sqlite_store_child.ts", import.meta.url).pathname;
  const args = ["run", "--quiet", "--no-prompt", permission, script, command, path];
  return new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "inherit" });
}

/** Reads the numbers that a child prints, until one reaches `enough` or there are no more. */
async function lastNumberOf(process: Deno.ChildProcess, enough: number): Promise<number> {
  const reader = process.stdout.getReader();
  let text = "";
  try {
    while (true) {
      const last = Number(text.split("\n").at(-2) ?? 0);
      if (last >= enough) return last;
      const { value, done } = await reader.read();
      if (done) return last;
      text = text.slice(-20) + new TextDecoder().decode(value);
    }
  } finally {
    reader.releaseLock();
  }
}
