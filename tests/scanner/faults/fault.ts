/** A way in which a site can be broken or hostile, and what a check of it must find. */
import type { Site } from "../../../src/config/site.ts";
import type { Reason } from "../../../src/report/outcome.ts";
import type { SiteReport } from "../../../src/report/report.ts";
import type { CheckContextOptions } from "../../../src/scanner/check_context.ts";
import type { Certificates } from "../../support/certificates.ts";
import { type Behaviour, rawServer, type RawServerOptions } from "../http/raw_server.ts";

/** For a check of a site that hangs. */
export const SHORT_TIMEOUTS = { timeoutMs: 500, connectTimeoutMs: 300 } as const;

/** What faults are made of; what they start ends with it. */
export interface World {
  readonly certificates: Certificates;
  readonly started: AsyncDisposableStack;
}

/** The site to check. */
export interface Target {
  readonly url: string;
  readonly site?: Partial<Site>;
  readonly context?: Partial<CheckContextOptions>;
}

export interface Fault {
  /** Continues "when the site …". */
  readonly cause: string;
  /** `null` when the site is up all the same. */
  readonly reason: Reason | null;
  readonly error?: RegExp;
  readonly report?: Partial<SiteReport>;
  readonly start: (world: World) => Target | Promise<Target>;
}

export interface ServingOptions extends Omit<Target, "url"> {
  readonly server?: RawServerOptions;
  /** From the path on. */
  readonly path?: string;
}

/** The start of a fault that is a server of its own on 127.0.0.1. */
export function serving(behaviour: Behaviour, options: ServingOptions = {}): Fault["start"] {
  const { server: serverOptions, path = "/", ...target } = options;
  return ({ started }) => {
    const { port } = started.use(rawServer(behaviour, serverOptions));
    return { url: `http://127.0.0.1:${port}${path}`, ...target };
  };
}
