/** A thread for `sitemon check --explain`: looks names up, and answers what is decided about them. */
import { Deadline } from "../../runtime/deadline.ts";
import { systemClock as clock } from "../../runtime/clock.ts";
import { serveTask } from "../../runtime/threads/thread.ts";
import type { CheckTargets } from "../../scanner/check_context.ts";
import { AddressPolicy } from "../../scanner/reach/address_policy.ts";
import { explain, type ExplainedRoute } from "../../scanner/reach/explanation.ts";
import { NameLookups } from "../../scanner/reach/name_lookups.ts";
import { PermittedHosts } from "../../scanner/reach/permitted_hosts.ts";

export interface ExplanationsSetup
  extends Pick<CheckTargets, "urls" | "allowHosts" | "addressPolicy"> {
  /** What is explained, in the order of the answers. */
  readonly routes: readonly ExplainedRoute[];
  /** How long each name may take. */
  readonly lookupMs: number;
}

serveTask<ExplanationsSetup>(async (setup, { telemetry, result, signal }) => {
  const options = {
    permittedHosts: new PermittedHosts(setup.urls, setup.allowHosts),
    addressPolicy: new AddressPolicy(setup.addressPolicy),
    lookups: new NameLookups(clock, telemetry),
  };
  for (const route of setup.routes) {
    using deadline = new Deadline(clock, setup.lookupMs, signal);
    result(await explain(route, options, deadline.signal));
  }
});
