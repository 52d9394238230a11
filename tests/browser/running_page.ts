/** The page of a `sitemon run`, and a site that a test can break. */
import { strictEqual } from "node:assert/strict";
import { eventually } from "../support/waiting.ts";
import { RunFolder } from "../integration/run_folder.ts";
import { serveLocally } from "../support/local_server.ts";
import type { Visit } from "./chromium.ts";

const DEADLINE_MS = 60_000;

/** Watches that site and two others; disposing it ends the process. */
export class RunningPage implements AsyncDisposable {
  readonly #server = serveLocally(() => {
    return new Response("<h1>Open</h1>", { status: this.isBroken ? 500 : 200 });
  });
  readonly #folder = new RunFolder(`interval: 500ms
web: { listen: 127.0.0.1:0, title: Example Inc. }
sites:
  - { name: shop, url: '${this.#server.origin}/', labels: { team: web } }
  - { name: docs, url: '${this.#server.origin}/docs', labels: { team: web } }
  - { name: nobody home, url: 'http://127.0.0.1:1/', labels: { team: ops } }`);
  readonly #process = this.#folder.run();
  readonly #visit: Visit;
  isBroken = false;

  constructor(visit: Visit) {
    this.#visit = visit;
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

  /** The kernel still takes connections, and nobody answers. */
  freeze(): void {
    this.#process.signal("SIGSTOP");
  }

  thaw(): void {
    this.#process.signal("SIGCONT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#visit.leave();
    strictEqual(await this.#process.stop(), 0);
    await this.#server[Symbol.asyncDispose]();
    this.#folder[Symbol.dispose]();
  }
}
