/**
 * What of deno.json and deno.lock an executable needs: it embeds every package of its lock file, and
 * holds them in memory while it runs, also those that only tests load.
 */

/** Reads no module before its first use; `deno compile` would then embed none of those. */
const LAZY = "lazy-dynamic-imports";

/** The parts of deno.json that matter here. */
interface Project {
  /** By the name that a module imports, such as `npm:zod@4.6.7`. */
  readonly imports: Readonly<Record<string, string>>;
  readonly unstable: readonly string[];
}

/** deno.lock, version 5. */
interface Lock {
  /** Of each specifier its version, and those of the peers that it is resolved with. */
  readonly specifiers: Readonly<Record<string, string>>;
  /** By name and version. */
  readonly npm: Readonly<Record<string, LockedPackage>>;
  readonly workspace: { readonly dependencies: readonly string[] };
}

interface LockedPackage {
  readonly integrity: string;
  /** Names; with a version where the lock file has several. */
  readonly dependencies?: readonly string[];
  readonly optionalDependencies?: readonly string[];
}

const NPM = "npm:";

/** Both files with what these sources import, by name, and what that depends on. */
export function slimProject<P extends Project, L extends Lock>(
  project: P,
  lock: L,
  sources: readonly string[],
): { readonly project: P; readonly lock: L } {
  const imports = kept(
    project.imports,
    (name) => sources.some((it) => it.includes(`"${name}"`) || it.includes(`"${name}/`)),
  );
  const roots = new Set(Object.values(imports).map(packageOf));
  const specifiers = kept(lock.specifiers, (specifier) => roots.has(specifier));
  const reached = new Set<string>();
  const reach = (id: string) => {
    if (reached.has(id)) return;
    reached.add(id);
    const { dependencies = [], optionalDependencies = [] } = lock.npm[id] ?? {};
    for (const name of [...dependencies, ...optionalDependencies]) reach(lockedId(lock, name));
  };
  for (const [specifier, version] of Object.entries(specifiers)) {
    reach(`${nameOf(specifier.slice(NPM.length))}@${version}`);
  }
  const npm = kept(lock.npm, (id) => reached.has(id));
  const dependencies = lock.workspace.dependencies.filter((specifier) => roots.has(specifier));
  const unstable = project.unstable.filter((it) => it !== LAZY);
  return {
    project: { ...project, imports, unstable },
    lock: { ...lock, specifiers, npm, workspace: { ...lock.workspace, dependencies } },
  };
}

/** `npm:kafkajs@2.2.4/src/decoder.js` is a part of `npm:kafkajs@2.2.4`. */
function packageOf(specifier: string): string {
  return /^npm:(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
}

/** `@scope/name@1.0.0` without its version. */
function nameOf(id: string): string {
  return id.slice(0, id.indexOf("@", 1));
}

function lockedId({ npm }: Lock, name: string): string {
  return name in npm ? name : Object.keys(npm).find((id) => nameOf(id) === name) ?? name;
}

function kept<T>(record: Readonly<Record<string, T>>, isKept: (key: string) => boolean) {
  return Object.fromEntries(Object.entries(record).filter(([key]) => isKept(key)));
}
