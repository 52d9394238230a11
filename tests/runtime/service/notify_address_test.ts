import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type NotifyAddress, notifyAddress } from "../../../src/runtime/service/notify_address.ts";

const TO = "/run/systemd/notify";

function addressOf(variables: Record<string, string>): NotifyAddress | undefined {
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
  strictEqual(watchdogOf({ WATCHDOG_USEC: "60000000" }), 60_000);
  strictEqual(watchdogOf({ WATCHDOG_USEC: "60000000", WATCHDOG_PID: "42" }), 60_000);
  strictEqual(watchdogOf({ WATCHDOG_USEC: "60000000", WATCHDOG_PID: "43" }), undefined);
  for (const micros of ["0", "", "soon"]) {
    strictEqual(watchdogOf({ WATCHDOG_USEC: micros }), undefined);
  }
});

Deno.test("notifyAddress() is nothing, where there is no manager or none with a path", () => {
  for (const to of [undefined, "", "@/org/freedesktop/systemd1", "vsock:2:1234"]) {
    strictEqual(addressOf(to === undefined ? {} : { NOTIFY_SOCKET: to }), undefined);
  }
});
