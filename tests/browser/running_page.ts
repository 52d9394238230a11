/** The page of a `sitemon run`, and a site that a test can break. */
import { strictEqual } from "node:assert/strict";
import { eventually } from "../support/waiting.ts";
import { SitemonProcess } from "../support/sitemon_process.ts";
import type { Visit } from "./chromium.ts";

const DEADLINE_MS = 30_000;

/** Watches that site and two others; disposing it ends the process. */
export class RunningPage implements AsyncDisposable {
  readonly #folder = Deno.makeTempDirSync({ prefix: "sitemon-page-" });
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #process: SitemonProcess;
  readonly #visit: Visit;
  isBroken = false;

  constructor(visit: Visit) {
    this.#visit = visit;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      () => new Response("<h1>Open</h1>", { status: this.isBroken ? 500 : 200 }),
    );
    const url = `http://127.0.0.1:${this.#server.addr.port}/`;
    Deno.writeTextFileSync(
      `${this.#folder}/run.yaml`,
      `interval: 500ms
log: { format: json }
outbox: { path: ${this.#folder}/outbox.db }
store: { path: ${this.#folder}/status.db }
web: { listen: 127.0.0.1:0, title: Example Inc. }
sites:
  - { name: shop, url: '${url}', labels: { team: web } }
  - { name: docs, url: '${url}docs', labels: { team: web } }
  - { name: nobody home, url: 'http://127.0.0.1:1/', labels: { team: ops } }
`,
    );
    this.#process = new SitemonProcess(["run", "-c", `${this.#folder}/run.yaml`]);
  }

  /** Where the page is, once every site is on it. */
  async address(): Promise<string> {
    const address = await this.#process.pageAddress();
    await eventually(DEADLINE_MS, "three sites", async () => {
      const { sites } = await (await fetch(`${address}/api/status`)).json();
      return sites.length === 3 ? true : undefined;
    });
    return address;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#visit.leave();
    strictEqual(await this.#process.stop(), 0);
    await this.#server.shutdown();
    await Deno.remove(this.#folder, { recursive: true });
  }
}
