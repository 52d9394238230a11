import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { openChannel } from "../../../src/alerts/open_channel.ts";
import { systemClock as clock } from "../../../src/runtime/clock.ts";
import type { Delivery } from "../../../src/status/alert_store.ts";
import { freePort } from "../../support/free_port.ts";
import { serveLocally } from "../../support/local_server.ts";
import { machineTest } from "../../support/machine_tests.ts";
import { TempFolder } from "../../support/temp_folder.ts";
import { eventually } from "../../support/waiting.ts";
import { aDelivery, aMessage, anAlert, aPlace, aStorm } from "../deliveries.ts";
import { aContext } from "./golden.ts";

/** The program, which .ci/run builds where it can. */
const PROGRAM = Deno.env.get("SITEMON_ALERTMANAGER");
const alertmanagerTest = machineTest(
  PROGRAM === undefined ? "needs SITEMON_ALERTMANAGER, the path of the program" : undefined,
);

/** Tells the receiver at once, and of the end too. */
const configuration = (url: string) => `
route: {receiver: hook, group_by: [alertname, site], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}
receivers: [{name: hook, webhook_configs: [{url: "${url}", send_resolved: true}]}]
`;

interface Told {
  readonly status: string;
  readonly alerts: readonly {
    readonly status: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly startsAt: string;
  }[];
}

alertmanagerTest(
  "Alertmanager takes what begins, lasts and ends, and tells its own receivers",
  async () => {
    const told: Told[] = [];
    await using hook = serveLocally(async (request) => {
      told.push(await request.json());
      return new Response();
    });
    using folder = new TempFolder();
    folder.write("alertmanager.yml", configuration(hook.origin));
    const address = `127.0.0.1:${freePort()}`;
    const process = new Deno.Command(PROGRAM!, {
      args: [
        ...[`--config.file=${folder.file("alertmanager.yml")}`, `--storage.path=${folder.path}`],
        ...[`--web.listen-address=${address}`, "--cluster.listen-address="],
      ],
      stdout: "null",
      stderr: "null",
    }).spawn();
    try {
      const origin = `http://${address}`;
      const isReady = async () =>
        (await (await fetch(`${origin}/-/ready`)).text()) !== "" || undefined;
      await eventually(20_000, "Alertmanager", isReady);
      const channel = openChannel(
        { name: "prom", alertmanager: { urls: [origin] } },
        aContext({ clock, publicUrl: "https://status.example/" }),
      );
      const send = async (delivery: Delivery) => {
        const { result, error } = await channel.send(delivery, new AbortController().signal);
        deepStrictEqual([result, error], ["delivered", null]);
      };
      const active = async (): Promise<{ labels: { site: string }; endsAt: string }[]> =>
        await (await fetch(`${origin}/api/v2/alerts`)).json();
      const untilTold = (count: number) =>
        eventually(20_000, `${count} messages`, () => told[count - 1]);

      const began_at = new Date(Date.now() - 60_000);
      const labels = { team: "shop", runbook: "https://wiki.example/shop", "1 odd näme": "<x>" };
      const alert = anAlert({ began_at, detail: { labels } });
      await send(aDelivery([aMessage("fired", alert)]));
      const fired = await untilTold(1);
      strictEqual(fired.status, "firing");
      deepStrictEqual(fired.alerts[0]!.labels, {
        ...{ alertname: "down", kind: "down", severity: "critical", site: "shop", team: "shop" },
        _1_odd_n_me: "<x>",
      });
      strictEqual(fired.alerts[0]!.annotations.runbook_url, "https://wiki.example/shop");
      strictEqual(new Date(fired.alerts[0]!.startsAt).getTime(), began_at.getTime());
      const [first] = (await active()).map(({ endsAt }) => endsAt);
      ok(first! > new Date(Date.now() + 180_000).toISOString());

      // Again, a minute later: the same alert, which ends later.
      await send({ ...aDelivery([aMessage("reminded", alert)]), id: "again" });
      const [second, ...others] = (await active()).map(({ endsAt }) => endsAt);
      ok(second! > first! && others.length === 0);

      await send(aDelivery([aMessage("resolved", alert)]));
      const resolved = await untilTold(2);
      strictEqual(resolved.alerts[0]!.status, "resolved");
      deepStrictEqual(await active(), []);

      // What a site says, and a storm, are taken too.
      const hostile = "\x00\r\n\u202e\ud800<!channel>";
      const places = [aPlace({ error_text: hostile })];
      await send(aDelivery([aMessage(
        "fired",
        anAlert({
          site: hostile,
          began_at,
          detail: { places, labels: { "": "", [hostile]: hostile } },
        }),
      )]));
      await send(aStorm(1_000));
      strictEqual((await active()).length, 1_001);
    } finally {
      process.kill("SIGKILL");
      await process.status;
    }
  },
);
