/** How a service can be had on this machine: from outside, from its programs, or by Docker Compose. */
import { freePort } from "../support/free_port.ts";
import { findProgram, run } from "./programs.ts";

/** Where a service comes from; with a `reason` it cannot be had. */
export type Found<Programs> =
  | { readonly from: "environment"; readonly address: string; readonly reason?: undefined }
  | { readonly from: "programs"; readonly programs: Programs; readonly reason?: undefined }
  | { readonly from: "compose"; readonly reason?: undefined }
  | { readonly from: "nowhere"; readonly reason: string };

/** A server that the tests of a run share. Disposing it ends it if it was started here. */
export interface SharedServer extends AsyncDisposable {
  /** What its environment variable holds: a `postgres://` url, or Kafka's `host:port`. */
  readonly address: string;
}

/** Shares the server that was found; what is not there yet is started. */
export async function share(
  found: Found<unknown>,
  { service, addressAt, start }: {
    readonly service: "kafka" | "postgres";
    /** At a port of this machine, when it is started by Docker Compose. */
    readonly addressAt: (port: number) => string;
    readonly start: () => Promise<SharedServer>;
  },
): Promise<SharedServer> {
  if (found.from === "compose") return startByCompose(service, addressAt);
  if (found.from !== "environment") return await start();
  return { address: found.address, [Symbol.asyncDispose]: () => Promise.resolve() };
}

const FILE = new URL("./compose.yaml", import.meta.url).pathname;

/** True when `docker compose` is there and an engine answers it. */
export function hasCompose(): boolean {
  if (findProgram("docker") === undefined) return false;
  try {
    run(["docker", "compose", "version"]);
    run(["docker", "info"]);
    return true;
  } catch {
    return false;
  }
}

/** Starts one service of compose.yaml on a port of this machine. */
function startByCompose(service: string, addressAt: (port: number) => string): SharedServer {
  const port = freePort();
  const command = ["docker", "compose", "-p", `sitemon-test-${service}-${port}`, "-f", FILE];
  const env = { SITEMON_TEST_PORT: String(port) };
  run([...command, "up", "--wait", "--quiet-pull", service], { env });
  return {
    address: addressAt(port),
    async [Symbol.asyncDispose]() {
      await Promise.resolve(run([...command, "down", "--volumes", "--timeout", "1"], { env }));
    },
  };
}
