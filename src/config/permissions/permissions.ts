/** Permissions as lists: to join, to print as flags, and to hand to a Worker. */
import { fileURLToPath } from "node:url";
import { realPath } from "./real_path.ts";

/** Lists of what is allowed; what has no list is never allowed: run, ffi and import. */
export interface Permissions {
  /** `host`, for lookups and every port, or `host:port`. */
  readonly net: readonly string[];
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly env: readonly string[];
  readonly sys: readonly "statfs"[];
}

/**
 * Sorted, and each once, so that equal permissions have equal lists. Paths are listed as they are
 * written and as they resolve: Deno checks the former when a file is opened, the latter of an open one.
 */
export function joined(parts: readonly Partial<Permissions>[]): Permissions {
  return {
    net: unique(parts.flatMap(({ net = [] }) => net)),
    read: withRealPaths(parts.flatMap(({ read = [] }) => read)),
    write: withRealPaths(parts.flatMap(({ write = [] }) => write)),
    env: unique(parts.flatMap(({ env = [] }) => env)),
    sys: unique(parts.flatMap(({ sys = [] }) => sys)),
  };
}

/** Sockets of the file system, by their paths. */
export function sockets(paths: readonly string[]): Partial<Permissions> {
  const net = namesSockets(Deno.version.deno) ? paths.map((path) => `unix:${path}`) : [];
  return { net, read: paths, write: paths };
}

/** Before Deno 2.9 the net permission neither guarded sockets of the file system nor could name them. */
function namesSockets(version: string): boolean {
  return !/^2\.[0-8]\./.test(version);
}

/**
 * To load modules of the program itself, from source: Deno asks for it where a Worker starts, and where
 * a module is imported at its first use. An executable contains its modules.
 */
export function ownCode(): Partial<Permissions> {
  if (Deno.build.standalone) return {};
  const paths = ["src", "deno.json"];
  return { read: paths.map((path) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))) };
}

/** As `new Worker` takes them; `false` is clearer than an empty list. */
export function workerPermissions(
  { net, read, write, env, sys }: Permissions,
): Deno.PermissionOptionsObject {
  const list = <T>(items: readonly T[]) => items.length > 0 ? [...items] : false;
  return {
    net: list(net),
    read: list(read),
    write: list(write),
    env: list(env),
    sys: list(sys),
    run: false,
    ffi: false,
    import: false,
  };
}

/** The flags of `deno run` and `deno compile`. From source, {@linkcode ownCode} is to be among them. */
export function permissionFlags(permissions: Permissions): string[] {
  // In a list, Deno reads a doubled comma as a comma of the path.
  const list = (items: readonly string[]) => items.map((item) => item.replaceAll(",", ",,"));
  return Object.entries(permissions).filter(([, items]) => items.length > 0)
    .map(([kind, items]) => `--allow-${kind}=${list(items).join(",")}`);
}

function withRealPaths(paths: readonly string[]): string[] {
  return unique([...paths, ...paths.map(realPath)]);
}

function unique<T extends string>(items: readonly T[]): T[] {
  return [...new Set(items)].sort();
}
