/** What a process would have to be allowed before it could start a thread. */
import type { ThreadSpec } from "./supervised_thread.ts";

/**
 * What threads need and this process may not do, in words such as `talk to "b.example:80"`; each
 * once. A Worker never gets more than the main thread has, and to ask for it would throw.
 */
export function missingPermissions(specs: readonly Pick<ThreadSpec, "permissions">[]): string[] {
  const needs = specs.flatMap(({ permissions }) => needsOf(permissions));
  const missing = needs.filter(({ descriptor }) =>
    Deno.permissions.querySync(descriptor).state !== "granted"
  );
  return [...new Set(missing.map(({ words }) => words))];
}

/** The sentence about one of them. */
export function notPermitted(action: "start" | "reload", what: string): string {
  return `Cannot ${action} by this configuration as the process must be allowed all that it needs: ` +
    `it may not ${what}; make an executable for it, or start with the flags that ` +
    '"sitemon config permissions" prints';
}

interface Need {
  readonly descriptor: Deno.PermissionDescriptor;
  readonly words: string;
}

function needsOf({ net, read, write, env, sys }: Deno.PermissionOptionsObject): Need[] {
  return [
    ...list(net).map((host) => need({ name: "net", host }, `talk to "${host}"`)),
    ...list(read).map((path) => need({ name: "read", path }, `read "${path}"`)),
    ...list(write).map((path) => need({ name: "write", path }, `write "${path}"`)),
    ...list(env).map((variable) =>
      need({ name: "env", variable }, `read the variable ${variable}`)
    ),
    ...list(sys).map((kind) =>
      need({ name: "sys", kind: kind as "statfs" }, `ask the system for ${kind}`)
    ),
  ];
}

function need(descriptor: Deno.PermissionDescriptor, words: string): Need {
  return { descriptor, words };
}

function list<T extends string | URL>(items: "inherit" | boolean | T[] | undefined): string[] {
  return Array.isArray(items) ? items.map(String) : [];
}
