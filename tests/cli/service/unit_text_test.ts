import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { type UnitOptions, unitText } from "../../../src/cli/service/unit_text.ts";
import { findProgram } from "../../services/programs.ts";
import { registerMissing } from "../../services/with_services.ts";
import { TempFolder } from "../../support/temp_folder.ts";

/** Lower is safer; what is left of sitemon's is that it uses the network. */
const EXPOSURE_MAX = 1.5;

const CREDENTIALS = {
  producer: ["kafka-password"],
  consumer: ["kafka-password", "postgres-password"],
  run: [],
  web: ["postgres-password"],
};

/** What the units of example_config are made from. */
function exampleOptions(role: UnitOptions["role"]): UnitOptions {
  const credential = (name: string) => ({ name, path: `/etc/sitemon/credentials/${name}` });
  return {
    name: `sitemon-${role}`,
    role,
    executable: "/usr/local/bin/sitemon",
    config: `/etc/sitemon/${role}.yaml`,
    credentials: CREDENTIALS[role].map(credential),
    files: [`/etc/sitemon/${role}.yaml`],
    writes: [],
    shutdownTimeoutMs: 20_000,
    notifies: true,
    variables: {},
    addresses: [],
  };
}

function exampleUnit(role: UnitOptions["role"]): string {
  const path = new URL(`../../../example_config/sitemon-${role}.service`, import.meta.url);
  return Deno.readTextFileSync(path);
}

/** Ignored where systemd is not installed, and failed there under CI=true. */
function systemdTest(name: string, fn: (analyze: string) => Promise<void>): void {
  const analyze = findProgram("systemd-analyze");
  if (analyze === undefined) registerMissing(name, "no systemd-analyze", () => {});
  else Deno.test(name, () => fn(analyze));
}

async function analyzed(analyze: string, args: string[], text: string): Promise<string> {
  using folder = new TempFolder();
  const file = folder.write("sitemon-producer.service", text);
  const command = new Deno.Command(analyze, { args: [...args, file], env: { LC_ALL: "C" } });
  const { stdout, stderr } = await command.output();
  return [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
}

for (const role of ["producer", "consumer"] as const) {
  Deno.test(`unitText() is what example_config/sitemon-${role}.service holds`, () => {
    strictEqual(exampleUnit(role), unitText(exampleOptions(role)));
  });
}

for (const role of ["producer", "consumer", "run", "web"] as const) {
  systemdTest(`sitemon-${role}.service exposes little, as systemd rates it`, async (analyze) => {
    const unit = unitText(exampleOptions(role));
    const text = await analyzed(analyze, ["security", "--offline=yes"], unit);
    const [, exposure] = /Overall exposure level for \S+: ([\d.]+)/.exec(text) ?? [];
    ok(Number(exposure) > 0 && Number(exposure) <= EXPOSURE_MAX, text);
  });

  systemdTest(`sitemon-${role}.service is understood by systemd`, async (analyze) => {
    const options = { ...exampleOptions(role), executable: Deno.execPath() };
    // Also with every line that is there only now and then.
    const addresses = ["IPAddressDeny=any", "IPAddressAllow=localhost", "# and others"];
    const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318/$a%20b" };
    const text = unitText({ ...options, writes: ["/var/lib/else where"], addresses, variables });
    for (const unit of [text, text.replaceAll(/^#(IPAddress)/gm, "$1")]) {
      strictEqual(await analyzed(analyze, ["verify", "--man=no"], unit), "");
    }
  });
}

Deno.test("unitText() lets systemd wait for no word of an executable that cannot give it", () => {
  const unit = unitText({ ...exampleOptions("producer"), notifies: false });
  match(unit, /^Type=exec$/m);
  ok(!unit.includes("WatchdogSec"));
});

Deno.test("unitText() stops the unit later than the drain ends", () => {
  const unit = unitText({ ...exampleOptions("consumer"), shutdownTimeoutMs: 90_500 });
  match(unit, /^TimeoutStopSec=111$/m);
});

Deno.test("unitText() writes paths as systemd reads them", () => {
  const paths = { executable: "/opt/site mon/sitemon", config: '/etc/50%/$HOME/"a".yaml' };
  const [, command] = /^ExecStart=(.*)$/m.exec(
    unitText({ ...exampleOptions("producer"), ...paths }),
  )!;
  strictEqual(command, `"/opt/site mon/sitemon" producer -c "/etc/50%%/$$HOME/\\"a\\".yaml"`);
});

Deno.test("unitText() tells of addresses in comments alone", () => {
  const addresses = ["IPAddressDeny=any", "# and IPAddressAllow= for kafka"];
  const unit = unitText({ ...exampleOptions("producer"), addresses });
  const set = unit.split("\n").filter((line) => line.startsWith("IPAddress"));
  deepStrictEqual(set, ["IPAddressDeny=link-local multicast"]);
  match(unit, /^#IPAddressDeny=any\n# and IPAddressAllow= for kafka$/m);
});

Deno.test("unitText() tells the exporter of traces where spans go, and who sends them", () => {
  const endpoint = 'http://collector:4318/a%20"b$';
  const variables = { OTEL_DENO_TRACING: "true", OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
  const unit = unitText({ ...exampleOptions("consumer"), variables });
  deepStrictEqual(unit.split("\n").filter((line) => line.startsWith('Environment="OTEL')), [
    'Environment="OTEL_DENO_TRACING=true"',
    'Environment="OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318/a%%20\\"b$"',
    'Environment="OTEL_SERVICE_NAME=sitemon-consumer"',
  ]);
});
