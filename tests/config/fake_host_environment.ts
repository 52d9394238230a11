/** A machine of files and variables that exist only in memory. */
import type { HostEnvironment } from "../../src/config/host_environment.ts";

/** The only file that is none. */
export const PIPE = "sites/pipe.yaml";

export interface FakeMachine {
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

export function fakeHostEnvironment({ files = {}, env = {} }: FakeMachine): HostEnvironment {
  return {
    env: (name) => env[name],
    readTextFile(path, bytesMax) {
      const text = Object.hasOwn(files, path) ? files[path] : undefined;
      if (text === undefined) throw new Deno.errors.NotFound(path);
      if (text.length > bytesMax) throw new RangeError(`larger than ${bytesMax} bytes`);
      return text;
    },
    isRegularFile(path) {
      if (path === PIPE) return false;
      if (!Object.hasOwn(files, path)) throw new Deno.errors.NotFound(path);
      return true;
    },
    isFolder: (path) => Object.keys(files).some((file) => file.startsWith(`${path}/`)),
    listFolder(folder) {
      const prefix = folder === "." ? "" : `${folder}/`;
      const inside = Object.keys(files).filter((path) => path.startsWith(prefix));
      return [...new Set(inside.map((path) => path.slice(prefix.length).split("/")[0]!))];
    },
    workingFolder: "/srv",
  };
}
