/** What went wrong with the schema registry. */

/** In the words of readiness, metrics and logs. */
export type RegistryFailure =
  | "unavailable" // temporary: no answer, or none that a registry gives
  | "refused"; // somebody has to change something: credentials, a schema that is incompatible

/** Thrown for failures of the registry; a fault of the program is any other error. */
export class RegistryError extends Error {
  override readonly name = "RegistryError";
  readonly failure: RegistryFailure;

  constructor(failure: RegistryFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
  }

  /** True if waiting helps; false if somebody has to change something. */
  get isTemporary(): boolean {
    return this.failure === "unavailable";
  }
}
