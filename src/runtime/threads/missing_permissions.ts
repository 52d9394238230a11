/** The permissions that a process would need before it could start a thread. */
import type { ThreadSpec } from "./supervised_thread.ts";

/**
 * What threads need and this process may not do, in words such as `network access to
 * "b.example:80"`; each once. A Worker never gets more than the main thread has, and asking for it
 * would throw.
 */
export function missingPermissions(specs: readonly Pick<ThreadSpec, "permissions">[]): string[] {
  const needs = specs.flatMap(({ permissions }) => needsOf(permissions));
  const missing = needs.filter(([descriptor]) =>
    Deno.permissions.querySync(descriptor).state !== "granted"
  );
  return [...new Set(missing.map(([, words]) => words))];
}

/** The sentence about one of them. */
export function notPermitted(what: string): string {
  return `no permission for ${what}; start with the flags that "sitemon config permissions" ` +
    "prints, or build an executable for this configuration";
}

type Need = readonly [Deno.PermissionDescriptor, words: string];

function needsOf({ net, read, write, env, sys }: Deno.PermissionOptionsObject): Need[] {
  const sysNeed = (kind: string): Need => {
    return [{ name: "sys", kind: kind as "statfs" }, `the system call ${kind}`];
  };
  return [
    ...list(net).map((host): Need => [{ name: "net", host }, `network access to "${host}"`]),
    ...list(read).map((path): Need => [{ name: "read", path }, `reading "${path}"`]),
    ...list(write).map((path): Need => [{ name: "write", path }, `writing "${path}"`]),
    ...list(env).map((variable): Need => [{ name: "env", variable }, `reading $${variable}`]),
    ...list(sys).map(sysNeed),
  ];
}

function list<T extends string | URL>(items: "inherit" | boolean | T[] | undefined): string[] {
  return Array.isArray(items) ? items.map(String) : [];
}
