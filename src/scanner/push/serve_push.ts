/** The HTTP server of push sites: a ping is answered once the outbox has it. */
import type { Clock } from "../../runtime/clock.ts";
import type { Client, ShortAnswer } from "../../runtime/http/http_connection.ts";
import {
  acceptState,
  type HttpServer,
  type HttpServerOptions,
} from "../../runtime/http/http_server.ts";
import { listening } from "../../runtime/http/listening.ts";
import type { RequestHead } from "../../runtime/http/request_head.ts";
import { countFromZero, type Telemetry } from "../../runtime/telemetry/telemetry.ts";
import { SharedTimers } from "../../runtime/shared_timers.ts";
import { type PingAnswer, pingRequests } from "./ping.ts";
import { PINGS, type PushSites } from "./push_sites.ts";

/** Until a ping is stored; its sender then tries again. */
export const STORE_MS_MAX = 5_000;

export interface PushServerOptions extends Pick<HttpServerOptions, "listen" | "connectionsMax"> {
  readonly sites: PushSites;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

const RESULTS = [
  ...["start", "success", "fail", "log", "missed"] as const,
  ...["unknown", "invalid", "unavailable"] as const,
];
type Result = (typeof RESULTS)[number];

const TEXT_TYPE = "content-type: text/plain; charset=utf-8\r\n";
const JSON_TYPE = "content-type: application/json; charset=utf-8\r\n";
const ANSWERS: Readonly<Record<PingAnswer, ShortAnswer>> = {
  OK: text(200, "OK"),
  '{"ok":true}': { status: 200, headers: JSON_TYPE, text: '{"ok":true}' },
};

/** Listens until it is stopped. Throws AddressError when the address cannot be used. */
export function servePush(options: PushServerOptions): HttpServer {
  const { sites, clock, telemetry } = options;
  const timers = new SharedTimers(clock);
  countFromZero(telemetry, PINGS, RESULTS.map((result) => ({ result })));
  const count = (result: Result) => telemetry.count(PINGS, { result });

  async function answer(head: RequestHead, client: Client): Promise<ShortAnswer> {
    if (!["GET", "HEAD", "POST"].includes(head.method)) {
      return text(405, "method not allowed; use GET, HEAD or POST\n", "allow: GET, HEAD, POST\r\n");
    }
    const { ready } = sites;
    if (ready && !await inTime((onReady) => ready.then(onReady))) return unavailable();
    // Strangers learn nothing: whatever they ask for, it is the same answer, before any body is read.
    const found = foundIn(sites, head.target);
    if (found === undefined) return refuse("unknown", 404, "not found\n");
    const { told, ping } = found;
    if ("problem" in ping) return refuse("invalid", 400, `${ping.problem}\n`);
    const body = await client.readBody(told.site.bodyBytesMax);
    if (typeof body === "number") return refuse("invalid", body, "");
    const isTruncated = head.bodyBytes! > body.length;
    const { hostname: address } = client.remoteAddr;
    const isStored = await inTime((onStored) =>
      sites.take(told, ping, { body, isTruncated, address, onStored })
    );
    if (!isStored) return unavailable();
    count(ping.kind);
    return ANSWERS[found.answer];
  }

  function refuse(result: Result, status: number, message: string): ShortAnswer {
    count(result);
    return text(status, message);
  }

  /** The ping may be lost, so that nothing may be concluded from its absence. */
  function unavailable(): ShortAnswer {
    count("unavailable");
    sites.noteDeaf();
    return text(503, "cannot store a ping at the moment; try again\n", "retry-after: 5\r\n");
  }

  /** False when what begins takes too long. */
  function inTime(begin: (onDone: () => void) => void): Promise<boolean> {
    return new Promise((resolve) => {
      const cancelTimer = timers.after(STORE_MS_MAX, () => resolve(false));
      begin(() => {
        cancelTimer();
        resolve(true);
      });
    });
  }

  return listening("push.listen", {
    ...options,
    handler: answer,
    onRefused: () => sites.noteDeaf(),
    onTrouble(reason) {
      sites.noteDeaf(reason !== undefined);
      telemetry.dependency("push", acceptState(reason));
    },
  });
}

/** What a request says, of a site that there is. */
function foundIn(sites: PushSites, target: string) {
  for (const { token, ping, answer } of pingRequests(target)) {
    const told = sites.find(token);
    if (told !== undefined) return { told, ping, answer };
  }
  return undefined;
}

function text(status: number, text: string, more = ""): ShortAnswer {
  return { status, headers: TEXT_TYPE + more, text };
}
