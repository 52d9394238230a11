import { deepStrictEqual, throws } from "node:assert/strict";
import { findConfig, type GivenConfig } from "../../src/cli/find_config.ts";
import type { DaemonRole } from "../../src/config/loaded_config.ts";
import { fakeHostEnvironment, type FakeMachine } from "../config/fake_host_environment.ts";

function unit(role: string, config: string): string {
  return `[Service]\nExecStart=/usr/local/bin/sitemon ${role} -c ${config}\nStateDirectory=s-${role}\n`;
}

const UNITS = "/etc/systemd/system";
const FILES = {
  "/etc/sitemon/producer.yaml": "",
  [`${UNITS}/sitemon-producer.service`]: unit("producer", "/etc/sitemon/producer.yaml"),
  [`${UNITS}/sitemon-eu.service`]: unit("producer", "/srv/eu.yaml"),
  [`${UNITS}/sitemon-us.service`]: unit("producer", "/srv/us.yaml"),
  [`${UNITS}/sitemon-us2.service`]: unit("producer", "/srv/us.yaml"),
  [`${UNITS}/sitemon-both.service`]: unit("consumer", "/srv/eu.yaml"),
};

function find(given: GivenConfig, machine: FakeMachine = {}, roles: DaemonRole[] = ["producer"]) {
  const host = fakeHostEnvironment({ files: FILES, ...machine });
  const { config, unit } = findConfig(given, roles, host);
  return [config, unit?.name];
}

Deno.test("findConfig() finds the configuration that was given, or its default, and its unit", () => {
  const set = { env: { SITEMON_CONFIG: "eu.yaml" } };
  const cases: [GivenConfig, FakeMachine, DaemonRole[], (string | undefined)[]][] = [
    [{}, {}, ["producer"], ["/etc/sitemon/producer.yaml", "sitemon-producer"]],
    [{}, {}, ["run", "producer"], ["/etc/sitemon/producer.yaml", "sitemon-producer"]],
    [{ config: "/srv/eu.yaml" }, {}, ["producer", "consumer"], ["/srv/eu.yaml", "sitemon-eu"]],
    [{ config: "eu.yaml" }, {}, ["consumer", "producer"], ["eu.yaml", "sitemon-both"]],
    [{ config: "/srv/eu.yaml" }, {}, ["web"], ["/srv/eu.yaml", undefined]],
    [{ unit: "sitemon-us2" }, {}, ["producer"], ["/srv/us.yaml", "sitemon-us2"]],
    [{ config: "a.yaml", unit: "sitemon-eu" }, {}, ["producer"], ["a.yaml", "sitemon-eu"]],
    [{}, set, ["producer"], ["eu.yaml", "sitemon-eu"]],
    [{ unit: "sitemon-us2" }, set, ["producer"], ["/srv/us.yaml", "sitemon-us2"]],
    [{ config: "a.yaml" }, set, ["producer"], ["a.yaml", undefined]],
    [{ config: "/srv/us.yaml" }, { env: { STATE_DIRECTORY: "/x" } }, ["producer"], [
      "/srv/us.yaml",
      undefined,
    ]],
  ];
  for (const [given, machine, roles, found] of cases) {
    deepStrictEqual(find(given, machine, roles), found, JSON.stringify([given, roles]));
  }
});

Deno.test("findConfig() says what to write, when there is none or more than one", () => {
  const both = { "/etc/sitemon/producer.yaml": "", "/etc/sitemon/run.yaml": "" };
  const cases: [GivenConfig, FakeMachine, RegExp][] = [
    [{}, { files: {} }, /^no configuration: write -c FILE, set SITEMON_CONFIG, or create \/etc/],
    [{}, { files: both }, /two configurations: "\/etc\/.+" and "\/etc\/.+"; choose one with -c/],
    [{ unit: "sitemon-no" }, {}, /no unit "sitemon-no" that runs sitemon/],
    [{ config: "/srv/us.yaml" }, {}, /"sitemon-us" and "sitemon-us2" run .+; choose one with --u/],
  ];
  for (const [given, machine, message] of cases) {
    throws(() => find(given, machine, ["producer", "run"]), { name: "UsageError", message });
  }
});
