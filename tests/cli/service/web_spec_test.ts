import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { planOf } from "../../../src/cli/service/plan.ts";
import { webSpec } from "../../../src/cli/service/web_spec.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { fakeHostEnvironment } from "../../config/fake_host_environment.ts";

function load(yaml: string) {
  return loadConfig("a.yaml", {
    hostEnvironment: fakeHostEnvironment({ files: { "a.yaml": yaml } }),
  });
}

const POSTGRES = "postgres: {host: db.example, user: reader}\n";
const SCHEDULE = { anchorMs: 0, since: {} };

Deno.test("webSpec() reads a SQLite file and listens on loopback, when nothing is said", () => {
  const { setup, permissions, module } = webSpec(load(""), "sqlite");
  deepStrictEqual(setup, {
    store: { kind: "sqlite", path: "/srv/sitemon-status.db" },
    listen: { host: "127.0.0.1", port: 8080 },
    isRequired: false,
    title: "Status",
  });
  deepStrictEqual([permissions.net, permissions.write], [["127.0.0.1:8080"], false]);
  ok(Deno.statSync(module).isFile);
});

Deno.test("webSpec() reads PostgreSQL, with what the file says of the page", () => {
  const yaml = `web: {listen: "[::1]:0", title: Ours, basic_auth: {username: a, password: b}}\n`;
  const { setup, permissions } = webSpec(load(POSTGRES + yaml), "postgres");
  strictEqual(setup.store.kind, "postgres");
  deepStrictEqual(setup.listen, { host: "::1", port: 0 });
  deepStrictEqual([setup.isRequired, setup.title, setup.basicAuth], [
    true,
    "Ours",
    { username: "a", password: "b" },
  ]);
  deepStrictEqual(permissions.net, ["[::1]:0", "db.example:5432"]);
  deepStrictEqual(permissions.read, false);
});

Deno.test("planOf() has the page where it is wished", () => {
  const site = "sites: [{url: 'http://a/'}]\n";
  const kafka = "kafka: {server: 'k:1'}\n";
  const page = "web: {title: Ours}\n";
  const stores = (role: "run" | "consumer" | "web", yaml: string) =>
    planOf(role, load(yaml), SCHEDULE).threads.filter(({ name }) => name === "web")
      .map(({ setup }) => (setup as { store: { kind: string } }).store.kind);
  deepStrictEqual(stores("run", site), ["sqlite"]);
  deepStrictEqual(stores("run", site + POSTGRES), ["sqlite"]);
  deepStrictEqual(stores("run", `${site}web: false\n`), []);
  deepStrictEqual(stores("consumer", kafka + POSTGRES), []);
  deepStrictEqual(stores("consumer", kafka + POSTGRES + page), ["postgres"]);
  deepStrictEqual(stores("web", POSTGRES), ["postgres"]);
  deepStrictEqual(stores("web", ""), ["sqlite"]);
});
