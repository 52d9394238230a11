import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import { relative } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { outboxExport, outboxStats } from "../../../src/cli/commands/outbox.ts";
import { EXIT_IO, EXIT_OK } from "../../../src/cli/exit_code.ts";
import {
  CorruptOutboxError,
  OutboxLockedError,
  OutboxMissingError,
  OutboxUnavailableError,
} from "../../../src/outbox/outbox_error.ts";
import { draftsOf, EVERYTHING, manyReports, OutboxFolder } from "../../outbox/outbox_fixture.ts";
import { sitemon } from "../../support/sitemon_process.ts";
import { TempFolder } from "../../support/temp_folder.ts";
import { FakeTerminal, jsonLines } from "../text/fake_terminal.ts";

/** What `sitemon outbox stats` prints. */
function stats(path: string, json = false): string {
  const terminal = new FakeTerminal();
  strictEqual(outboxStats({ path, json }, terminal), EXIT_OK);
  return terminal.output;
}

/** The command throws such an error, which says `words`, and prints nothing. */
function refuses(
  command: (terminal: FakeTerminal) => unknown,
  error: new (...args: never[]) => Error,
  words = "",
): void {
  const terminal = new FakeTerminal();
  throws(
    () => command(terminal),
    (thrown) => thrown instanceof error && thrown.message.includes(words),
  );
  strictEqual(terminal.output, "");
}

Deno.test("outboxStats() prints what waits, while the producer has the file open", () => {
  using folder = new OutboxFolder();
  using outbox = folder.open({ whenFull: "drop_oldest", rowsMax: 3 });
  outbox.append(draftsOf(manyReports(5)));
  const { producerId, bytes } = outbox.stats();
  strictEqual(
    stats(folder.path).replace(/^(oldest {8})\d+\.\d s old$/m, "$1AGE"),
    `outbox        ${folder.path}
producer      ${producerId}
rows          4 (gaps: 1)
bytes         ${bytes}
oldest        AGE
sequences     3 to 5
dead letters  0
`,
  );
});

