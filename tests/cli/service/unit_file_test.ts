import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { asUnit, readUnit, sitemonUnits, unitFolders } from "../../../src/cli/service/unit_file.ts";
import { unitText } from "../../../src/cli/service/unit_text.ts";
import type { DaemonRole } from "../../../src/config/loaded_config.ts";
import { fakeHostEnvironment } from "../../config/fake_host_environment.ts";

const FOLDER = "/etc/systemd/system";
const SECRETS = "/etc/sitemon/my secrets 5%";

function textOf(role: DaemonRole, config = `/etc/sitemon/${role}.yaml`): string {
  return unitText({
    name: `sitemon-${role}`,
    role,
    executable: "/usr/local/bin/sitemon",
    config,
    credentials: [{ name: "kafka", path: `${SECRETS}/kafka` }],
    files: [config],
    writes: [],
    shutdownTimeoutMs: 20_000,
    notifies: true,
    variables: { OTEL_DENO_TRACING: 'a "b" $5 %' },
    addresses: [],
  });
}

for (const role of ["producer", "consumer", "run", "web"] as const) {
  Deno.test(`readUnit() reads what unitText() wrote for ${role}`, () => {
    const config = '/etc/50%/$HOME/"a" b.yaml';
    const files = { [`${FOLDER}/sitemon-${role}.service`]: textOf(role, config) };
    deepStrictEqual(readUnit(`sitemon-${role}.service`, fakeHostEnvironment({ files })), {
      name: `sitemon-${role}`,
      role,
      config,
      state: `/var/lib/sitemon-${role}`,
      credentials: new Map([["kafka", `${SECRETS}/kafka`]]),
      variables: new Map([
        ["RES_OPTIONS", "timeout:1 attempts:1"],
        ["OTEL_DENO_TRACING", 'a "b" $5 %'],
        ["OTEL_SERVICE_NAME", `sitemon-${role}`],
      ]),
    });
  });
}

Deno.test("readUnit() applies drop-ins after the unit, and knows the default configuration", () => {
  const files = {
    [`${FOLDER}/mine.service`]:
      "[Service]\nExecStart=sitemon consumer\nStateDirectory=a b\nLoadCredential=x:/x\n",
    "/run/systemd/system/mine.service": "[Service]\nExecStart=sitemon producer\n",
    [`${FOLDER}/mine.service.d/10-a.conf`]:
      "[Unit]\nStateDirectory=no\n[Service]\nLoadCredential=\nLoadCredential=y:/etc/y\nLoadCredential=z:/%i\n" +
      "Environment=A=1 'B=2 3' C=\"4 5\"\nEnvironmentFile=-/etc/no\nEnvironmentFile=/etc/env\n",
    "/etc/env": "# D=0\nA=6\nD = 7\nE='8 9'\nF=\n",
  };
  deepStrictEqual(readUnit("mine", fakeHostEnvironment({ files })), {
    name: "mine",
    role: "consumer",
    config: "/etc/sitemon/consumer.yaml",
    state: "/var/lib/a",
    credentials: new Map([["y", "/etc/y"]]),
    variables: new Map([["A", "6"], ["B", "2 3"], ["C", "4 5"], ["E", "8 9"], ["F", ""]]),
  });
});

Deno.test("readUnit() applies drop-ins by their names, whichever folder they are in", () => {
  const dropIn = (value: string) => `[Service]\nEnvironment=A=${value}\n`;
  const vendor = "/usr/lib/systemd/system/mine.service.d";
  const files = {
    "/usr/lib/systemd/system/mine.service": "[Service]\nExecStart=sitemon run\n",
    [`${vendor}/10-vendor.conf`]: dropIn("vendor"),
    [`${FOLDER}/mine.service.d/05-early.conf`]: dropIn("early"),
  };
  const valueWith = (more: Record<string, string>) =>
    readUnit("mine", fakeHostEnvironment({ files: { ...files, ...more } }))?.variables.get("A");
  strictEqual(valueWith({}), "vendor");
  strictEqual(valueWith({ [`${FOLDER}/mine.service.d/override.conf`]: dropIn("mine") }), "mine");
  strictEqual(valueWith({ [`${FOLDER}/mine.service.d/10-vendor.conf`]: dropIn("own") }), "own");
});

Deno.test("sitemonUnits() finds sitemon's units where systemd looks, each once", () => {
  const other = "/usr/local/units";
  const files = {
    [`${FOLDER}/sitemon-run.service`]: textOf("run"),
    [`${FOLDER}/sitemon-odd.service`]: "[Service]\nExecStart=/bin/true\n",
    [`${FOLDER}/ssh.service`]: textOf("web"),
    "/usr/lib/systemd/system/sitemon-run.service": textOf("web"),
    [`${other}/sitemon-web.service`]: textOf("web"),
  };
  const found = (env = {}) =>
    sitemonUnits(fakeHostEnvironment({ files, env })).map(({ name, role }) => [name, role]);
  deepStrictEqual(found(), [["sitemon-run", "run"]]);
  const env = { SYSTEMD_UNIT_PATH: `${other}:relative:` };
  deepStrictEqual(found(env), [["sitemon-web", "web"]]);
  deepStrictEqual(unitFolders(fakeHostEnvironment({ env })), [other]);
});

Deno.test("asUnit() adds the variables and the credentials of a unit, and replaces none", () => {
  const files = {
    "/etc/a/kafka": "right",
    "/etc/b/other-name": "other",
    "/etc/a/more": "more",
  };
  const unit = {
    name: "sitemon",
    role: "producer",
    config: "/etc/sitemon/producer.yaml",
    state: "/var/lib/sitemon",
    credentials: new Map([["kafka", "/etc/a/kafka"], ["token", "/etc/b/other-name"]]),
    variables: new Map([["SHOP_TOKEN", "t"]]),
  } as const;
  const host = asUnit(fakeHostEnvironment({ files }), unit);
  deepStrictEqual(
    ["STATE_DIRECTORY", "CREDENTIALS_DIRECTORY", "SHOP_TOKEN", "HOME"].map(host.env),
    [
      "/var/lib/sitemon",
      "/etc/a",
      "t",
      undefined,
    ],
  );
  deepStrictEqual(
    ["kafka", "token", "more"].map((name) => host.readTextFile(`/etc/a/${name}`, 100)),
    ["right", "other", "more"],
  );
  const own = asUnit(fakeHostEnvironment({ env: { STATE_DIRECTORY: "/srv" } }), unit);
  strictEqual(own.env("STATE_DIRECTORY"), "/srv");
  const other = asUnit(fakeHostEnvironment({}), { ...unit, credentials: new Map() });
  strictEqual(other.env("CREDENTIALS_DIRECTORY"), "/run/credentials/sitemon.service");
});
