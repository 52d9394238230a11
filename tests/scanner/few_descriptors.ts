/**
 * A process that has no descriptor left: checks sites that answer at a port before, without and
 * after, and prints what each check found, what became of readiness, and how often it was logged.
 */
import { sendLogsTo } from "../../src/runtime/telemetry/logging.ts";
import { checkSite } from "../../src/scanner/check.ts";
import { Connectivity } from "../../src/scanner/connectivity.ts";
import type { FewDescriptors } from "./few_descriptors_test.ts";
import { aContext, aSite, silent } from "./sites.ts";

const [port, tlsPort] = Deno.args;
const LOCAL = `127.0.0.1:${port}`;
const SITES = [
  aSite(`http://${LOCAL}/`, { name: "by address" }),
  aSite(`http://localhost:${port}/`, { name: "by name" }),
  aSite(`http://${LOCAL}/`, { name: "by family", ipVersion: 4 }),
  aSite(`https://localhost:${tlsPort}/`, { name: "by TLS", tls: { insecure: true } }),
  aSite("http://site.example/", { name: "by proxy", proxy: `http://${LOCAL}` }),
  aSite("http://site.example/", { name: "by a named proxy", proxy: `http://localhost:${port}` }),
];

let logged = 0;
const readiness: boolean[] = [];
await sendLogsTo(() => void logged++, { level: "error" });
const telemetry = {
  ...silent,
  dependency: (name: string, { ok }: { ok: boolean }) =>
    void readiness.push(name === "scanner" && ok),
};
const context = aContext([`http://${LOCAL}/`, ...SITES.map(({ url }) => url)], { telemetry });
const guard = new Connectivity(
  { urls: [`http://${LOCAL}/`], everyMs: 3_600_000, telemetry: silent, thread: "scanner-1" },
  context,
);

async function checkAll(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const site of SITES) {
    const { outcome, reason } = await checkSite(site, context, new AbortController().signal);
    found[site.name] = `${outcome} ${reason}`;
  }
  return found;
}

const before = await checkAll();
const taken: Deno.Conn[] = [];
try {
  while (true) taken.push(await Deno.connect({ hostname: "127.0.0.1", port: Number(port) }));
} catch {
  // None is left.
}
const without = await checkAll();
const isOnline = await guard.isOnline();
for (const conn of taken) conn.close();
const after = await checkAll();
guard.stop();
const result: FewDescriptors = { before, without, after, isOnline, readiness, logged };
console.log(JSON.stringify(result));
