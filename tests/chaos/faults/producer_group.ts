/** Producers with one configuration file, and the sites that they share, which know who visits them. */
import { eventually } from "../../support/waiting.ts";
import { uniqueName } from "../../support/unique_name.ts";
import { serveLocally } from "../../support/local_server.ts";
import { TempFolder } from "../../support/temp_folder.ts";
import { SitemonProcess } from "../../support/sitemon_process.ts";

/** How long a test waits for what takes seconds. */
export const DEADLINE_MS = 60_000;
const INTERVAL_MS = 1_000;
/** In so much time each site is visited by whoever holds it, on a busy machine too. */
const WINDOW_MS = 2_500;

export interface ProducerGroupOptions {
  readonly sites: number;
  /** YAML of `scanner.group`. */
  readonly group: string;
  /** `host:port` of the brokers; those that the tests of the run share when absent. */
  readonly bootstrap?: string;
}

/** A site was visited. */
export interface Visit {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly site: string;
  /** The producer that visited it. */
  readonly by: string;
}

export class ProducerGroup implements AsyncDisposable {
  sites: readonly string[];
  readonly visits: Visit[] = [];
  readonly #folder = new TempFolder();
  readonly #server = serveLocally(({ url, headers }) => {
    const site = new URL(url).pathname.slice(1);
    this.visits.push({ at: Date.now(), site, by: headers.get("x-producer")! });
    return new Response("fine");
  });
  readonly #options: Required<ProducerGroupOptions>;
  readonly #topic = uniqueName("topic");
  readonly #processes: SitemonProcess[] = [];

  constructor(options: ProducerGroupOptions) {
    this.sites = Array.from({ length: options.sites }, (_, n) => `site-${n}`);
    this.#options = { bootstrap: Deno.env.get("SITEMON_TEST_KAFKA")!, ...options };
    this.#write();
  }

  /** Starts a producer by the file that all have in common. */
  start(name: string, { location = "here" } = {}): SitemonProcess {
    const state = this.#folder.file(name);
    Deno.mkdirSync(state, { recursive: true });
    const process = new SitemonProcess(["producer", "-c", this.#folder.file("producer.yaml")], {
      env: {
        ...Deno.env.toObject(),
        PRODUCER: name,
        LOCATION: location,
        STATE_DIRECTORY: state,
      },
    });
    this.#processes.push(process);
    return process;
  }

  /**
   * Waits until each site is visited by one producer alone, and each of these visits some; resolves
   * to who visits which.
   */
  sitesAreShared(producers: readonly string[]): Promise<Map<string, string>> {
    return eventually(DEADLINE_MS, `sites shared by ${producers}`, () => {
      const recent = this.visits.filter(({ at }) => at > Date.now() - WINDOW_MS);
      const pairs = new Set(recent.map(({ site, by }) => `${site} ${by}`));
      const owners = new Map([...pairs].map((pair) => pair.split(" ") as [string, string]));
      const isShared = owners.size === this.sites.length && pairs.size === owners.size;
      const seen = new Set(owners.values());
      const areAll = seen.size === producers.length && producers.every((name) => seen.has(name));
      return isShared && areAll ? new Map([...owners].sort()) : undefined;
    });
  }

  /** When a site was first visited after a moment by somebody other than that producer. */
  visitedSince(site: string, sinceMs: number, notBy: string): Promise<number> {
    return eventually(
      DEADLINE_MS,
      `a visit of ${site}`,
      () =>
        this.visits.find((visit) => visit.site === site && visit.at > sinceMs && visit.by !== notBy)
          ?.at,
    );
  }

  /** Gives the file one site more, and tells every producer to read it again. */
  addSite(name: string): void {
    this.sites = [...this.sites, name];
    this.#write();
    for (const process of this.#processes) process.signal("SIGHUP");
  }

  #write(): void {
    const { group, bootstrap } = this.#options;
    this.#folder.write(
      "producer.yaml",
      `location: "\${LOCATION:-here}"
interval: ${INTERVAL_MS}ms
log: { level: debug, format: json }
defaults: { headers: { X-Producer: "\${PRODUCER}" } }
scanner: { group: ${group} }
kafka: { servers: [${bootstrap}], topic: ${this.#topic} }
sites:
${
        this.sites.map((site) => `  - { name: ${site}, url: '${this.#server.origin}/${site}' }`)
          .join("\n")
      }
`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const process of this.#processes) await process.kill();
    await this.#server[Symbol.asyncDispose]();
    this.#folder[Symbol.dispose]();
  }
}
