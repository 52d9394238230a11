/** What `sitemon doctor` finds: plain data, sent from the thread that examined a dependency. */
import { TimeoutError, within } from "./deadline.ts";

export interface Finding {
  /** What was tried, such as `Kafka broker k1:9092`. */
  readonly subject: string;
  /** `connect`, `login`, `topic`, `disk space`, … */
  readonly step: string;
  readonly ok: boolean;
  /** What was found and, if it is a problem, what to do. */
  readonly detail: string;
}

/** Findings about one subject, in the order of its steps. */
export class Findings {
  readonly list: Finding[] = [];
  readonly #subject: string;

  constructor(subject: string) {
    this.#subject = subject;
  }

  ok(step: string, detail: string): void {
    this.list.push({ subject: this.#subject, step, ok: true, detail });
  }

  /** `detail` says what is wrong, and what to do about it. */
  problem(step: string, detail: string): void {
    this.list.push({ subject: this.#subject, step, ok: false, detail });
  }
}

/** The default timeout of connections elsewhere. */
const REACH_MS = 5_000;

/** A server in the network, or the path of its socket. */
type Reachable = { readonly hostname: string; readonly port: number } | { readonly path: string };

/** Resolves the name and connects once; true if that worked. Not for main, which never connects. */
export async function reach(server: Reachable, findings: Findings): Promise<boolean> {
  const isSocket = "path" in server;
  const address = isSocket ? server.path : `${server.hostname}:${server.port}`;
  const connecting: Promise<Deno.Conn> = isSocket
    ? Deno.connect({ transport: "unix", path: server.path })
    : Deno.connect(server);
  try {
    const connected = await within(REACH_MS, connecting);
    const remote = isSocket ? server.path : (connected.remoteAddr as Deno.NetAddr).hostname;
    connected.close();
    findings.ok("connect", `connected to ${remote}`);
    return true;
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof TimeoutError) {
      void connecting.then((late) => late.close(), () => {});
      const limit = `${REACH_MS / 1_000} s`;
      findings.problem(
        "connect",
        `no answer from ${address} within ${limit}; check for a firewall`,
      );
    } else if (!isSocket && /lookup address|No such host|not known/i.test(message)) {
      findings.problem("resolve", `cannot resolve "${server.hostname}"; check the name and DNS`);
    } else {
      const place = isSocket ? "the folder and the port of its socket" : "the port";
      const detail = `${address}: ${message}; check that the server runs, and ${place}`;
      findings.problem("connect", detail);
    }
    return false;
  }
}
