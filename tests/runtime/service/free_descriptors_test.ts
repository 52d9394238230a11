import { ok, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { countFreeDescriptors } from "../../../src/runtime/service/free_descriptors.ts";
import { eventually } from "../../support/waiting.ts";
import { freePort } from "../../support/free_port.ts";
import { FROM_SOURCE, SitemonProcess } from "../../support/sitemon_process.ts";
import { RunFolder } from "../../integration/run_folder.ts";

const SELF = fileURLToPath(import.meta.url);
/** Scarce for checks, and the limit that many systems have. */
const LIMITS = [256, 1_024];
const CONCURRENCY = 200;

Deno.test("countFreeDescriptors() counts as far as asked, and nothing of what is no file", () => {
  strictEqual(countFreeDescriptors(SELF, 10), 10);
  strictEqual(countFreeDescriptors("/tmp", 10), undefined);
  strictEqual(countFreeDescriptors("/nowhere", 10), undefined);
});

/** A listener whose connections are never answered. */
function hangingSite() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const held: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const conn of listener) held.push(conn);
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      for (const conn of held) conn.close();
    },
  };
}

/** How many checks run at once, as the start says where there are fewer than configured. */
async function limitedChecks(process: SitemonProcess, limit: number): Promise<number> {
  const { limitation } = await process.log("the limitation", "only ");
  const [free, checks] = /^only (\d+) more files can be open: at most (\d+) checks/
    .exec(String(limitation))?.slice(1).map(Number) ?? [];
  ok(free! < limit && checks! > 5 && checks! < limit / 2, String(limitation));
  return checks!;
}

for (const limit of LIMITS) {
  Deno.test(`a daemon with ${limit} descriptors checks as much as it can at once, and survives a crowd of idle clients`, async () => {
    await using site = hangingSite();
    const [port, page] = [freePort(), freePort()];
    const sites = Array.from({ length: 400 }, (_, n) => {
      return `{ name: s${n}, url: 'http://127.0.0.1:${site.port}/${n}' }`;
    });
    using folder = new RunFolder(`listen: 127.0.0.1:${port}
web: { listen: '127.0.0.1:${page}' }
interval: 5s
scanner: { concurrency: ${CONCURRENCY} }
sites: [${sites.join(", ")}]`);
    const command = `ulimit -n ${limit} && exec "$0" "$@"`;
    const args = ["-c", command, Deno.execPath(), ...FROM_SOURCE, "run", "-c", folder.config];
    await using process = new SitemonProcess(args, { executable: "/bin/bash" });
    const checks = limit < 2 * CONCURRENCY ? await limitedChecks(process, limit) : CONCURRENCY;
    const scraped = async (path: string, of = port) => {
      const response = await fetch(`http://127.0.0.1:${of}${path}`);
      const text = await response.text();
      return response.ok ? text : undefined;
    };
    const running = /^sitemon_checks_running\{.*\} (\d+)$/m;
    await eventually(60_000, "as many checks as there may be", async () => {
      return running.exec(await scraped("/metrics") ?? "")?.[1] === `${checks}` || undefined;
    });
    await process.log("the page", "status page listening");
    const crowd: Deno.Conn[] = [];
    try {
      for (let each = 0; each < 2 * limit; each++) {
        for (const to of [port, page]) {
          crowd.push(await Deno.connect({ hostname: "127.0.0.1", port: to }));
        }
      }
      for (const [at, path] of [[port, "/metrics"], [page, "/"]] as const) {
        await eventually(60_000, `${path} beside the crowd`, () => scraped(path, at));
      }
    } finally {
      for (const conn of crowd) conn.close();
    }
    await eventually(60_000, "health after the crowd", () => scraped("/healthz"));
    strictEqual(await process.stop(), 0);
    ok(!process.logs.some(({ message }) => /Too many open files|died/.test(message)));
  });
}
