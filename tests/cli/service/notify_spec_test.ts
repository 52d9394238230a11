import { deepStrictEqual } from "node:assert/strict";
import { notifySpec } from "../../../src/cli/service/notify_spec.ts";

Deno.test("notifySpec() permits the two sockets, and nothing else", () => {
  const [own, to] = ["/run/sitemon/notify.sock", "/run/systemd/notify"];
  const { permissions, setup } = notifySpec({ own, to, watchdogMs: 60_000 }, { level: "info" });
  deepStrictEqual(permissions, {
    net: [`unix:${own}`, `unix:${to}`],
    read: [own, to],
    write: [own, to],
    env: false,
    sys: false,
    run: false,
    ffi: false,
    import: false,
  });
  deepStrictEqual(setup, { own, to });
});
