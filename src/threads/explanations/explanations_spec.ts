/** A thread for `sitemon check --explain`. */
import type { LoadedConfig } from "../../config/loaded_config.ts";
import { allowedHosts, scannerHosts } from "../../config/permissions/needs.ts";
import type { Site } from "../../config/site.ts";
import type { ThreadSpec } from "../../runtime/threads/supervised_thread.ts";
import { threadSpec } from "../daemon_thread.ts";
import type { ExplanationsSetup } from "./explanations_thread.ts";

/** Answers for each of the sites why it may or may not be visited, all of which it looks up. */
export function explanationsSpec(
  { config, sites: configured }: Pick<LoadedConfig, "config" | "sites">,
  sites: readonly Site[],
): ThreadSpec<ExplanationsSetup> {
  return threadSpec({ config }, {
    name: "explanations",
    module: new URL("./explanations_thread.ts", import.meta.url),
    needs: [scannerHosts({ config, sites: [...configured, ...sites] })],
    setup: {
      routes: sites.map(({ url, proxy }) => ({ url, ...(proxy === undefined ? {} : { proxy }) })),
      urls: configured.map(({ url }) => url),
      allowHosts: allowedHosts({ config, sites: configured }),
      addressPolicy: config.address_policy,
      lookupMs: config.defaults.connect_timeout,
    },
  });
}
