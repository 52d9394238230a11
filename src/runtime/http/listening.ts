/** Listening at an address of the configuration, which may not be available, or not yet. */
import { sleep, systemClock } from "../clock.ts";
import { HttpServer, type HttpServerOptions } from "./http_server.ts";

/** A thread that was replaced may still be releasing the address. */
const ADDRESS_RETRIES_MAX = 10;
const ADDRESS_RETRY_MS = 200;

/** Thrown when an address cannot be used. */
export class AddressError extends Error {
  override readonly name = "AddressError";
}

/** Listens at the address of a key, such as `web.listen`. Throws {@linkcode AddressError}. */
export function listening(key: string, options: HttpServerOptions): HttpServer {
  try {
    return new HttpServer(options);
  } catch (error) {
    const message = `cannot listen on "${key}" ${listenProblem(options.listen, error)}`;
    throw new AddressError(message, { cause: error });
  }
}

/** Calls again while the address is not available, for about two seconds. */
export async function whenAddressIsFree<T>(start: () => T): Promise<T> {
  for (let retries = 0;; retries++) {
    try {
      return start();
    } catch (error) {
      if (!(error instanceof AddressError) || retries === ADDRESS_RETRIES_MAX) throw error;
      await sleep(systemClock, ADDRESS_RETRY_MS);
    }
  }
}

/** Why nothing can listen at an address, and what to do about it, with the address. */
export function listenProblem({ host, port }: HttpServerOptions["listen"], error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return `${host.includes(":") ? `[${host}]` : host}:${port}: ${reason}; ${remedyOf(error)}`;
}

function remedyOf(error: unknown): string {
  if (error instanceof Deno.errors.AddrInUse) {
    return "choose another address, or stop the process that uses it";
  }
  if (error instanceof Deno.errors.AddrNotAvailable) {
    return "no interface of this machine has this address: choose another one";
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return "ports below 1024 need a privilege: choose another one";
  }
  return "choose another address";
}
