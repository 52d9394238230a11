/** Whether a server can be reached at all: its name resolves, its port is open. Not for main. */
import { TimeoutError, within } from "./deadline.ts";
import type { Findings } from "./finding.ts";

/** The default timeout of connections elsewhere. */
const REACH_MS = 5_000;

/** Resolves the name and connects once; true if that worked. */
export async function reach(
  { hostname, port }: { readonly hostname: string; readonly port: number },
  findings: Findings,
): Promise<boolean> {
  const address = `${hostname}:${port}`;
  const connecting = Deno.connect({ hostname, port });
  try {
    const connected = await within(REACH_MS, connecting);
    const { hostname: remote } = connected.remoteAddr as Deno.NetAddr;
    connected.close();
    findings.ok("connect", `connected to ${remote}`);
    return true;
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof TimeoutError) {
      void connecting.then((late) => late.close(), () => {});
      findings.problem(
        "connect",
        `no answer from ${address} within ${REACH_MS / 1_000} s; check for a firewall`,
      );
    } else if (/lookup address|No such host|not known/i.test(message)) {
      findings.problem("resolve", `cannot resolve "${hostname}"; check the name and DNS`);
    } else {
      findings.problem(
        "connect",
        `${address}: ${message}; check that the server runs, and the port`,
      );
    }
    return false;
  }
}
