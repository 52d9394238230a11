// Goal: what the doctor finds ok, the thread of that dependency can use.
import { deepStrictEqual, match } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { workerPermissions } from "../../../src/config/permissions/permissions.ts";
import type { Finding } from "../../../src/runtime/finding.ts";
import { threadResult } from "../../../src/runtime/threads/thread_results.ts";
import { doctorSpecs } from "../../../src/threads/doctor/doctor_spec.ts";
import { systemClock as clock } from "../../../src/runtime/clock.ts";
import { SqliteStore } from "../../../src/status/sqlite/sqlite_store.ts";
import { draftsOf, manyReports, openOutbox } from "../../outbox/outbox_fixture.ts";
import { loadText } from "../../config/load_text.ts";
import { TempFolder } from "../../support/temp_folder.ts";

/** What it finds of a file in a folder that is reached through a symbolic link. */
async function findings(
  name: "outbox" | "store",
  folder: TempFolder,
  permissions: { readonly permissions?: Deno.PermissionOptionsObject } = {},
): Promise<readonly Finding[]> {
  const loaded = loadText(`
sites: [{ url: "http://a.example/" }]
${name}: { path: "${folder.file("link/a.db")}" }
`);
  const spec = doctorSpecs(loaded).find((one) => one.name === `doctor-${name}`)!;
  return await threadResult<readonly Finding[]>({ ...spec, ...permissions });
}

function linkedFolder(): TempFolder {
  const folder = new TempFolder();
  Deno.mkdirSync(folder.file("real"));
  Deno.symlinkSync("real", folder.file("link"));
  return folder;
}

for (const name of ["outbox", "store"] as const) {
  Deno.test(`the doctor does what the ${name} thread does, and leaves nothing behind`, async () => {
    using folder = linkedFolder();
    const found = await findings(name, folder);
    deepStrictEqual(found.filter(({ ok }) => !ok), []);
    deepStrictEqual([...Deno.readDirSync(folder.file("real"))], []);
    // Stands for a file of another user, which would not stop root.
    Deno.mkdirSync(folder.file("real/a.db-wal"));
    const [refused] = await findings(name, folder);
    deepStrictEqual([refused!.step, refused!.ok], ["folder", false]);
    match(
      refused!.detail,
      /Is a directory.*; create it for this user, or change "(outbox|store)\.path"/,
    );
  });
}

/** What may stand where a file of sitemon's has to be, and what the doctor says of it. */
const FOREIGN: Readonly<Record<string, readonly [make: (path: string) => void, said: RegExp]>> = {
  "no database": [
    (path) => Deno.writeTextFileSync(path, "notes\n".repeat(1_000)),
    /^(could not use the status database|not an outbox|outbox ".*" is damaged).*not a database/,
  ],
  "another program's": [
    (path) => {
      using db = new DatabaseSync(path);
      db.exec("CREATE TABLE notes (text)");
    },
    /^not (a status database|an outbox): ".*" is another program's database; change/,
  ],
};

for (const [what, [make, said]] of Object.entries(FOREIGN)) {
  for (const name of ["outbox", "store"] as const) {
    Deno.test(`the doctor finds that a file in place of the ${name} is ${what}`, async () => {
      using folder = linkedFolder();
      make(folder.file("real/a.db"));
      const problems = (await findings(name, folder)).filter(({ ok }) => !ok);
      deepStrictEqual(problems.map(({ step }) => step), ["file"]);
      match(problems[0]!.detail, said);
    });
  }
}

Deno.test("the doctor says what is in the files of a service that runs", async () => {
  using folder = linkedFolder();
  const path = folder.file("real/a.db");
  {
    using outbox = openOutbox({ path });
    outbox.append(draftsOf(manyReports(2)));
    deepStrictEqual((await findings("outbox", folder))[1]!.detail, "2 rows wait to be sent");
  }
  Deno.removeSync(path);
  const store = new SqliteStore({ path, clock });
  await store.migrate();
  deepStrictEqual((await findings("store", folder))[1]!.detail, "a status database");
  await store.close();
});

Deno.test("the doctor finds that the outbox thread may not use the folder behind a link", async () => {
  using folder = linkedFolder();
  const paths = [folder.file("link")];
  const limited = { net: [], read: paths, write: paths, env: [], sys: ["statfs" as const] };
  const found = await findings("outbox", folder, { permissions: workerPermissions(limited) });
  deepStrictEqual(found.map(({ step, ok }) => [step, ok]), [["folder", false]]);
  match(found[0]!.detail, /Requires read access to ".*\/real\//);
  deepStrictEqual([...Deno.readDirSync(folder.file("real"))], []);
});
