/** Services by Docker Compose, for machines that have an engine but not the programs. */
import { freePort } from "../support/free_port.ts";
import type { SharedServer } from "./found.ts";
import { findProgram, run } from "./programs.ts";

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
export function startService(
  service: "kafka" | "postgres",
  addressAt: (port: number) => string,
): SharedServer {
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
