// What an executable may do: each of its threads, and one that was made for one configuration.
import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import { compileArgs, loadForTarget } from "../../src/cli/compile.ts";
import { unitPaths } from "../../src/cli/service/target_host.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { DaemonRole } from "../../src/config/loaded_config.ts";
import type { ProbedAccess } from "../threads/permission_probe.ts";
import { eventually } from "../support/waiting.ts";
import { Collector } from "../integration/collector.ts";
import { SitemonProcess } from "../support/sitemon_process.ts";
import { command, compileProgram, compileSitemon, DENORT } from "./executable.ts";
import { serveLocally } from "../support/local_server.ts";
import { ADDRESS, nameServer, record, replyTo } from "../scanner/dns/name_server.ts";
import { TempFolder } from "../support/temp_folder.ts";

const DEADLINE_MS = 60_000;

/** A test that compiles; ignored where there is nothing to compile with. */
function compileTest(name: string, fn: (denort: string) => Promise<void>): void {
  Deno.test({
    name: DENORT ? name : `${name} [SITEMON_DENORT names no base runtime]`,
    ignore: !DENORT,
    fn: () => fn(DENORT!),
  });
}

Deno.test("compileArgs() bakes what the commands of a configuration need, and nothing else", () => {
  using folder = new TempFolder();
  folder.write(
    "a.yaml",
    `sites: [{ url: https://example.org/ }]
listen: 127.0.0.1:9464
outbox: { path: /var/lib/s/o.db }
kafka: { server: "k:9092" }
postgres: { host: p, user: u }
`,
  );
  const file = `${folder.path}/a.yaml`;
  const args = compileArgs({ loaded: loadConfig(file), output: "dist/sitemon" });
  const flag = (kind: string) => args.find((word) => word.startsWith(`--allow-${kind}=`));
  strictEqual(flag("net"), "--allow-net=127.0.0.1:9464,example.org,k:9092,p:5432");
  strictEqual(flag("read"), `--allow-read=/etc/machine-id,${folder.path},${file},/var/lib/s`);
  strictEqual(flag("write"), "--allow-write=/var/lib/s");
  ok(!args.some((word) => /^--allow-(\w+)$/.test(word)), "no permission without its list");
  ok(args.includes("--no-prompt"));
});

Deno.test("compileArgs() bakes the paths of the host and the unit where the executable will run", () => {
  using folder = new TempFolder();
  const file = folder.write(
    "p.yaml",
    `include: [more/*.yaml]
kafka:
  server: "k:9092"
  sasl: { mechanism: scram-sha-256, username: u, password: '\${file:\${CREDENTIALS_DIRECTORY}/pw}' }
`,
  );
  Deno.mkdirSync(folder.file("more"));
  folder.write("more/a.yaml", "- url: https://example.org/\n");
  const loaded = loadForTarget(file, unitPaths("sitemon-eu", file));
  const args = compileArgs({ loaded, unit: "sitemon-eu", output: "dist/sitemon" });
  const listOf = (kind: string) =>
    args.find((word) => word.startsWith(`--allow-${kind}=`))!.split("=")[1]!.split(",");
  const state = ["/var/lib/private/sitemon-eu", "/var/lib/sitemon-eu"];
  const sockets = ["/run/sitemon-eu/notify.sock", "/run/systemd/notify"];
  deepStrictEqual(listOf("write"), [...sockets, ...state]);
  deepStrictEqual(listOf("read"), [
    "/etc/machine-id",
    "/etc/sitemon",
    "/etc/sitemon/more/a.yaml",
    "/etc/sitemon/p.yaml",
    "/run/credentials/sitemon-eu.service/pw",
    ...sockets,
    ...state,
  ]);
  ok(["NOTIFY_SOCKET", "CREDENTIALS_DIRECTORY"].every((name) => listOf("env").includes(name)));
  folder.write("p.yaml", "kafka: {}\n");
  throws(() => loadForTarget(file, unitPaths("sitemon-eu", file)), {
    name: "ConfigError",
    message: `${file}:1:8: "kafka.server" is required`,
  });
});

/** Threads of daemons, and the ports that they may talk to. */
const ALLOWED: readonly [DaemonRole, thread: string, ...readonly number[]][] = [
  ["producer", "scanner", 0],
  ["producer", "outbox"],
  ["producer", "relay", 1],
  ["consumer", "consumer", 1, 2],
  ["run", "store"],
  ["run", "web"],
  ["web", "web", 2],
];

