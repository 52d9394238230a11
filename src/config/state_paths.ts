/** Where sitemon keeps its own files. */
import { resolve } from "node:path";
import type { Config } from "./schema/schema.ts";
import type { HostEnvironment } from "./host_environment.ts";

/**
 * The configuration with absolute paths of outbox and store: relative ones begin at the service
 * manager's `$STATE_DIRECTORY`, of which the first is taken, or else at the working folder.
 *
 * @see https://www.freedesktop.org/software/systemd/man/systemd.exec.html#RuntimeDirectory=
 */
export function withStatePaths(config: Config, { env, workingFolder }: HostEnvironment): Config {
  const [state = ""] = (env("STATE_DIRECTORY") ?? "").split(":");
  const absolute = (path: string) => resolve(workingFolder, state, path);
  return {
    ...config,
    outbox: { ...config.outbox, path: absolute(config.outbox.path) },
    store: { ...config.store, path: absolute(config.store.path) },
  };
}
