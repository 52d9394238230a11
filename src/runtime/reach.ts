/** Whether a server can be reached at all: its name found, its port open. For threads, never for main. */
import type { Findings } from "./finding.ts";

/** As long as connections are given elsewhere by default. */
const REACH_MS = 5_000;

/** Resolves the name and connects once; true when that went well. */
export async function reach(
  { hostname, port }: { readonly hostname: string; readonly port: number },
  findings: Findings,
): Promise<boolean> {
  const address = `${hostname}:${port}`;
  const connecting = Deno.connect({ hostname, port });
  const timeout = Promise.withResolvers<"timeout">();
  const timer = setTimeout(() => timeout.resolve("timeout"), REACH_MS);
  try {
    const connected = await Promise.race([connecting, timeout.promise]);
    if (connected === "timeout") {
      void connecting.then((late) => late.close(), () => {});
      findings.ill(
        "connect",
        `${address} does not answer within ${REACH_MS / 1_000} s; look for a firewall on the way`,
      );
      return false;
    }
    const { hostname: remote } = connected.remoteAddr as Deno.NetAddr;
    connected.close();
    findings.well("connect", `${address} answers at ${remote}`);
    return true;
  } catch (error) {
    const { message } = error as Error;
    const isUnknown = /lookup address|No such host|not known/i.test(message);
    if (isUnknown) {
      findings.ill("resolve", `"${hostname}" has no address; correct the name, or DNS`);
    } else findings.ill("connect", `${address}: ${message}; start the server, or correct the port`);
    return false;
  } finally {
    clearTimeout(timer);
  }
}