compileTest(
  "each thread of an executable is refused an unlisted host, a file, a subprocess",
  async (denort) => {
    using folder = new TempFolder();
    using program = compileProgram(
      denort,
      "tests/compile/probe_main.ts",
      "tests/threads/permission_probe.ts",
    );
    const listeners = [0, 1, 2, 3].map(() => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
    const ports = listeners.map(({ addr }) => addr.port);
    folder.write(
      "a.yaml",
      `sites: [{ url: "http://localhost:${ports[0]}/" }]
kafka: { server: "127.0.0.1:${ports[1]}" }
postgres: { host: 127.0.0.1, port: ${ports[2]}, user: u }
`,
    );
    const attempts: ProbedAccess[] = [
      ...ports.map((port, index) =>
        ({ does: "connect", hostname: index === 0 ? "localhost" : "127.0.0.1", port }) as const
      ),
      { does: "read", path: "/etc/passwd" },
      { does: "write", path: "/tmp/sitemon-must-not-be-there" },
      { does: "run", path: "/bin/true" },
      { does: "ffi", path: "/lib/x86_64-linux-gnu/libc.so.6" },
    ];
    for (const [role, thread, ...allowed] of ALLOWED) {
      const probing = command(program, folder, role, thread, "a.yaml", JSON.stringify(attempts));
      const { stdout, stderr } = await probing.output();
      const results: string[] = JSON.parse(new TextDecoder().decode(stdout) || "null") ??
        [new TextDecoder().decode(stderr)];
      const expected = attempts.map((_, index) => allowed.includes(index) ? "allowed" : "refused");
      deepStrictEqual(results, expected, `${thread} of ${role}`);
    }
    for (const listener of listeners) listener.close();
  },
);

compileTest(
  "an executable for one configuration asks its name server over UDP, and no other",
  async (denort) => {
    using folder = new TempFolder();
    await using server = nameServer((query) => [replyTo(query, { answers: [record(1, ADDRESS)] })]);
    const sites = (host: string) =>
      `sites: [{ url: 'dns://${host}:${server.port}/example.org' }]\n`;
    const config = folder.write("a.yaml", sites("localhost"));
    using executable = compileSitemon(denort, { config });
    const check = async () => {
      const { code, stdout } = await command(executable, folder, "check", "-c", config).output();
      return [code, new TextDecoder().decode(stdout).split(/\s/, 1)[0], server.asked];
    };
    deepStrictEqual(await check(), [0, "OUTCOME", 1]);
    folder.write("a.yaml", sites("127.0.0.1"));
    const [code, , asked] = await check();
    ok(code !== 0);
    strictEqual(asked, 1);
  },
);

compileTest(
  "an executable for one configuration runs it, exports its traces, and refuses a host that it does not name",
  async (denort) => {
    using folder = new TempFolder();
    Deno.mkdirSync(folder.file("real"));
    Deno.symlinkSync("real", folder.file("link"));
    await using collector = new Collector();
    let visits = 0;
    await using server = serveLocally(() => {
      visits++;
      return new Response("hello");
    });
    const yaml = (hosts: string[]) =>
      `interval: 200ms
log: { format: json }
outbox: { path: '${folder.path}/link/o.db' }
store: { path: '${folder.path}/link/s.db' }
web: false
traces: { endpoint: '${collector.endpoint}' }
sites:
${hosts.map((host) => `  - { url: 'http://${host}:${server.port}/' }`).join("\n")}
`;
    const file = folder.file("run.yaml");
    folder.write("run.yaml", yaml(["127.0.0.1"]));
    using executable = compileSitemon(denort, { config: file });
    const options = { executable: executable.path, env: collector.env("sitemon") };
    {
      await using process = new SitemonProcess(["run", "-c", file], options);
      await eventually(DEADLINE_MS, "a visit", () => visits > 0 || undefined);
      await collector.span("the visit's span", ({ name }) => name === "GET");
      folder.write("run.yaml", yaml(["127.0.0.1", "localhost"]));
      process.signal("SIGHUP");
      const refusal = await process.log("the refusal", "mistake");
      match(
        refusal.message,
        /no permission for network access to "localhost"; .* build an executable/,
      );
      const before = visits;
      await eventually(DEADLINE_MS, "more visits", () => visits > before + 1 || undefined);
      strictEqual(await process.stop(), 0);
    }
    {
      folder.write("run.yaml", `${yaml(["127.0.0.1"])}sandbox: strict\n`);
      await using strict = new SitemonProcess(["run", "-c", file], options);
      await strict.log(
        "strictness",
        ({ message }) => message.includes("dropped its network permission"),
      );
      const before = visits;
      await eventually(DEADLINE_MS, "more visits", () => visits > before + 1 || undefined);
      strictEqual(await strict.stop(), 0);
      folder.write("run.yaml", yaml(["127.0.0.1", "localhost"]));
    }
    await using other = new SitemonProcess(["run", "-c", file], options);
    strictEqual(await other.ended(), 78);
    match(other.lines.join("\n"), /no permission for network access to "localhost"/);
  },
);

compileTest(
  "an executable for a unit works where its configuration, state and credentials will be, and nowhere else",
  async (denort) => {
    using build = new TempFolder();
    using target = new TempFolder();
    for (const name of ["etc", "credentials", "state"]) Deno.mkdirSync(target.file(name));
    const seen: (string | null)[] = [];
    await using server = serveLocally((request) => {
      seen.push(request.headers.get("authorization"));
      return new Response("hello");
    });
    const yaml = `interval: 200ms
log: { format: json }
web: false
sites:
  - url: http://127.0.0.1:${server.port}/
    auth: { bearer: '\${file:\${CREDENTIALS_DIRECTORY}/token}' }
`;
    const config = target.write("etc/run.yaml", yaml);
    target.write("credentials/token", "hunter2\n");
    using executable = compileSitemon(denort, {
      config: build.write("mine.yaml", yaml),
      more: [
        ...["--installed-config", config, "--state", target.file("state")],
        ...["--credentials", target.file("credentials")],
      ],
    });
    const run = (state: string) =>
      new SitemonProcess(["run", "-c", config], {
        executable: executable.path,
        env: { STATE_DIRECTORY: state, CREDENTIALS_DIRECTORY: target.file("credentials") },
      });
    await using process = run(target.file("state"));
    strictEqual(await eventually(DEADLINE_MS, "a check", () => seen[0]), "Bearer hunter2");
    strictEqual(await process.stop(), 0);
    ok(Deno.statSync(target.file("state/sitemon-status.db")).isFile);
    await using elsewhere = run(build.path);
    strictEqual(await elsewhere.ended(), 78);
    match(elsewhere.lines.join("\n"), /no permission/);
  },
);
