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
