import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { targetHost, unitNeeds, unitPaths } from "../../../src/cli/service/target_host.ts";
import { fakeHostEnvironment } from "../../config/fake_host_environment.ts";

const FILE = "/build/p.yaml";
const FILES = { [FILE]: "main", "/build/more/a.yaml": "more", "/my/kafka": "hunter2" };

Deno.test("targetHost() reads the target's paths from this machine, and its variables are the target's", () => {
  const paths = unitPaths("sitemon-eu", FILE);
  const host = targetHost(fakeHostEnvironment({ files: FILES }), FILE, paths);
  strictEqual(host.readTextFile("/etc/sitemon/p.yaml", 10), "main");
  deepStrictEqual(host.listFolder("/etc/sitemon/more"), ["a.yaml"]);
  strictEqual(host.readTextFile("/etc/sitemon/more/a.yaml", 10), "more");
  throws(() => host.readTextFile("/etc/ssl/a.pem", 10), Deno.errors.NotFound);
  deepStrictEqual(["STATE_DIRECTORY", "CREDENTIALS_DIRECTORY"].map(host.env), [
    "/var/lib/sitemon-eu",
    "/run/credentials/sitemon-eu.service",
  ]);
});

Deno.test("targetHost() needs no credential, and takes those that this machine has", () => {
  const read = (env = {}) => {
    const host = fakeHostEnvironment({ files: FILES, env });
    const target = targetHost(host, FILE, { credentials: "/run/c" });
    return target.isRegularFile("/run/c/kafka") && target.readTextFile("/run/c/kafka", 10);
  };
  strictEqual(read(), "unknown");
  strictEqual(read({ CREDENTIALS_DIRECTORY: "/my" }), "hunter2");
  throws(() => read({ CREDENTIALS_DIRECTORY: "/other" }), Deno.errors.NotFound);
});

Deno.test("unitNeeds() is the state folder of a dynamic user, and the notification socket", () => {
  const sockets = ["/run/sitemon-eu/notify.sock", "/run/systemd/notify"];
  const state = ["/var/lib/private/sitemon-eu"];
  const needs = unitNeeds("sitemon-eu").map(({ read = [], write = [] }) => [read, write]);
  deepStrictEqual(needs, [[state, state], [sockets, sockets], [[], []]]);
});
