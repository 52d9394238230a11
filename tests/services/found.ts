/** How a service can be had on this machine. */

/** Where a service comes from; with a `reason` it cannot be had. */
export type Found<Programs> =
  | { readonly from: "environment"; readonly address: string; readonly reason?: undefined }
  | { readonly from: "programs"; readonly programs: Programs; readonly reason?: undefined }
  | { readonly from: "compose"; readonly reason?: undefined }
  | { readonly from: "nowhere"; readonly reason: string };

/** A server that the tests of a run share. Disposing it ends it if it was started here. */
export interface SharedServer extends AsyncDisposable {
  /** What its environment variable holds: a `postgres://` url, or Kafka's `host:port`. */
  readonly address: string;
}

/** Shares the server that was found; what is not there yet is started. */
export async function share(
  found: Found<unknown>,
  { compose, start }: {
    readonly compose: () => SharedServer;
    readonly start: () => Promise<SharedServer>;
  },
): Promise<SharedServer> {
  if (found.from === "compose") return compose();
  if (found.from !== "environment") return await start();
  return { address: found.address, [Symbol.asyncDispose]: () => Promise.resolve() };
}
