// Goal: what is told by curl is stored when it is answered, and what is not told is missed once, whatever dies.
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { eventually } from "../../support/waiting.ts";
import { freePort } from "../../support/free_port.ts";
import { sitemon, type SitemonProcess } from "../../support/sitemon_process.ts";
import { RunFolder } from "../../integration/run_folder.ts";

const DEADLINE_MS = 60_000;
const TOKEN = "planted-push-token";

interface StoredReport {
  readonly site: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly error_text: string | null;
  readonly snippet: string | null;
  readonly response_time: number;
  readonly body_bytes: number | null;
  /** Microseconds since 1970. */
  readonly checked_at: number;
}

/** A `sitemon run` with push sites, and what it has stored. */
class PushFolder extends RunFolder {
  readonly address: string;

  constructor(sites: string, { port = freePort(), more = "" } = {}) {
    super(`web: false\npush: { listen: "127.0.0.1:${port}" }\n${more}\nsites:\n${sites}`);
    this.address = `http://127.0.0.1:${port}`;
  }

  async listening(): Promise<SitemonProcess> {
    const process = this.run();
    await process.log("the address of pings", "listening for pings on");
    return process;
  }

  /** Runs curl, and returns what it prints. */
  async curl(path: string, ...args: string[]): Promise<string> {
    const { stdout } = await new Deno.Command("curl", {
      args: ["-sS", "-m", "20", ...args, `${this.address}${path}`],
      stderr: "null",
    }).output();
    return new TextDecoder().decode(stdout);
  }

  reports(): StoredReport[] {
    using sql = new DatabaseSync(this.file("status.db"), { readOnly: true });
    return sql.prepare(
      `SELECT site, outcome, reason, error_text, snippet, response_time, body_bytes, checked_at
       FROM site_report ORDER BY checked_at, sequence`,
    ).all() as unknown as StoredReport[];
  }

  /** Waits for reports of a site, and returns them. */
  until(site: string, count: number): Promise<StoredReport[]> {
    return eventually(DEADLINE_MS, `${count} reports of ${site}`, () => {
      const found = this.reports().filter((report) => report.site === site);
      return found.length >= count ? found : undefined;
    });
  }
}

function pushSite(name: string, { every = "1d", grace = "1h", token = `token-of-${name}` } = {}) {
  return `  - { name: ${name}, push: { every: ${every}, grace: ${grace}, token: "${token}" } }\n`;
}

const TEXT = Deno.readTextFileSync(new URL("../../../docs/checks.md", import.meta.url));
const [, SECTION = ""] = TEXT.split("\n### Push\n");
const [PUSH] = SECTION.split("\n### ");
const [, EXAMPLE = ""] = /```yaml\n([^]*?)```/.exec(PUSH!) ?? [];
const SCRIPTS = [...PUSH!.matchAll(/```sh\n([^]*?)```/g)].map(([, script]) => script!);

/** What each script of docs/checks.md tells, when its program ends with a code. */
const TOLD: readonly [site: string, code: number, said: Partial<StoredReport>][] = [
  ["nightly backup", 3, {
    outcome: "down",
    reason: "failed",
    error_text: "run failed: exit code 3",
  }],
  ["database dump", 0, { outcome: "up", reason: null }],
  ["queue", 0, { outcome: "up", reason: null, snippet: "OK", response_time: 12 }],
  ["router", 1, { outcome: "down", reason: "failed", snippet: "said by fping 1" }],
];

