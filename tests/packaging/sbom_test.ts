import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { slimProject } from "../../src/cli/slim_project.ts";
import { sourcesBelow } from "../tidy/source.ts";
import { billOfMaterials, loadedPackages } from "./sbom.ts";

const ROOT = new URL("../../", import.meta.url);
const readJson = (path: string) => JSON.parse(Deno.readTextFileSync(new URL(path, ROOT)));

interface Component {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
}

const text = billOfMaterials(loadedPackages());
const bom: { components: Component[]; dependencies: { ref: string }[] } = JSON.parse(text);
const names = bom.components.map(({ name }) => name);

Deno.test("billOfMaterials() names what an executable contains, and nothing of the tests", () => {
  const project = readJson("deno.json");
  for (const name of ["kafkajs", "pg", "avsc", "commander", "deno"]) ok(names.includes(name), name);
  // What pg itself needs is in it too.
  ok(names.includes("pg-protocol"));
  for (const name of ["fast-check", "puppeteer-core", "axe-core"]) {
    ok(name in project.imports && !names.includes(name), name);
  }
});

Deno.test("loadedPackages() are those that deno task compile embeds", () => {
  const texts = sourcesBelow(ROOT, "src").map(({ text }) => text);
  const { lock } = slimProject(readJson("deno.json"), readJson("deno.lock"), texts);
  deepStrictEqual(Object.keys(lock.npm).sort(), [...loadedPackages().keys()].sort());
});

Deno.test("billOfMaterials() has each package's version, address and hash", () => {
  for (const { name, version, purl, hashes } of bom.components) {
    ok(purl.endsWith(`@${name === "deno" ? "v" : ""}${version}`), purl);
    if (name !== "deno") match(hashes![0]!.content, /^[0-9a-f]{128}$/, name);
  }
  deepStrictEqual(bom.dependencies.length, bom.components.length + 1);
});

Deno.test("billOfMaterials() is the same for the same files", () => {
  strictEqual(billOfMaterials(loadedPackages()), text);
});
