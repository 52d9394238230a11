/** The thread of the status page: it listens, and reads the store of the status. */
import type { DaemonRole, LoadedConfig } from "../../config/loaded_config.ts";
import {
  listenAddress,
  statusStore,
  storeKind,
  webConfig,
} from "../../config/permissions/needs.ts";
import { quorumsOf } from "../../config/alerts.ts";
import { storeAddress } from "../connections.ts";
import type { DaemonThread } from "../daemon_thread.ts";
import type { Look } from "../../web/look.ts";
import type { WebSetup } from "./web_thread.ts";

export const WEB_SPEC = {
  name: "web",
  module: new URL("./web_thread.ts", import.meta.url),
  // A consumer has a page where the file asks for one, `run` unless the file says no.
  runsIn: (role, { web }) =>
    role === "web" || (role === "run" && web !== false) || (role === "consumer" && Boolean(web)),
  listensOn: ({ web }) => web && web.listen,
  needs(loaded, role) {
    const store = statusStore(loaded, storeKind(loaded, role));
    return [listenAddress(webConfig(loaded).listen), { ...store, write: [] }];
  },
  loadsLater: true,
  // Before the store, so that the store closes the SQLite file last, which leaves one file.
  stopsIn: "check",
  instances: (loaded, { role, descriptors }) => [{
    name: "web",
    setup: {
      ...webSetup(loaded, role),
      ...(descriptors && { connectionsMax: descriptors.viewers }),
    },
  }],
} satisfies DaemonThread<WebSetup>;

function webSetup(loaded: LoadedConfig, role: DaemonRole): WebSetup {
  const web = webConfig(loaded);
  const { listen, basic_auth, public_url, trusted_proxies, cors } = web;
  return {
    store: storeAddress(loaded, storeKind(loaded, role)),
    listen,
    // A page that the file does not ask for must not stop the checks when its address is taken.
    isRequired: loaded.config.web !== undefined,
    look: lookOf(loaded),
    ...(loaded.page.listed && { listed: loaded.page.listed }),
    trustedProxies: trusted_proxies,
    origins: cors,
    isMadeHere: role !== "web",
    quorums: quorumsOf(loaded.alerts),
    ...(public_url === undefined ? {} : { publicUrl: public_url }),
    ...(basic_auth === undefined ? {} : { basicAuth: basic_auth }),
  };
}

function lookOf(loaded: LoadedConfig): Look {
  const { title, public: isPublic, accent, links, footer, time_zone, locale } = webConfig(loaded);
  const { announcements, logo } = loaded.page;
  return {
    title,
    isPublic,
    announcements,
    links,
    timeZone: time_zone,
    locale,
    ...(accent !== undefined && { accent }),
    ...(footer !== undefined && { footer }),
    ...(logo !== undefined && { logo }),
  };
}
