import { deepStrictEqual, rejects, throws } from "node:assert/strict";
import { NotifySocket } from "../../../src/runtime/service/notify_socket.ts";
import { NotifyReceiver } from "./notify_receiver.ts";

const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name);

Deno.test("NotifySocket sends messages, and removes its socket at the end", async () => {
  await using manager = new NotifyReceiver();
  {
    using socket = new NotifySocket({ own: `${manager.folder}/own.sock`, to: manager.path });
    await socket.send("READY=1\nSTATUS=All is well");
  }
  deepStrictEqual(await manager.message("READY"), { READY: "1", STATUS: "All is well" });
  deepStrictEqual(names(manager.folder), ["manager.sock"]);
});

Deno.test("NotifySocket takes the place of one that was left behind", async () => {
  await using manager = new NotifyReceiver();
  const own = `${manager.folder}/own.sock`;
  await Deno.writeTextFile(own, "");
  using socket = new NotifySocket({ own, to: manager.path });
  await socket.send("WATCHDOG=1");
  await manager.message("WATCHDOG");
});

Deno.test("NotifySocket says what the system says, when there is no way", async () => {
  await using manager = new NotifyReceiver();
  const own = `${manager.folder}/own.sock`;
  throws(() => new NotifySocket({ own: `${manager.folder}/no/own.sock`, to: manager.path }));
  using socket = new NotifySocket({ own, to: `${manager.folder}/nobody.sock` });
  await rejects(() => socket.send("READY=1"), Deno.errors.NotFound);
});
