/** The thread of the status page: it listens, and reads the store of the status. */
import type { DaemonRole, LoadedConfig } from "../../config/loaded_config.ts";
import { statusStore, storeKind, webAddress, webConfig } from "../../config/permissions/needs.ts";
import type { Config } from "../../config/schema/schema.ts";
import { storeAddress } from "../connections.ts";
import type { DaemonThread } from "../daemon_thread.ts";
import type { WebSetup } from "./web_thread.ts";

export const WEB_SPEC = {
  name: "web",
  module: new URL("./web_thread.ts", import.meta.url),
  runsIn,
  needs: (
    loaded,
    role,
  ) => [webAddress(loaded), { ...statusStore(loaded, storeKind(loaded, role)), write: [] }],
  stopsIn: "close",
  instances: (loaded, { role }) => [{ name: "web", setup: webSetup(loaded, role) }],
} satisfies DaemonThread<WebSetup>;

/** A consumer has a page where the file asks for one, `run` unless the file says no. */
function runsIn(role: DaemonRole, { web }: Config): boolean {
  if (role === "web") return true;
  return role === "run" ? web !== false : role === "consumer" && Boolean(web);
}

function webSetup(loaded: LoadedConfig, role: DaemonRole): WebSetup {
  const { listen, title, basic_auth } = webConfig(loaded);
  return {
    store: storeAddress(loaded, storeKind(loaded, role)),
    listen,
    // A page that the file does not ask for must not stop the checks when its address is taken.
    isRequired: loaded.config.web !== undefined,
    title,
    ...(basic_auth === undefined ? {} : { basicAuth: basic_auth }),
  };
}