Deno.test("sitemon outbox stats beside a unit uses its state and credentials, and else says what to set", async () => {
  using folder = new OutboxFolder();
  folder.open().close();
  using place = new TempFolder();
  const config = place.write(
    "producer.yaml",
    `sites: [{ url: 'http://127.0.0.1:9/' }]
outbox: { path: outbox.db }
kafka:
  server: 127.0.0.1:1
  sasl: { mechanism: scram-sha-256, username: u, password: '\${file:\${CREDENTIALS_DIRECTORY}/kafka}' }
`,
  );
  place.write("secret", "hunter2\n");
  // From /var/lib, since a test must not write there.
  const state = relative("/var/lib", folder.folder);
  place.write(
    "sitemon-eu.service",
    `[Service]
ExecStart=/usr/local/bin/sitemon producer -c ${config}
StateDirectory=${state}
LoadCredential=kafka:${place.path}/secret
`,
  );
  const statsIn = async (env: Record<string, string>, ...args: string[]) => {
    const own = { PATH: Deno.env.get("PATH")!, HOME: Deno.env.get("HOME")! };
    const options = { env: { ...own, ...env }, cwd: place.path };
    const { code, stdout, stderr } = await sitemon(["outbox", "stats", ...args], options);
    return { code, stderr, path: /^outbox +(.+)$/m.exec(stdout)?.[1] };
  };
  const units = { SYSTEMD_UNIT_PATH: place.path };
  const found = { code: 0, stderr: "", path: folder.path };
  deepStrictEqual(await statsIn(units, "-c", config), found);
  deepStrictEqual(await statsIn(units, "--unit", "sitemon-eu"), found);
  deepStrictEqual(await statsIn({ ...units, SITEMON_CONFIG: "producer.yaml" }), found);
  const without = await statsIn({ SYSTEMD_UNIT_PATH: folder.folder }, "-c", config);
  strictEqual(without.code, 78);
  match(without.stderr, /CREDENTIALS_DIRECTORY" is not set; .+ name the systemd unit .+ --unit\n$/);
  const env = { SYSTEMD_UNIT_PATH: folder.folder, CREDENTIALS_DIRECTORY: place.path };
  place.write("kafka", "hunter2\n");
  const stateless = await statsIn(env, "-c", config);
  strictEqual(stateless.code, EXIT_IO);
  match(stateless.stderr, /^no outbox at ".+"; set STATE_DIRECTORY .+ --unit\n$/);
});

Deno.test({
  name: "outboxStats() and outboxExport() say that the folder is another user's",
  ignore: Deno.uid() === 0,
  fn() {
    using folder = new OutboxFolder();
    folder.open().close();
    Deno.chmodSync(folder.folder, 0o000);
    try {
      const { path } = folder;
      refuses((terminal) => outboxStats({ path }, terminal), OutboxUnavailableError, "use sudo");
      refuses((terminal) => outboxExport(path, terminal), OutboxUnavailableError, "use sudo");
    } finally {
      Deno.chmodSync(folder.folder, 0o700);
    }
  },
});

Deno.test("outboxStats() prints one JSON object on demand", () => {
  using folder = new OutboxFolder();
  using outbox = folder.open();
  outbox.append(draftsOf(manyReports(3)));
  outbox.settle({ acknowledged: [], tooLarge: [outbox.take(EVERYTHING)[0]!.id] });
  const { oldest_age_seconds, ...rest } = JSON.parse(stats(folder.path, true));
  strictEqual(typeof oldest_age_seconds, "number");
  deepStrictEqual(rest, {
    path: folder.path,
    producer_id: outbox.stats().producerId,
    rows: 3,
    bytes: outbox.stats().bytes,
    oldest_recorded_at: folder.clock.nowMicros() + 1,
    sequence_first: 2,
    sequence_last: 3,
    gaps: 1,
    dead_letters: 1,
  });
});

Deno.test("outboxStats() says when no report waits, and when nothing does", () => {
  using folder = new OutboxFolder();
  using outbox = folder.open();
  match(stats(folder.path), /^oldest {8}none$/m);
  match(stats(folder.path), /^sequences {5}queue empty; last sequence 0$/m);
  outbox.append(draftsOf(manyReports(1)));
  outbox.settle({ acknowledged: [], tooLarge: [outbox.take(EVERYTHING)[0]!.id] });
  match(stats(folder.path), /^sequences {5}only gaps; last sequence 1$/m);
});

/** Each makes a file, or none, at the path. */
const UNREADABLE = [
  ["no file", () => {}, OutboxMissingError],
  [
    "a file whose producer has not created its tables",
    (path: string) => {
      using unfinished = new DatabaseSync(path);
      unfinished.exec("PRAGMA journal_mode = WAL");
    },
    OutboxMissingError,
  ],
  [
    "a file that is not an outbox",
    (path: string) => Deno.writeTextFileSync(path, "interval: 10s\n".repeat(100)),
    CorruptOutboxError,
  ],
  ["an empty file", (path: string) => Deno.writeTextFileSync(path, ""), CorruptOutboxError],
] as const;
for (const [what, make, error] of UNREADABLE) {
  Deno.test(`outboxStats() throws ${error.name}, which names the path, for ${what}`, () => {
    using folder = new OutboxFolder();
    make(folder.path);
    const command = (terminal: FakeTerminal) => outboxStats({ path: folder.path }, terminal);
    refuses(command, error, `"${folder.path}"`);
  });
}

Deno.test("outboxExport() prints each row as one JSON object, in the words of the report", () => {
  using folder = new OutboxFolder();
  const outbox = folder.open({ whenFull: "drop_oldest", rowsMax: 2 });
  outbox.append(draftsOf(manyReports(3)));
  outbox.settle({ acknowledged: [], tooLarge: [outbox.take(EVERYTHING)[0]!.id] });
  const { producerId } = outbox.stats();
  outbox.close();
  const terminal = new FakeTerminal();
  strictEqual(outboxExport(folder.path, terminal), EXIT_OK);
  const rows = jsonLines(terminal.output);
  deepStrictEqual(
    rows.map(({ kind, dead_reason, content, site, sequence, first, reason }) => {
      return { kind, dead_reason, content, site, sequence, first, reason };
    }).map((row) => Object.values(row).filter((value) => value != null)),
    [
      ["report", "site-2", 3],
      ["gap", 1, "dropped_oldest"],
      ["gap", 2, "too_large"],
      ["dead_letter", "too_large", "report", "site-1", 2],
    ],
  );
  ok(rows.every(({ producer_id }) => producer_id === producerId));
  strictEqual(terminal.errors, "Exported reports: 1, gaps: 2, dead letters: 1\n");
});

Deno.test("outboxExport() prints the bytes of a row that it cannot decode, and returns 74", () => {
  using folder = new OutboxFolder();
  using outbox = folder.open();
  outbox.append(draftsOf(manyReports(1)));
  outbox.close();
  using sql = new DatabaseSync(folder.path);
  sql.exec("UPDATE outbox_row SET payload = x'c30101'");
  const terminal = new FakeTerminal();
  strictEqual(outboxExport(folder.path, terminal), EXIT_IO);
  const { kind, payload, payload_bytes } = JSON.parse(terminal.output);
  deepStrictEqual([kind, payload, payload_bytes], ["undecodable", "c30101", 3]);
  match(terminal.errors, /^rows with an unknown schema: 1; their bytes are in the output/m);
});

Deno.test("outboxExport() prints nothing of a damaged file, and says how to recover it", () => {
  using folder = new OutboxFolder();
  folder.open().close();
  Deno.truncateSync(folder.path, 5_000);
  refuses(
    (terminal) => outboxExport(folder.path, terminal),
    CorruptOutboxError,
    `sqlite3 ${folder.path}`,
  );
});

Deno.test("outboxExport() leaves a running producer's file alone", () => {
  using folder = new OutboxFolder();
  using _outbox = folder.open();
  refuses((terminal) => outboxExport(folder.path, terminal), OutboxLockedError);
});

Deno.test("outboxExport() makes no file where there is none", () => {
  using folder = new OutboxFolder();
  refuses((terminal) => outboxExport(folder.path, terminal), OutboxMissingError);
  deepStrictEqual([...Deno.readDirSync(folder.folder)], []);
});
