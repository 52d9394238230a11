import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { basename } from "node:path";
import { parse } from "yaml";
import { loadConfig } from "../../src/config/load.ts";
import { rolesOf } from "../../src/config/permissions/needs.ts";
import { addressRangeProblem } from "../../src/scanner/reach/address_policy.ts";
import { jsonPathProblem } from "../../src/scanner/expect/json_path.ts";
import { patternProblem } from "../../src/scanner/expect/pattern.ts";
import { formatHost } from "../../src/config/schema/host_port.ts";
import { triedFiles } from "../services/tried_files.ts";
import { loadText } from "./load_text.ts";
import { schemaKeys } from "./schema/schema_keys.ts";

const FOLDER = new URL("../../example_config/", import.meta.url);

/** The commands that each example is complete for. */
const ROLES: Readonly<Record<string, readonly string[]>> = {
  "alerts.yaml": ["run"],
  "consumer.yaml": ["consumer"],
  "producer.yaml": ["producer"],
  "reference.yaml": ["producer", "consumer", "web"],
  "run.yaml": ["run"],
  "web.yaml": ["web"],
};

function pathOf(name: string): string {
  return new URL(name, FOLDER).pathname;
}

function load(name: string) {
  return loadConfig(pathOf(name), {
    checkPattern: patternProblem,
    checkJsonPath: jsonPathProblem,
    checkAddress: addressRangeProblem,
  });
}

Deno.test("example_config/ loads, each file for its commands", () => {
  const names = [...Deno.readDirSync(FOLDER)].map(({ name }) => name)
    .filter((name) => name.endsWith(".yaml")).sort();
  for (const name of names) deepStrictEqual(rolesOf(load(name)), ROLES[name], name);
});

Deno.test("the files that README tries in one folder share no outbox and no address", () => {
  const { producer, consumer } = triedFiles("127.0.0.1:9092", "postgres://u:p@127.0.0.1/db");
  const all = [load("run.yaml"), loadText(producer), loadText(consumer)].map((it) => it.config);
  const outboxes = all.slice(0, 2).map(({ outbox }) => basename(outbox.path));
  strictEqual(new Set(outboxes).size, 2, outboxes.join());
  const addresses = all.flatMap(({ listen }) => listen ? [formatHost(listen)] : []);
  strictEqual(new Set(addresses).size, addresses.length, addresses.join());
});

Deno.test("example_config/ has the files of the original Python service, which still work", () => {
  const { config, sites } = load("producer.yaml");
  deepStrictEqual(sites.map(({ url, pattern, intervalMs }) => ({ url, pattern, intervalMs })), [
    { url: "http://httpbin/anything?match", pattern: "match", intervalMs: 5_000 },
    { url: "http://httpbin/status/500", pattern: undefined, intervalMs: 5_000 },
  ]);
  deepStrictEqual(config.kafka?.server, [{ host: "kafka", port: 9092 }]);
  const { kafka, postgres } = load("consumer.yaml").config;
  strictEqual(kafka?.consumers, 4);
  strictEqual(postgres?.password, "password");
  strictEqual(postgres?.port, 5432);
  strictEqual(postgres?.db, "postgres");
});

Deno.test("reference.yaml names every key, with the default where there is one", () => {
  const text = Deno.readTextFileSync(pathOf("reference.yaml"));
  // A key that is left out stands behind a # without a space.
  const whole = text.replaceAll(/^( *)#(?=[a-z_]+:)/gm, "$1");
  const written = [...leaves(parse(whole, { uniqueKeys: false }), "").keys()].map((key) =>
    key.replaceAll(/\.\d+(?=\.|$)/g, "").replace(/^(alerts\.channels)\.\w+/, "$1.NAME")
  );
  const defaults = leaves(parse(text), "");
  for (const { name, standard } of schemaKeys()) {
    const path = name.replace("site.", "defaults.");
    // A key of one protocol alone stands at a site of it.
    const places = [path, name.replace("site.", "sites.")];
    const isWritten = written.some((key) =>
      places.some((place) => key === place || key.startsWith(`${place}.`))
    );
    ok(isWritten, name);
    const isList = standard.startsWith("`[");
    if (!standard.startsWith("`") || isList || !defaults.has(path)) continue;
    strictEqual(`\`${defaults.get(path)}\``, standard, name);
  }
});

/** Every value that is no mapping, by its path. */
function leaves(value: unknown, path: string): Map<string, unknown> {
  if (typeof value !== "object" || value === null) return new Map([[path, value]]);
  const inner = Object.entries(value).flatMap(([key, item]) => [
    ...leaves(item, path === "" ? key : `${path}.${key}`),
  ]);
  return new Map([[path, value], ...inner]);
}
