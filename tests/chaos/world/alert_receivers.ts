/** Receivers of alerts on this machine: one that takes whatever comes, and one that fails at times. */
import { SECRET, VENDORS } from "../../alerts/channels/vendors.ts";
import { serveLocally } from "../../support/local_server.ts";
import type { Reception } from "../alert_oracle.ts";
import { TcpProxy } from "./tcp_proxy.ts";

/** What the one that fails does with each request; with `cuts` it takes it, and ends the connection. */
export type ReceiverMood = "takes" | "fails" | "limits" | "cuts";

const STATUS = { takes: 204, cuts: 204, fails: 500, limits: 429 } as const;
const RETRY_AFTER_S = "2";

export class AlertReceivers implements AsyncDisposable {
  /** Of the one that fails. */
  mood: ReceiverMood = "takes";
  readonly received: Reception[] = [];
  /** What broke the rules of webhooks. */
  readonly problems: string[] = [];
  /** Before the one that fails. */
  readonly proxy: TcpProxy;
  readonly #steady = serveLocally((request) => this.#take(request, "steady"));
  readonly #flappy = serveLocally((request) => this.#take(request, "flappy"));

  constructor() {
    this.proxy = new TcpProxy(this.#flappy.port);
  }

  /** Channels of the configuration whose alerts `source` decides. */
  channels(source: string) {
    const webhook = (origin: string) => ({
      webhook: { url: `${origin}/hook?${source}`, secret: SECRET },
    });
    return {
      steady: webhook(this.#steady.origin),
      flappy: webhook(`http://${this.proxy.address}`),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy[Symbol.asyncDispose]();
    await Promise.all([this.#steady, this.#flappy].map((one) => one[Symbol.asyncDispose]()));
  }

  async #take(request: Request, channel: string): Promise<Response> {
    const source = new URL(request.url).search.slice(1);
    const headers = Object.fromEntries(request.headers);
    const body = await request.text().catch(() => undefined);
    // It was cut off before its end: nobody was told.
    if (body === undefined) return new Response(null, { status: 400 });
    const problem = VENDORS.webhook.problem({ path: "/hook", headers, body });
    if (problem !== undefined) {
      this.problems.push(problem);
      return new Response(problem, { status: 400 });
    }
    const mood = channel === "steady" ? "takes" : this.mood;
    const status = STATUS[mood];
    const told = JSON.parse(body).alerts.map(({ annotations }: WebhookAlert) => {
      return { alert: annotations.alert_id, event: annotations.event };
    });
    this.received.push({
      ...{ atMs: Date.now(), source, channel, status, told },
      id: headers["webhook-id"]!,
    });
    if (mood === "cuts") this.proxy.cut();
    return new Response(null, { status, headers: { "retry-after": RETRY_AFTER_S } });
  }
}

interface WebhookAlert {
  readonly annotations: { readonly alert_id: string; readonly event: string };
}
