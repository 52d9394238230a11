/**
 * What a request says of a push site, in sitemon's own words, those of healthchecks.io, and those of
 * Uptime Kuma, so that scripts move without a change.
 *
 * @see https://healthchecks.io/docs/http_api/
 * @see https://github.com/louislam/uptime-kuma/wiki/API-Documentation#push-endpoint
 */

/** A run of a site began or ended, or has something to say. */
export interface Ping {
  readonly kind: "start" | "success" | "fail" | "log";
  /** Names the run, where several of a site may be under way; empty when they are not told apart. */
  readonly run: string;
  /** Why it failed, or what it did. */
  readonly message?: string;
  /** Milliseconds that it says it took. */
  readonly durationMs?: number;
}

/** A request that may be a ping: the token that it would have to have, and what it would say. */
export interface PingRequest {
  readonly token: string;
  /** A sentence when the site is known and the rest of the request is wrong. */
  readonly ping: Ping | { readonly problem: string };
  /** What is answered when it is stored. */
  readonly answer: PingAnswer;
}

export type PingAnswer = "OK" | '{"ok":true}';

const TARGET = /^([^?]*)(?:\?(.*))?$/;
const NATIVE = /^\/(?:push|ping)\/(.{1,220})$/;
const KUMA = /^\/api\/push\/(.{1,200})$/;
const ACTION = /^(.+)\/(start|fail|log|\d{1,3})$/;
const NO_QUERY = new URLSearchParams();
const EXIT_CODE_MAX = 255;
/** healthchecks.io's are UUIDs. */
const RUN = /^[\w-]{0,64}$/;

/**
 * Everything that the target of a request, its path and query, may mean: a token with a slash, or a
 * token and what happened.
 */
export function pingRequests(target: string): PingRequest[] {
  const [, pathname = "", search] = TARGET.exec(target) ?? [];
  const query = search === undefined ? NO_QUERY : new URLSearchParams(search);
  const [, kumaToken] = KUMA.exec(pathname) ?? [];
  if (kumaToken !== undefined) {
    return [{ token: kumaToken, ping: kumaPing(query), answer: '{"ok":true}' }];
  }
  const [, path] = NATIVE.exec(pathname) ?? [];
  if (path === undefined) return [];
  const run = query.get("rid") ?? "";
  const problem = RUN.test(run) ? undefined : "invalid rid; write a UUID";
  const [, token, action] = ACTION.exec(path) ?? [];
  const whole = { token: path, ping: { kind: "success", run } as const };
  const parts = token === undefined ? undefined : actionPing(action!, run);
  const found = parts === undefined ? [whole] : [whole, { token: token!, ping: parts }];
  return found.map(({ token, ping }) => {
    return { token, ping: problem === undefined ? ping : { problem }, answer: "OK" };
  });
}

function actionPing(action: string, run: string): Ping | undefined {
  if (action === "start" || action === "log") return { kind: action, run };
  if (action === "fail") return { kind: "fail", run };
  const code = Number(action);
  if (code > EXIT_CODE_MAX) return undefined;
  return code === 0
    ? { kind: "success", run }
    : { kind: "fail", run, message: `exit code ${code}` };
}

function kumaPing(query: URLSearchParams): Ping {
  const message = query.get("msg") ?? "";
  const durationMs = Number.parseFloat(query.get("ping") ?? "");
  return {
    kind: (query.get("status") || "up") === "up" ? "success" : "fail",
    run: "",
    ...(message && { message }),
    ...(durationMs >= 0 && { durationMs }),
  };
}
