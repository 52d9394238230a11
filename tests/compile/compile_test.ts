// The executable needs nothing but itself: it runs in an empty folder with an empty environment.
import { Buffer } from "node:buffer";
import { fileURLToPath, pathToFileURL } from "node:url";
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { compileArgs, EVERYTHING, V8_FLAGS } from "../../src/cli/compile.ts";
import { eventually, within } from "../support/waiting.ts";
import { Pipeline } from "../integration/pipeline.ts";
import { NotifyReceiver } from "../support/notify_receiver.ts";
import { run } from "../services/programs.ts";
import { freePort } from "../support/free_port.ts";
import { serviceTest } from "../services/with_services.ts";
import { type LocalServer, serveLocally } from "../support/local_server.ts";
import { SitemonProcess } from "../support/sitemon_process.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { command, compileSitemon, DENORT, type Executable } from "./executable.ts";

const ROOT = new URL("../../", import.meta.url);
const DEADLINE_MS = 60_000;

let executable: Executable | undefined;
Deno.test.beforeAll(() => {
  if (DENORT) executable = compileSitemon(DENORT);
});
Deno.test.afterAll(() => executable?.[Symbol.dispose]());

/** A test of the executable; ignored where there is nothing to compile with. */
function executableTest(name: string, test: (folder: TempFolder) => Promise<void>): void {
  Deno.test({
    name: DENORT ? name : `${name} [SITEMON_DENORT names no base runtime]`,
    ignore: !DENORT,
    async fn() {
      using folder = new TempFolder();
      await test(folder);
    },
  });
}

/** Starts it; it is killed when it is disposed of and has not ended by then. */
function start(folder: TempFolder, ...args: readonly string[]) {
  const child = command(executable!, folder, ...args).spawn();
  const text = new TextDecoder();
  let isRunning = true;
  const ended = child.output().then(({ code, stdout, stderr }) => {
    isRunning = false;
    return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
  });
  return {
    ended,
    stop: () => child.kill("SIGTERM"),
    async [Symbol.asyncDispose]() {
      if (isRunning) child.kill("SIGKILL");
      await ended;
    },
  };
}

async function output(folder: TempFolder, ...args: readonly string[]) {
  await using running = start(folder, ...args);
  return await within(DEADLINE_MS, `sitemon ${args.join(" ")}`, running.ended);
}

/** A site that answers with a status. */
function site(status: number): LocalServer {
  return serveLocally(() => new Response("It works", { status }));
}

Deno.test("compileArgs() gives the executable what the task sitemon gives its source", () => {
  const { tasks } = JSON.parse(
    Deno.readTextFileSync(new URL("../../deno.json", import.meta.url)),
  );
  const rights = (words: string[]) => words.filter((word) => /^--(allow|v8)/.test(word));
  deepStrictEqual(rights(compileArgs({ output: "a" })), rights(tasks.sitemon.command.split(" ")));
  deepStrictEqual(EVERYTHING, [
    "--allow-net",
    "--allow-read",
    "--allow-write",
    "--allow-env",
    "--allow-sys",
  ]);
});

Deno.test("compileArgs() leaves V8's flags to who gives some", () => {
  const flags = (more: string[]) => {
    return compileArgs({ output: "a", more }).filter((word) => word.startsWith("--v8-flags="));
  };
  deepStrictEqual(flags(["--target=a"]), [V8_FLAGS]);
  deepStrictEqual(flags(["--v8-flags=--max-semi-space-size=16"]), [
    "--v8-flags=--max-semi-space-size=16",
  ]);
});

executableTest(
  "sitemon --version prints version and commit, and leaves nothing behind",
  async (folder) => {
    const { code, stdout, stderr } = await output(folder, "--version");
    const commit: string | null = JSON.parse(
      Deno.readTextFileSync(new URL("../../dist/commit.json", import.meta.url)),
    );
    match(stdout, /^sitemon \d+\.\d+\.\d+( \([\w-]+\))?\n$/);
    if (commit !== null) ok(stdout.includes(commit), stdout);
    deepStrictEqual({ code, stderr, names: folder.names() }, { code: 0, stderr: "", names: [] });
  },
);

executableTest(
  "The task compile makes an equal executable of equal files, wherever they are",
  (folder) => {
    const roots = ["one", "some/where/else"].map((name, index) => {
      const root = `${folder.path}/${name}`;
      Deno.mkdirSync(root, { recursive: true });
      for (const path of ["deno.json", "deno.lock", "src"]) {
        run(["cp", "-r", fileURLToPath(new URL(path, ROOT)), root]);
      }
      // As if checked out on other days.
      for (const path of ["deno.json", "src/main.ts"]) Deno.utimeSync(`${root}/${path}`, 0, index);
      return pathToFileURL(`${root}/`);
    });
    using first = compileSitemon(DENORT!, { root: roots[0]! });
    using second = compileSitemon(DENORT!, { root: roots[1]! });
    const [a, b] = [first, second].map(({ path }) => Deno.readFileSync(path));
    strictEqual(Buffer.compare(a!, b!), 0);
    const left = roots.map((root) =>
      [...Deno.readDirSync(new URL("dist/", root))].map(({ name }) => name)
    );
    deepStrictEqual(left, [["commit.json"], ["commit.json"]]);
    return Promise.resolve();
  },
);

