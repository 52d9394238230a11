/**
 * The host where an executable for one configuration will run: its paths, which the executable is
 * limited to, while the files are still on the machine that builds it.
 */
import { basename, dirname, join, relative, resolve } from "node:path";
import type { HostEnvironment } from "../../config/host_environment.ts";
import type { Permissions } from "../../config/permissions/permissions.ts";
import { notifyNeeds } from "../../threads/notify/notify_spec.ts";
import { STATE_FOLDERS } from "./unit_file.ts";

/** Absolute paths on that host; where one is absent, this machine's applies. */
export interface TargetPaths {
  readonly config?: string;
  /** Folder of outbox and store, if their paths are relative. */
  readonly state?: string;
  readonly credentials?: string;
}

/** What stands for a credential that this machine does not have: only its path is built in. */
const PLACEHOLDER = "unknown";

/** What systemd gives the unit that `install-unit` prints for the configuration. */
export function unitPaths(name: string, file: string): Required<TargetPaths> {
  return {
    config: join("/etc/sitemon", basename(file)),
    state: join(STATE_FOLDERS, name),
    credentials: `/run/credentials/${name}.service`,
  };
}

/** What a process of that unit needs, whatever its configuration is: its notification socket. */
export function unitNeeds(name: string): Partial<Permissions>[] {
  // A dynamic user's state folder is a link to this one.
  const state = [join(STATE_FOLDERS, "private", name)];
  return [
    { read: state, write: state },
    notifyNeeds({ own: `/run/${name}/notify.sock`, to: "/run/systemd/notify" }),
    { env: ["NOTIFY_SOCKET", "RUNTIME_DIRECTORY", "WATCHDOG_PID", "WATCHDOG_USEC"] },
  ];
}

/** This machine with the paths of the target, where the folder of `file` is that of the target's. */
export function targetHost(
  host: HostEnvironment,
  file: string,
  { config = resolve(file), state, credentials }: TargetPaths,
): HostEnvironment {
  const localCredentials = host.env("CREDENTIALS_DIRECTORY");
  const variables = new Map([["STATE_DIRECTORY", state], ["CREDENTIALS_DIRECTORY", credentials]]);
  const isCredential = (path: string) => credentials !== undefined && isWithin(credentials, path);
  const local = (path: string) => {
    if (path === config) return resolve(file);
    if (isCredential(path)) return join(localCredentials ?? "", relative(credentials!, path));
    const folder = dirname(config);
    return isWithin(folder, path) ? join(dirname(resolve(file)), relative(folder, path)) : path;
  };
  const isUnknown = (path: string) => isCredential(path) && localCredentials === undefined;
  return {
    ...host,
    env: (name) => variables.get(name) ?? host.env(name),
    isRegularFile: (path) => isUnknown(path) || host.isRegularFile(local(path)),
    readTextFile: (path, bytesMax) =>
      isUnknown(path) ? PLACEHOLDER : host.readTextFile(local(path), bytesMax),
    isFolder: (path) => host.isFolder(local(path)),
    listFolder: (path) => host.listFolder(local(path)),
  };
}

/** Also for the folder itself. */
export function isWithin(folder: string, path: string): boolean {
  return !relative(folder, path).startsWith("..");
}