Deno.test("docs/checks.md has scripts that tell with curl what they say", async () => {
  const port = freePort();
  using folder = new PushFolder("  []");
  folder.configure(`web: false\n${EXAMPLE.replaceAll("127.0.0.1:8081", `127.0.0.1:${port}`)}`);
  for (const name of ["bin", "tokens"]) Deno.mkdirSync(folder.file(name));
  for (const name of ["backup", "dump", "queue", "router"]) {
    folder.write(`tokens/${name}`, `token-of-${name}\n`);
  }
  await using _process = await folder.listening();
  strictEqual(SCRIPTS.length, TOLD.length);
  for (const [index, [site, code, said]] of TOLD.entries()) {
    for (const program of ["backup", "fping"]) {
      folder.write(`bin/${program}`, `#!/bin/sh\necho said by ${program} ${code}\nexit ${code}\n`);
      Deno.chmodSync(folder.file(`bin/${program}`), 0o700);
    }
    const script = SCRIPTS[index]!.replaceAll("127.0.0.1:8081", `127.0.0.1:${port}`)
      .replaceAll("/etc/sitemon/tokens", folder.file("tokens"));
    const env = { PATH: `${folder.file("bin")}:${Deno.env.get("PATH")}` };
    const { code: ended, stderr } = await new Deno.Command("sh", { args: ["-c", script], env })
      .output();
    deepStrictEqual([ended, new TextDecoder().decode(stderr)], [0, ""], site);
    const [report] = await folder.until(site, 1);
    const keys = Object.keys(said) as (keyof StoredReport)[];
    deepStrictEqual(Object.fromEntries(keys.map((key) => [key, report![key]])), said);
  }
  const [backup] = await folder.until("nightly backup", 1);
  strictEqual(backup!.snippet, "said by backup 3");
  // From start to end.
  ok(backup!.body_bytes !== null);
});

Deno.test("a ping that was answered 200 is in the store, however often the process is killed", async () => {
  using folder = new PushFolder(pushSite("backup"));
  const answered: string[] = [];
  for (let kills = 0; kills < 4; kills++) {
    await using process = await folder.listening();
    let isAlive = true;
    const before = answered.length;
    const clients = Array.from({ length: 8 }, async (_, client) => {
      for (let n = 0; isAlive; n++) {
        const said = `ping ${kills}-${client}-${n}`;
        const answer = await folder.curl("/push/token-of-backup", "--data-raw", said);
        if (answer === "OK") answered.push(said);
      }
    });
    await eventually(DEADLINE_MS, "answers", () => answered.length - before >= 40 || undefined);
    await process.kill();
    isAlive = false;
    await Promise.all(clients);
  }
  await using _process = await folder.listening();
  await eventually(DEADLINE_MS, "every ping", () => {
    const stored = new Set(folder.reports().map(({ snippet }) => snippet));
    return answered.every((said) => stored.has(said)) || undefined;
  });
  ok(answered.length >= 160);
});

Deno.test("a missed ping is told once, at its moment, across kills; an absence makes nothing down", async () => {
  const sites = pushSite("job", { every: "20s", grace: "2s" }) +
    pushSite("beat", { every: "5s", grace: "1s" });
  using folder = new PushFolder(sites);
  {
    await using process = await folder.listening();
    strictEqual(await folder.curl("/push/token-of-job"), "OK");
    strictEqual(await folder.curl("/push/token-of-beat"), "OK");
    await process.kill();
  }
  const toldMs = Date.now();
  await eventually(
    DEADLINE_MS,
    "a beat that is late",
    () => Date.now() > toldMs + 6_500 || undefined,
  );
  {
    await using process = await folder.listening();
    const listeningMs = Date.now();
    const [, beat] = await folder.until("beat", 2);
    deepStrictEqual([beat!.outcome, beat!.reason], ["inconclusive", "missed"]);
    match(beat!.error_text!, /; sitemon did not listen before /);
    const [told, missed] = await folder.until("job", 2);
    // A busy machine may take longer to start it than the job may take to tell.
    const isDeaf = listeningMs > told!.checked_at / 1_000 + 20_000;
    deepStrictEqual([missed!.outcome, missed!.reason], [
      isDeaf ? "inconclusive" : "down",
      "missed",
    ]);
    if (!isDeaf) strictEqual(missed!.checked_at - told!.checked_at, 22_000_000);
    await process.kill();
  }
  await using process = await folder.listening();
  // By then another tick would have told it again.
  await folder.curl("/push/token-of-beat");
  const beats = folder.reports().filter(({ site }) => site === "beat").length;
  await folder.until("beat", beats + 1);
  strictEqual(folder.reports().filter(({ site }) => site === "job").length, 2);
  strictEqual(await process.stop(), 0);
});

