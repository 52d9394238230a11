/** A real Chromium for tests: Debian's, driven by puppeteer-core. */
import puppeteer, { type Page } from "puppeteer-core";
import axe from "axe-core/axe.min.js" with { type: "text" };
import { TempFolder } from "../support/temp_folder.ts";
import { within } from "../support/waiting.ts";
import { findProgram } from "../services/programs.ts";
import { type Need, registerMissing, serviceTest } from "../services/with_services.ts";

const START_MS = 30_000;
const NAMES = ["chromium", "chromium-browser", "google-chrome"];
const FLAGS = [
  "--headless",
  // The sandbox of Chromium refuses to run as root; these pages are our own.
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--no-first-run",
  // They would cover the screenshots.
  "--hide-scrollbars",
  "--remote-debugging-port=0",
];
/** Where a person can look at what the tests saw. */
const SCREENSHOTS = new URL("../../.cache/screenshots/", import.meta.url);

let browser: Awaited<ReturnType<typeof startBrowser>> | undefined;

/**
 * Registers a test with a page, and with services that it needs; ignored where there is no Chromium
 * or no such service, and failed under CI=true.
 */
export function browserTest(
  name: string,
  fn: (visit: Visit) => Promise<void>,
  ...needs: Need[]
): void {
  const program = NAMES.map((one) => findProgram(one)).find((path) => path !== undefined);
  if (program === undefined) {
    return registerMissing(name, `none of ${NAMES.join(", ")} is on the PATH`, () => {});
  }
  const visiting = async () => {
    browser ??= await startBrowser(program);
    await using visit = await browser.visit();
    await visit.look(1280, 900);
    await fn(visit);
    visit.assertQuiet();
  };
  // The browser that the first test starts lives until the last one ends.
  serviceTest(...needs)(name, visiting, { sanitizeOps: false, sanitizeResources: false });
}

/** Ends the browser that the tests of a file share. */
export async function closeBrowser(): Promise<void> {
  await browser?.close();
  browser = undefined;
}

async function startBrowser(program: string) {
  const folder = new TempFolder();
  const args = [...FLAGS, `--user-data-dir=${folder.path}`, "about:blank"];
  const streams = { stdin: "null", stdout: "null", stderr: "piped" } as const;
  const process = new Deno.Command(program, { args, ...streams }).spawn();
  const browserWSEndpoint = await within(START_MS, "Chromium", endpointOf(process));
  const browser = await puppeteer.connect({ browserWSEndpoint, defaultViewport: null });
  return {
    async visit(): Promise<Visit> {
      // A context of its own: no test finds what another has left behind.
      const context = await browser.createBrowserContext();
      return new Visit(await context.newPage(), () => context.close());
    },
    async close(): Promise<void> {
      await browser.close();
      await process.status;
      folder[Symbol.dispose]();
    },
  };
}

/** Chromium says on standard error where it is driven from. */
async function endpointOf(process: Deno.ChildProcess): Promise<string> {
  let text = "";
  const found = Promise.withResolvers<string>();
  const read = async () => {
    // Read to its end, or Chromium would wait for room in the pipe.
    for await (const part of process.stderr.pipeThrough(new TextDecoderStream())) {
      text += part;
      const endpoint = /DevTools listening on (\S+)/.exec(text)?.[1];
      if (endpoint !== undefined) found.resolve(endpoint);
    }
    found.reject(new Error(`Chromium did not print its DevTools address: ${text}`));
  };
  void read();
  return await found.promise;
}

/** One page, and all that it complained of. */
export class Visit implements AsyncDisposable {
  readonly page: Page;
  readonly complaints: string[] = [];
  readonly #close: () => Promise<void>;

  constructor(page: Page, close: () => Promise<void>) {
    this.page = page;
    this.#close = close;
    page.on("console", (message) => {
      if (["error", "warn"].includes(message.type())) this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.complaints.push(`${error}`));
    page.on("dialog", (dialog) => {
      this.complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
  }

  /** Width and height of the window, and whether the reader's system is dark. */
  async look(width: number, height: number, colors: "light" | "dark" = "light"): Promise<void> {
    await this.page.setViewport({ width, height });
    await this.page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: colors }]);
  }

  async open(address: string): Promise<void> {
    // Not until the network is idle: the stream of events never is.
    await this.page.goto(address, { waitUntil: "load" });
  }

  /** Leaves the page before its server goes, of which it would complain. */
  async leave(): Promise<void> {
    await this.page.goto("about:blank");
  }

  /** Waits until an expression is true in the page. */
  async until(expression: string, timeout = 30_000): Promise<void> {
    await this.page.waitForFunction(expression, { timeout });
  }

  /** Waits until the page's text has this in it. */
  async sees(text: string): Promise<void> {
    await this.until(`document.body.innerText.includes(${JSON.stringify(text)})`);
  }

  /** What an expression is in the page. */
  async ask<T>(expression: string): Promise<T> {
    return await this.page.evaluate(expression) as T;
  }

  /** What axe-core finds against WCAG 2.2 AA and its own best practices. */
  async violations(): Promise<string[]> {
    await this.page.evaluate(axe);
    type Found = readonly { readonly id: string; readonly nodes: readonly { html: string }[] }[];
    const found = await this.ask<Found>("axe.run().then(({ violations }) => violations)");
    return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
  }

  async screenshot(name: string): Promise<void> {
    await Deno.mkdir(SCREENSHOTS, { recursive: true });
    const bytes = await this.page.screenshot({ fullPage: true });
    await Deno.writeFile(new URL(`${name}.png`, SCREENSHOTS), bytes);
  }

  assertQuiet(): void {
    if (this.complaints.length > 0) throw new Error(`the browser said: ${this.complaints}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}
