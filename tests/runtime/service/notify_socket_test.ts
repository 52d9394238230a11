import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert/strict";
import { notifyAddress, NotifySocket } from "../../../src/runtime/service/notify_socket.ts";
import { NotifyReceiver } from "../../support/notify_receiver.ts";

const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name);

Deno.test("NotifySocket replaces one that was left behind, sends, and removes its own at the end", async () => {
  await using manager = new NotifyReceiver();
  const own = `${manager.folder}/own.sock`;
  await Deno.writeTextFile(own, "");
  {
    using socket = new NotifySocket({ own, to: manager.path });
    await socket.send("READY=1\nSTATUS=all dependencies ok");
  }
  deepStrictEqual(await manager.message("READY"), { READY: "1", STATUS: "all dependencies ok" });
  deepStrictEqual(names(manager.folder), ["manager.sock"]);
});

Deno.test("NotifySocket says what the system says, when there is no way", async () => {
  await using manager = new NotifyReceiver();
  const own = `${manager.folder}/own.sock`;
  throws(() => new NotifySocket({ own: `${manager.folder}/no/own.sock`, to: manager.path }));
  using socket = new NotifySocket({ own, to: `${manager.folder}/nobody.sock` });
  await rejects(() => socket.send("READY=1"), Deno.errors.NotFound);
});

const TO = "/run/systemd/notify";

function addressOf(variables: Record<string, string>) {
  return notifyAddress({ env: (name) => variables[name], pid: 42 });
}

Deno.test("notifyAddress() takes the manager's socket and a place in the unit's own folder", () => {
  deepStrictEqual(addressOf({ NOTIFY_SOCKET: TO, RUNTIME_DIRECTORY: "/run/sitemon:/run/other" }), {
    to: TO,
    own: "/run/sitemon/notify.sock",
  });
  deepStrictEqual(addressOf({ NOTIFY_SOCKET: TO }), { to: TO, own: "/tmp/sitemon-notify-42.sock" });
});

Deno.test("notifyAddress() takes the time of a watchdog that is meant for this process", () => {
  const watchdogOf = (variables: Record<string, string>) =>
    addressOf({ NOTIFY_SOCKET: TO, ...variables })?.watchdogMs;
  const WATCHDOG_USEC = "60000000";
  strictEqual(watchdogOf({ WATCHDOG_USEC }), 60_000);
  strictEqual(watchdogOf({ WATCHDOG_USEC, WATCHDOG_PID: "42" }), 60_000);
  strictEqual(watchdogOf({ WATCHDOG_USEC, WATCHDOG_PID: "43" }), undefined);
  for (const none of ["0", "", "soon"]) strictEqual(watchdogOf({ WATCHDOG_USEC: none }), undefined);
});

Deno.test("notifyAddress() is nothing, where there is no manager or none with a path", () => {
  for (const to of [undefined, "", "@/org/freedesktop/systemd1", "vsock:2:1234"]) {
    strictEqual(addressOf(to === undefined ? {} : { NOTIFY_SOCKET: to }), undefined);
  }
});