Deno.test("a process that was suspended makes nothing down that it could not hear", async () => {
  using folder = new PushFolder(pushSite("beat", { every: "5s", grace: "1s" }));
  await using process = await folder.listening();
  await folder.curl("/push/token-of-beat");
  const toldMs = Date.now();
  process.signal("SIGSTOP");
  await eventually(
    DEADLINE_MS,
    "a beat that is late",
    () => Date.now() > toldMs + 9_000 || undefined,
  );
  process.signal("SIGCONT");
  const [, beat] = await folder.until("beat", 2);
  deepStrictEqual([beat!.outcome, beat!.reason], ["inconclusive", "missed"]);
});

Deno.test("a reload takes other tokens, and the pings go on", async () => {
  const port = freePort();
  const yaml = (token: string) =>
    `web: false\npush: { listen: "127.0.0.1:${port}" }\nsites:\n${pushSite("job", { token })}`;
  using folder = new PushFolder(pushSite("job", { token: "former-token" }), { port });
  await using process = await folder.listening();
  strictEqual(await folder.curl("/push/former-token"), "OK");
  folder.configure(yaml("another-token"));
  process.signal("SIGHUP");
  await process.log("the reload", "configuration reloaded");
  await eventually(DEADLINE_MS, "the token", async () => {
    return await folder.curl("/push/another-token") === "OK" || undefined;
  });
  strictEqual(await folder.curl("/push/former-token"), "not found\n");
  folder.configure(yaml("another-token").replace(`:${port}`, ":1"));
  process.signal("SIGHUP");
  await process.log(
    "the refusal",
    ({ message }) => message.includes('cannot change "push.listen"'),
  );
});

Deno.test("the token of a push site is in nothing that sitemon writes, and strangers leave no line", async () => {
  const port = freePort();
  const site = pushSite("job", { token: "${file:token}" });
  using folder = new PushFolder(site, { more: `listen: 127.0.0.1:${port}` });
  folder.write("token", `${TOKEN}\n`);
  await using process = await folder.listening();
  await folder.curl(`/push/${TOKEN}/start`);
  await folder.curl(`/push/${TOKEN}`, "--data-raw", `curl http://h/push/${TOKEN} said: well`);
  await folder.curl(`/api/push/${TOKEN}?status=down&msg=${TOKEN}`);
  for (let n = 0; n < 20; n++) await folder.curl(`/push/stranger-${n}/${TOKEN}`);
  const [told] = await folder.until("job", 2);
  strictEqual(told!.snippet, "curl http://h/push/*** said: well");
  const read = async (path: string) =>
    await (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  const metrics = await eventually(DEADLINE_MS, "the strangers", async () => {
    const text = await read("/metrics");
    return text.includes('sitemon_pings_total{result="unknown"} 20') ? text : undefined;
  });
  const shown = await sitemon(["config", "show", "-c", folder.config]);
  match(shown.stdout, /token: "?\$\{file:token\}/);
  const status = await sitemon(["status", "-c", folder.config, "--json"]);
  match(status.stdout, /"url":"push:job"/);
  const named = await sitemon(["check", "-c", folder.config, "--site", "job"]);
  match(named.stderr, /^cannot check "job": others tell of it; /);
  strictEqual(await process.stop(), 0);
  const written = {
    ...{ metrics, ready: process.lines.join("\n"), shown: shown.stdout, status: status.stdout },
    ...Object.fromEntries(
      ["outbox.db", "status.db"].map((name) => [
        name,
        new TextDecoder("latin1").decode(Deno.readFileSync(folder.file(name))),
      ]),
    ),
  };
  for (const [what, text] of Object.entries(written)) ok(!text.includes(TOKEN), what);
  ok(!process.lines.join("\n").includes("stranger"));
});