executableTest(
  "sitemon notifies a service manager that it is ready and that it stops",
  async (folder) => {
    await using manager = new NotifyReceiver();
    folder.write("run.yaml", "sites: []\nweb: false\n");
    await using running = new SitemonProcess(["run", "-c", "run.yaml"], {
      executable: executable!.path,
      cwd: folder.path,
      env: {
        NOTIFY_SOCKET: manager.path,
        RUNTIME_DIRECTORY: folder.path,
        WATCHDOG_USEC: "1000000",
      },
    });
    await manager.message("READY");
    await manager.message("WATCHDOG");
    strictEqual(await running.stop(), 0);
    await manager.message("STOPPING");
  },
);

executableTest("sitemon exits 64, when a command is unknown", async (folder) => {
  const { code, stderr } = await output(folder, "chekc");
  strictEqual(code, 64);
  match(stderr, /unknown command 'chekc'/);
});

executableTest("sitemon check exits 0, when a site is up", async (folder) => {
  await using up = site(200);
  const { code, stdout, stderr } = await output(folder, "check", up.origin, "--json");
  strictEqual(code, 0, stderr);
  const report = JSON.parse(stdout);
  deepStrictEqual([report.url, report.outcome, report.response_code], [up.origin, "up", 200]);
});

executableTest("sitemon check exits 1, when a site is down", async (folder) => {
  await using down = site(500);
  const { code, stdout, stderr } = await output(folder, "check", down.origin, "--json");
  strictEqual(code, 1, stderr);
  const report = JSON.parse(stdout);
  deepStrictEqual([report.outcome, report.reason, report.response_code], ["down", "status", 500]);
});

executableTest(
  "sitemon run keeps a status that others read, and ends at SIGTERM",
  async (folder) => {
    await using up = site(200);
    folder.write("run.yaml", `interval: 1\nsites:\n  - name: shop\n    url: ${up.origin}\n`);
    await using running = start(folder, "run", "-c", "run.yaml");
    const status = await eventually(DEADLINE_MS, "A status of the site", async () => {
      const { stdout, stderr } = await output(folder, "status", "-c", "run.yaml", "--json");
      if (stdout === "") throw new Error(stderr);
      return JSON.parse(stdout.split("\n")[0]!);
    });
    running.stop();
    const { code, stderr } = await within(DEADLINE_MS, "The end of sitemon run", running.ended);
    strictEqual(code, 0, stderr);
    deepStrictEqual([status.site, status.outcome], ["shop", "up"]);
    ok(folder.names().includes("sitemon-status.db"), folder.names().join());
  },
);

executableTest(
  "sitemon run serves its page, with every file that the page loads",
  async (folder) => {
    await using up = site(200);
    const address = `127.0.0.1:${freePort()}`;
    folder.write(
      "run.yaml",
      `interval: 1\nweb: { listen: ${address} }\nsites: [{ name: shop, url: '${up.origin}' }]\n`,
    );
    await using running = start(folder, "run", "-c", "run.yaml");
    const page = await eventually(DEADLINE_MS, "The site on the page", async () => {
      const text = await (await fetch(`http://${address}/sites/shop`)).text();
      return text.includes("Last check") ? text : undefined;
    });
    const files = [...page.matchAll(/(?:src|href)="\.\.(\/assets\/[^"]+)"/g)].map(([, path]) =>
      path!
    );
    ok(files.length >= 5, page);
    for (const path of files) {
      const response = await fetch(`http://${address}${path}`);
      strictEqual(response.status, 200, path);
      ok((await response.text()).length > 100, path);
    }
    running.stop();
    strictEqual((await within(DEADLINE_MS, "The end of sitemon run", running.ended)).code, 0);
  },
);

const servicesTest = DENORT ? serviceTest("kafka", "postgres") : undefined;
servicesTest?.("sitemon producer and consumer do their work as one executable", async () => {
  using folder = new TempFolder();
  await using up = site(200);
  await using pipeline = await Pipeline.create({
    sites: `  - { name: shop, url: '${up.origin}' }`,
    // By a codec that the runtime has to bring.
    kafka: "  compression: zstd",
  });
  folder.write("producer.yaml", Deno.readTextFileSync(pipeline.producerFile));
  folder.write("consumer.yaml", Deno.readTextFileSync(pipeline.consumerFile));
  await using producer = start(folder, "producer", "-c", "producer.yaml");
  await using consumer = start(folder, "consumer", "-c", "consumer.yaml");
  const outcome = await eventually(DEADLINE_MS, "A status in PostgreSQL", async () => {
    const rows = await pipeline.query<{ outcome: string }>("SELECT outcome FROM site_status");
    return rows[0]?.outcome;
  });
  strictEqual(outcome, "up");
  for (const running of [producer, consumer]) {
    running.stop();
    const { code, stderr } = await within(DEADLINE_MS, "The end", running.ended);
    strictEqual(code, 0, stderr);
  }
});
