/** `deno task sbom`: what an executable contains, as CycloneDX, from Deno's own graph of modules. */
import { Enums, Models, Serialize, Spec } from "@cyclonedx/cyclonedx-library";

const ROOT = new URL("../../", import.meta.url);

interface Package {
  readonly name: string;
  readonly version: string;
  readonly dependencies: readonly string[];
}

interface ModuleGraph {
  readonly modules: readonly { readonly npmPackage?: string }[];
  /** Every package of the lock file, also those that only tests load. */
  readonly npmPackages: Readonly<Record<string, Package>>;
}

/** The packages of npm that the program and its threads load, by Deno's ids. */
export function loadedPackages(): Map<string, Package> {
  const threads = [...Deno.readDirSync(new URL("src/threads/", ROOT))]
    .map(({ name }) => `src/threads/${name}`);
  const graphs = ["src/main.ts", ...threads].map(moduleGraph);
  const loaded = new Map<string, Package>();
  const load = (id: string) => {
    if (loaded.has(id)) return;
    const found = graphs[0]!.npmPackages[id]!;
    loaded.set(id, found);
    found.dependencies.forEach(load);
  };
  graphs.flatMap(({ modules }) => modules.flatMap(({ npmPackage }) => npmPackage ?? []))
    .forEach(load);
  return new Map([...loaded].sort(([a], [b]) => a < b ? -1 : 1));
}

function moduleGraph(entry: string): ModuleGraph {
  const args = ["info", "--json", entry];
  const { success, stdout } = new Deno.Command(Deno.execPath(), { args, cwd: ROOT }).outputSync();
  if (!success) throw new Error(`the modules of ${entry} cannot be listed`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** The bill of materials, as JSON; the same for the same files. */
export function billOfMaterials(packages: ReadonlyMap<string, Package>): string {
  const project = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT)));
  const { npm } = JSON.parse(Deno.readTextFileSync(new URL("deno.lock", ROOT)));
  const root = new Models.Component(Enums.ComponentType.Application, "sitemon", {
    version: project.version,
    bomRef: "sitemon",
  });
  const bom = new Models.Bom({ metadata: new Models.Metadata({ component: root }) });
  const components = new Map(
    [...packages].map(([id, it]) => [id, component(it, npm[id]?.integrity)]),
  );
  const deno = new Models.Component(Enums.ComponentType.Platform, "deno", {
    version: Deno.version.deno,
    bomRef: "deno",
    purl: `pkg:github/denoland/deno@v${Deno.version.deno}`,
  });
  bom.components.add(deno);
  root.dependencies.add(deno.bomRef);
  for (const [id, { dependencies }] of packages) {
    const own = components.get(id)!;
    bom.components.add(own);
    root.dependencies.add(own.bomRef);
    for (const name of dependencies) {
      const other = components.get(name);
      if (other !== undefined) own.dependencies.add(other.bomRef);
    }
  }
  const factory = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6);
  return new Serialize.JsonSerializer(factory).serialize(bom, { space: 2, sortLists: true });
}

function component({ name, version }: Package, integrity: string | undefined): Models.Component {
  const [scope, short] = name.startsWith("@") ? name.split("/") : [undefined, name];
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  const hashes = new Models.HashDictionary();
  if (integrity?.startsWith("sha512-")) {
    const bytes = Uint8Array.fromBase64(integrity.slice("sha512-".length));
    hashes.set(Enums.HashAlgorithm["SHA-512"], bytes.toHex());
  }
  return new Models.Component(Enums.ComponentType.Library, short!, {
    ...(scope === undefined ? {} : { group: scope }),
    version,
    bomRef: purl,
    hashes,
    purl,
  });
}

if (import.meta.main) console.log(billOfMaterials(loadedPackages()));
