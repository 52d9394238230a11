/** Basic authentication (RFC 7617), at a pace that no list of passwords can be tried at. */
import type { Context, MiddlewareHandler } from "hono";
import { basicAuth } from "hono/basic-auth";
import { HTTPException } from "hono/http-exception";
import { timingSafeEqual } from "hono/utils/buffer";
import { type Clock, sleep } from "../runtime/clock.ts";
import { logger, MinuteLimit } from "../runtime/telemetry/logging.ts";
import type { Visitor } from "./front.ts";
import type { Telemetry } from "../runtime/telemetry/telemetry.ts";

/** How long a wrong password waits for its response. */
export const WRONG_PASSWORD_DELAY_MS = 1_000;
/** Wrong passwords that wait, for each address: beyond them nothing is compared. */
export const WRONG_PASSWORDS_WAITING_MAX = 5;

export interface PasswordOptions {
  readonly username: string;
  readonly password: string;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

/** Throws an HTTPException 401 for wrong credentials, and 429 while too many of an address wait. */
export function passwords(options: PasswordOptions): MiddlewareHandler {
  const { username, password, clock, telemetry, signal } = options;
  const log = logger("web");
  const warnings = new MinuteLimit(clock);
  const waiting = new Map<string, number>();
  const refuse = async (address: string) => {
    telemetry.count("sitemon_web_wrong_passwords_total");
    if (warnings.allows("password")) {
      log.warn("wrong username or password from {address}", { address });
    }
    waiting.set(address, (waiting.get(address) ?? 0) + 1);
    await sleep(clock, WRONG_PASSWORD_DELAY_MS, signal);
    const others = waiting.get(address)! - 1;
    if (others === 0) waiting.delete(address);
    else waiting.set(address, others);
  };
  return basicAuth({
    realm: "sitemon",
    verifyUser: async (givenName, givenPassword, context) => {
      const address = addressOf(context);
      if ((waiting.get(address) ?? 0) >= WRONG_PASSWORDS_WAITING_MAX) throw new HTTPException(429);
      // Both are compared, so that the time does not tell which one was wrong.
      const isRight = (await Promise.all([
        timingSafeEqual(givenName, username),
        timingSafeEqual(givenPassword, password),
      ])).every(Boolean);
      if (!isRight) await refuse(address);
      return isRight;
    },
  });
}

function addressOf({ env }: Context): string {
  return (env as Partial<Visitor> | undefined)?.address ?? "";
}
