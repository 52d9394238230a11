/** A thread that checks the sites it is sent, with the permissions that it was given. */
import type { Site } from "../../src/config/site.ts";
import { check } from "./sites.ts";

const scope = self as unknown as {
  onmessage: (event: MessageEvent<Site>) => void;
  postMessage(message: unknown): void;
};
scope.onmessage = async ({ data: site }) => scope.postMessage(await check(site));
